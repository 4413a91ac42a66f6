"""People made of joints, pictures of nothing, and a finder that says what a test wants."""

import numpy as np
from helpers import make_card
from receiver_helpers import depth_message

from dcat_ros.sensors.camera.samples import CHANNELS, UNITS

#: Places of the 33 landmarks of somebody who stands, hips at (0, 0), the torso 1 long, y down.
_UPRIGHT = np.zeros((33, 2))
for _places, _x, _y in (
    ((7, 8), 0.15, -1.3),
    ((11, 12), 0.35, -1.0),
    ((13, 14), 0.4, -0.4),
    ((15, 16), 0.4, 0.2),
    ((23, 24), 0.2, 0.0),
    ((25, 26), 0.2, 0.8),
    ((27, 28), 0.2, 1.6),
):
    # the person's left is to the right in a picture
    _UPRIGHT[_places[0]], _UPRIGHT[_places[1]] = (_x, _y), (-_x, _y)


def person(x=0.7, y=0.5, torso=0.2, seen=0.9, hidden=()):
    """Landmarks (33, 7) of somebody with the hips at (x, y), in heights of the picture."""
    found = np.zeros((33, 7), np.float32)
    found[:, :2] = _UPRIGHT * torso + (x, y)
    found[:, 3] = seen
    found[list(hidden), 3] = 0.05
    return found


def people(*some):
    return np.stack(some) if some else np.zeros((0, 33, 7), np.float32)


class Says:
    """Finds what `script` says, picture by picture; a follower finds the first alone."""

    def __init__(self, script):
        self.script = script
        self.asked = {'chooser': 0, 'follower': 0}
        self.shown = []

    def __call__(self, most, follows):
        says, kind = self, 'follower' if follows else 'chooser'

        class One:
            def find(self, rgb, stamp_ns=0):
                says.asked[kind] += 1
                says.shown.append((kind, rgb))
                found = says.script(stamp_ns)
                if kind == 'follower' and len(found) > 1:
                    visible = [p for p in found if rgb[int(p[23, 1] * len(rgb)), 0].any()]
                    found = people(*(visible or found)[:1])
                return found

        return One()


def camera_card(**changes):
    given = {'channels': CHANNELS, 'units': UNITS, 'rate_hz': 10.0, 'window_s': 1.0}
    return make_card(modality='camera', input={**given, 'stride_s': 0.5}, **changes)


def colour_message(stamp_ns, pixels=None, encoding='rgb8', **changes):
    """A serialised Image; without pixels of noise, for no camera gives the same twice."""
    if pixels is None:
        pixels = np.random.default_rng(stamp_ns).integers(0, 255, (48, 64, 3), np.uint8)
    return depth_message(stamp_ns, pixels, encoding=encoding, **changes)
