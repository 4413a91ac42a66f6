"""A room for each sensor: all that is special to it, and what a sensor is."""
