"""A pose landmarker's bundle, put together from its two networks.

MediaPipe's library takes a zip of both, and of each it wants to know how a picture's bytes become
numbers: `ModelMetadata` with the input's `NormalizationOptions`, which the networks in packages for
browsers lack. Both are FlatBuffers, whose references point forward only; so what is added goes to
the front, and everything that was there stays as it is behind it:

    [new root, vectors of buffers and of metadata, the metadata] [the old file, unchanged]
"""

import io
import struct
import zipfile

__all__ = ['DETECTOR', 'LANDMARKS', 'make_bundle', 'with_normalisation']

DETECTOR, LANDMARKS = 'pose_detector.tflite', 'pose_landmarks_detector.tflite'
_NAME = b'TFLITE_METADATA'
#: Weights keep the alignment that they have in the old file.
_ALIGNED = 64
#: Fields of `Model` in TensorFlow Lite's schema, by number.
_N_FIELDS, _VERSION, _BUFFERS, _METADATA = 7, 0, 4, 6
#: `ModelMetadata` (M001) as its schema lays it out: subgraph_metadata[0], of it
#: input_tensor_metadata[0], of it process_units[0], of it NormalizationOptions.
_TABLES = bytes.fromhex(
    '140000004d3030310c00080000000000000004000c00000004000000010000001000000000000a00080000000000'
    '04000a00000004000000010000001400000000000e000800000000000000000004000e0000000400000001000000'
    '0c00000008000c000b00040008000000100000000000000108000c000800040008000000080000000c000000'
)


def make_bundle(detector: bytes, landmarks: bytes) -> bytes:
    """The bundle of both networks as they are in the package: always the same bytes.

    Raises:
        ValueError: one is no network of TensorFlow Lite.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, 'w', zipfile.ZIP_STORED) as bundle:
        for name, data in (
            # the detector takes numbers from -1 to 1, the landmarks from 0 to 1
            (DETECTOR, with_normalisation(detector, 127.5, 127.5)),
            (LANDMARKS, with_normalisation(landmarks, 0.0, 255.0)),
        ):
            bundle.writestr(zipfile.ZipInfo(name), data)
    return held.getvalue()


def with_normalisation(network: bytes, mean: float, deviation: float) -> bytes:
    """A TensorFlow Lite network that says: a pixel's byte less `mean`, divided by `deviation`.

    Raises:
        ValueError: it is no network of TensorFlow Lite.
    """
    try:
        return _with_metadata(network, _metadata(mean, deviation))
    except (struct.error, IndexError):
        raise ValueError('it is no network of TensorFlow Lite') from None


def _with_metadata(old: bytes, metadata: bytes) -> bytes:
    if old[4:8] != b'TFL3':
        raise ValueError('it is no network of TensorFlow Lite')
    root = _u32(old, 0)
    vtable = root - struct.unpack_from('<i', old, root)[0]
    n = min(_N_FIELDS, struct.unpack_from('<H', old, vtable)[0] // 2 - 2)
    at = [struct.unpack_from('<H', old, vtable + 4 + 2 * i)[0] for i in range(n)]
    places = [_target(old, root + offset) if offset else 0 for offset in at]
    version = _u32(old, root + at[_VERSION])
    lists = {
        i: _items(old, places[i]) if i < n and places[i] else [] for i in (_BUFFERS, _METADATA)
    }
    sizes = {i: 4 * (len(items) + 2) for i, items in lists.items()}
    # vtable and table of Model, two vectors, vtables and tables of Metadata and Buffer, the data
    table = 8 + 4 + 2 * _N_FIELDS + 2
    vectors = {_BUFFERS: table + 4 * (_N_FIELDS + 1)}
    vectors[_METADATA] = vectors[_BUFFERS] + sizes[_BUFFERS]
    entry = vectors[_METADATA] + sizes[_METADATA] + 8
    name = entry + 12
    buffer = name + 4 + len(_NAME) + 1 + 8
    data = _aligned(buffer + 8 + 4, 16)
    length = _aligned(data + len(metadata), _ALIGNED)
    new = bytearray(length)
    struct.pack_into('<I4s', new, 0, table, b'TFL3')
    fields = [
        4 + 4 * i if i in (_VERSION, _BUFFERS, _METADATA) or (i < n and places[i]) else 0
        for i in range(_N_FIELDS)
    ]
    struct.pack_into(f'<HH{_N_FIELDS}H', new, 8, 4 + 2 * _N_FIELDS, 4 * (_N_FIELDS + 1), *fields)
    struct.pack_into('<iI', new, table, table - 8, version)
    for i in range(1, _N_FIELDS):
        if fields[i]:
            place = table + 4 + 4 * i
            struct.pack_into(
                '<I', new, place, vectors.get(i, length + places[i] if i < n else 0) - place
            )
    for i, last in ((_BUFFERS, buffer), (_METADATA, entry)):
        start = vectors[i]
        targets = [length + old_place for old_place in lists[i]] + [last]
        struct.pack_into('<I', new, start, len(targets))
        for k, target in enumerate(targets):
            place = start + 4 + 4 * k
            struct.pack_into('<I', new, place, target - place)
    # Metadata: its name, and which buffer holds it
    struct.pack_into('<4H', new, entry - 8, 8, 12, 4, 8)
    struct.pack_into('<iII', new, entry, 8, name - (entry + 4), len(lists[_BUFFERS]))
    struct.pack_into(f'<I{len(_NAME)}s', new, name, len(_NAME), _NAME)
    # Buffer: where its bytes are
    struct.pack_into('<3H', new, buffer - 8, 6, 8, 4)
    struct.pack_into('<iI', new, buffer, 8, data - 4 - (buffer + 4))
    struct.pack_into('<I', new, data - 4, len(metadata))
    new[data : data + len(metadata)] = metadata
    return bytes(new) + old


def _metadata(mean: float, deviation: float) -> bytes:
    """`ModelMetadata` of one graph whose one input is a picture with `NormalizationOptions`.

    Its tables are always the same, and end with two vectors of one float each.
    """
    return _TABLES + struct.pack('<IfIf', 1, deviation, 1, mean)


def _u32(data: bytes, at: int) -> int:
    (value,) = struct.unpack_from('<I', data, at)
    return int(value)


def _target(data: bytes, at: int) -> int:
    """What a reference at this place leads to."""
    return at + _u32(data, at)


def _items(data: bytes, vector: int) -> list[int]:
    """What the references of a vector lead to."""
    return [_target(data, vector + 4 + 4 * i) for i in range(_u32(data, vector))]


def _aligned(at: int, to: int) -> int:
    return at + -at % to
