"""Which checks there are, in their order: what everything else needs comes first."""

from dcat_ros.doctor import machine, ros, software, weights
from dcat_ros.doctor.finding import Check

__all__ = ['CHECKS']

#: Importing torch takes long from a cold disk.
_IMPORT_S = 60.0

CHECKS = (
    Check('dcat_ros', software.package),
    Check('numpy', software.numpy_version, _IMPORT_S),
    Check('onnxruntime', software.onnxruntime_version, _IMPORT_S),
    Check('torch', software.torch_version, _IMPORT_S),
    Check('libraries', software.libraries),
    Check('extras', software.extras),
    Check('devices', software.devices, _IMPORT_S),
    Check('weights', weights.weights, _IMPORT_S),
    Check('networks', weights.networks),
    Check('memory', machine.memory),
    Check('DCAT_DATA', machine.recordings),
    Check('microphones', machine.microphones),
    Check('ros', ros.distribution),
    Check('rmw', ros.network, ros.LOAD_S + 5),
    Check('talk', ros.talk, ros.TALK_S + 6),
    Check('messages', ros.messages),
    Check('optional messages', ros.optional_messages),
    Check('launch_ros', ros.launch, ros.LOAD_S + 5),
)
