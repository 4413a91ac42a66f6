"""dcat_ros: what is the person beside the robot doing, from whichever one sensor it has."""

import os

# onnxruntime's wheels send who uses them and how, from a thread of their own; nothing of ours does
os.environ.setdefault('ORT_DISABLE_TELEMETRY', '1')

__version__ = '0.1.0'
