"""Names of sensors stand in their rooms: elsewhere nobody knows one from another.

Looked at are the words of the code: names, arguments, attributes, what is imported, and texts that
are a name or have one between dots, slashes or underscores. Not looked at are docstrings, comments
and sentences.
"""

from pathlib import Path

from dcat_ros.sensors.registry import heard, sensors

REPO = Path(__file__).resolve().parents[2]
#: Words of the rooms, of cards, options and topics.
NAMES = {
    *sensors(),
    *(live.called for live in heard().values()),
    *(part for live in heard().values() for part in live.parts),
    *('inertial', 'sound', 'camera', 'microphone', 'log_mel'),
}
#: Where sensors are named: what they are, what holds them, and who plugs them in.
ALLOWED = {
    'sensors': 'their rooms',
    'datasets': 'data sets say what they hold',
    'messages': 'forms of messages that several sensors share',
    'capture': 'the microphone of the machine',
}
