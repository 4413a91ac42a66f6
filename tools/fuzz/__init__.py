"""Hostile messages and files without end, each of which must end in a result or in one sentence.

    a valid one ──► mutated, by its structure ──► the real entry ──► accepted | refused | finding

Run it as `python -m tools.fuzz`, or `make fuzz`. Everything follows from a seed, so that a finding
can be run again.
"""
