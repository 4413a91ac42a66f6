"""Runs the nodes for a while against what goes wrong on robots, and says what they did.

    make soak MINUTES=30

Three sensors as processes of their own publish real recordings; faults come one after another, of
all sensors at once, then of one at a time; between them all is well for some seconds. Then
everything is counted, and the exit code is 1 if a number does not add up or a state was wrong.
"""
