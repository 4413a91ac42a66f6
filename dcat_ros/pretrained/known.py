"""Which trained networks of others the package can use, by what their files must be."""

import difflib
from dataclasses import dataclass

from dcat_ros.errors import ConfigError

__all__ = ['KNOWN', 'TAGGER', 'Package', 'Pretrained', 'find_pretrained']


@dataclass(frozen=True)
class Package:
    """A registry's package that holds the networks of a file one by one.

    Attributes:
        name: as npm calls it.
        version: of which the members' hashes are known.
        members: what the networks are called in it, and their SHA-256.
    """

    name: str
    version: str
    members: dict[str, str]


@dataclass(frozen=True)
class Pretrained:
    """A file with trained networks.

    Attributes:
        name: as `dcat models` calls it.
        what: what it is for.
        licence: under which it may be used.
        by: who made it.
        url: where it is published.
        size: bytes of the published file.
        sha256: of the files that are known to be good -> which one that is.
        package: holds the same networks, for machines that reach registries alone; None: there is
            none.
    """

    name: str
    what: str
    licence: str
    by: str
    url: str
    size: int
    sha256: dict[str, str]
    package: Package | None = None

    @property
    def file_name(self) -> str:
        """In the user's cache."""
        return self.url.rpartition('/')[2]


_PUBLISHED = 'as published'
_PUT_TOGETHER = 'put together from a package'
_BY = 'MediaPipe (BlazePose GHUM), Google'
_MODELS = 'https://storage.googleapis.com/mediapipe-models/pose_landmarker'
_PACKAGE, _VERSION = '@mediapipe/pose', '0.5.1675469404'
_DETECTOR = {
    'pose_solution_packed_assets.data': (
        'a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85'
    )
}

POSE = Pretrained(
    name='pose',
    what='where the joints of people are in a colour picture; image_node needs it for an ordinary '
    'camera',
    licence='Apache-2.0',
    by=_BY,
    url=f'{_MODELS}/pose_landmarker_lite/float16/1/pose_landmarker_lite.task',
    size=5_777_746,
    sha256={
        '59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a': _PUBLISHED,
        '3eca79c34c04befe514d5c5cec259bfbd06a0ead0d5043b8fb6222a59d7e87fe': _PUT_TOGETHER,
        'c7b0448e831e478061cc69981cb609d668031550bfc5cbd857358b5e376f8c3f': (
            "put together with the library's own writer"
        ),
    },
    package=Package(
        _PACKAGE,
        _VERSION,
        _DETECTOR
        | {
            'pose_landmark_lite.tflite': (
                'f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61'
            )
        },
    ),
)
POSE_FULL = Pretrained(
    name='pose_full',
    what='the same, larger: training a model for cameras uses both',
    licence='Apache-2.0',
    by=_BY,
    url=f'{_MODELS}/pose_landmarker_full/float16/1/pose_landmarker_full.task',
    size=9_398_198,
    sha256={
        '4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad': _PUBLISHED,
        'a0200bdaec00637813d7eb189fa441ad593acf03a00c912afe751741876b330a': _PUT_TOGETHER,
    },
    package=Package(
        _PACKAGE,
        _VERSION,
        _DETECTOR
        | {
            'pose_landmark_full.tflite': (
                'e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f'
            )
        },
    ),
)
TAGGER = Pretrained(
    name='tagger',
    what='what is heard, 527 kinds of sound; audio_node needs it for audio_kitchen20_ear',
    licence='MIT',
    by='EfficientAT (mn04_as), F. Schmid, K. Koutini, G. Widmer',
    url='https://github.com/fschmid56/EfficientAT/releases/download/v0.0.1/mn04_as_mAP_432.pt',
    size=4_066_513,
    sha256={'899a8c6217063f6941793102a2780b3dd788ab11fce468d9cf5f0577c453321c': _PUBLISHED},
)
KNOWN = {one.name: one for one in (POSE, POSE_FULL, TAGGER)}


def find_pretrained(name: str) -> Pretrained:
    """A file by its name.

    Raises:
        ConfigError: there is none.
    """
    if name not in KNOWN:
        near = difflib.get_close_matches(name, KNOWN, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        raise ConfigError(f'There is no network {name!r}; there are {", ".join(KNOWN)}.{hint}')
    return KNOWN[name]
