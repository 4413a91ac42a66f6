"""dcat_ros: what is the person beside the robot doing, from whichever one sensor it has."""

__version__ = '0.1.0'
