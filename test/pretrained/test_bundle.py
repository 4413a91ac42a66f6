"""Networks that are told how a picture becomes numbers."""

import struct
import zipfile
from io import BytesIO

import pytest

from dcat_ros.pretrained.bundle import DETECTOR, LANDMARKS, make_bundle, with_normalisation

flatbuffers = pytest.importorskip('flatbuffers', reason='the reader of the format')
schema = pytest.importorskip(
    'mediapipe.tasks.metadata.schema_py_generated', reason='mediapipe has the format in words'
)
metadata_schema = pytest.importorskip('mediapipe.tasks.metadata.metadata_schema_py_generated')


def made(n_buffers=3, metadata=((b'min_runtime_version', 1),)):
    """A network of nothing but buffers, by the library's own writer."""
    model = schema.ModelT()
    model.version, model.description = 3, 'made'
    model.subgraphs, model.operatorCodes = [schema.SubGraphT()], []
    model.buffers = []
    for i in range(n_buffers):
        buffer = schema.BufferT()
        buffer.data = [i] * (i + 1)
        model.buffers.append(buffer)
    model.metadata = []
    for name, which in metadata:
        entry = schema.MetadataT()
        entry.name, entry.buffer = name, which
        model.metadata.append(entry)
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b'TFL3')
    return bytes(builder.Output())


def read(data):
    return schema.ModelT.InitFromPackedBuf(data, 0)


@pytest.mark.parametrize('metadata', [(), ((b'min_runtime_version', 1),)])
def test_everything_else_stays_as_it_was(metadata):
    old = made(metadata=metadata)
    new = with_normalisation(old, 127.5, 64.0)
    before, after = read(old), read(new)
    assert new.endswith(old)
    assert after.version == before.version == 3
    assert after.description == before.description
    assert len(after.subgraphs) == len(before.subgraphs) == 1
    kept = [bytes(buffer.data) for buffer in after.buffers[:-1]]
    assert kept == [bytes(buffer.data) for buffer in before.buffers]
    assert [m.name for m in after.metadata] == [*(n for n, _ in metadata), b'TFLITE_METADATA']
    assert after.metadata[-1].buffer == len(before.buffers)


def test_the_input_says_its_mean_and_deviation():
    model = read(with_normalisation(made(), 127.5, 64.0))
    found = bytes(model.buffers[-1].data)
    assert found[4:8] == b'M001'
    told = metadata_schema.ModelMetadataT.InitFromPackedBuf(found, 0)
    (unit,) = told.subgraphMetadata[0].inputTensorMetadata[0].processUnits
    assert unit.optionsType == metadata_schema.ProcessUnitOptions.NormalizationOptions
    assert (list(unit.options.mean), list(unit.options.std)) == ([127.5], [64.0])


def test_a_bundle_is_always_the_same_and_holds_both():
    both = made(2), made(4)
    assert make_bundle(*both) == make_bundle(*both)
    with zipfile.ZipFile(BytesIO(make_bundle(*both))) as bundle:
        assert bundle.namelist() == [DETECTOR, LANDMARKS]
        assert bundle.read(LANDMARKS).endswith(both[1])


@pytest.mark.parametrize('data', [b'', b'no network at all', struct.pack('<I', 9) + b'TFL3'])
def test_what_is_no_network_is_refused(data):
    with pytest.raises(ValueError, match='no network of TensorFlow Lite'):
        with_normalisation(data, 0.0, 1.0)
