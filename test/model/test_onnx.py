"""What runs without torch: the same as torch, refused where it is not whole, and light."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from helpers import (
    REPO,
    make_card,
    make_net,
    run_python,
    some_of_utd_mhad,
    sound_card,
)

from dcat_ros.datasets import load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.model.export import save_onnx
from dcat_ros.model.find import load_card, shipped_models
from dcat_ros.model.onnx_model import OnnxModel, load_onnx
from dcat_ros.model.runtime import load_model
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.model.weights import save_weights
from dcat_ros.sensors.registry import sensor_of

SHIPPED = sorted(shipped_models())
DATASETS = {
    'imu_watch': 'watch',
    'audio_kitchen20': 'kitchen20',
    'audio_kitchen20_ear': 'kitchen20',
}


def both(name, request):
    if load_card(shipped_models()[name]).encoder:
        request.getfixturevalue('has_tagger')
    return load_model(name, 'torch'), load_model(name, 'onnxruntime')


def differ(models, windows):
    p, q = (np.exp(model.log_probabilities(windows)) for model in models)
    return np.abs(p - q).max()


@pytest.mark.parametrize('name', SHIPPED)
def test_shipped_model_says_the_same_of_any_number_and_length(name, request):
    models = both(name, request)
    spec, rng = models[0].card.input, np.random.default_rng(0)
    scale = np.array(sensor_of(models[0].card).scale, np.float32)
    for length in (16, models[0].length, models[0].length + 7, 3 * models[0].length):
        for n in (1, 2, 5):
            noise = rng.normal(size=(n, length, len(scale), spec.n_values // len(scale)))
            windows = (noise * scale[:, None]).reshape(n, length, -1).astype(np.float32)
            assert differ(models, windows) < 1e-4, (length, n)


@pytest.mark.parametrize('name', SHIPPED)
def test_shipped_model_says_the_same_of_recordings(name, data_dir, tmp_path, request):
    models = both(name, request)
    card = models[0].card
    wanted = DATASETS.get(name, 'utd_mhad')
    if wanted == 'utd_mhad':
        data_dir = some_of_utd_mhad(data_dir, tmp_path, 'a?_s6_t1')
    elif wanted != 'watch' and not (data_dir / wanted).is_dir():
        pytest.skip(f'needs the recordings {wanted}: set DCAT_DATA')
    subjects = {'utd_mhad': ['6'], 'watch': ['9']}.get(wanted)
    dataset = load(wanted, data_dir, subjects, [sensor_of(card).signal])
    some = replace(dataset, trials=dataset.trials[:: max(1, len(dataset.trials) // 10)])
    for trial in as_sensor(some, sensor_of(card), card.input.rate_hz).trials:
        values = trial.signals[card.modality].values.astype(np.float32)
        for window in np.split(values, range(models[0].length, len(values), models[0].length)):
            if len(window) == models[0].length:
                assert differ(models, window[None]) < 1e-4
        if card.network.segment:
            p, q = (np.exp(model.segment_log_probabilities(values)) for model in models)
            assert np.abs(p - q).max() < 1e-4


@pytest.mark.parametrize('name', SHIPPED)
def test_shipped_model_of_both_kinds_has_one_record_and_no_place_of_a_machine(name):
    path = shipped_models()[name].with_suffix('.onnx')
    assert load_card(path) == load_card(shipped_models()[name])
    assert load_model(name).backend.startswith('onnxruntime')
    text = path.read_bytes()
    assert b'site-packages' not in text
    assert str(REPO).encode() not in text


@pytest.fixture
def made(tmp_path):
    """A small network of sound, and one with the layer for whole recordings, in both files."""

    def make(card, name='a'):
        net = make_net(card)
        if card.network.ppv:  # thresholds that are no multiple of anything
            windows = torch.randn(50, 100, card.input.n_values)
            net.ppv.fit(windows, torch.Generator().manual_seed(0))
        digest = save_weights(tmp_path / f'{name}.safetensors', net, card)
        save_onnx(tmp_path / f'{name}.onnx', net, card, digest)
        return tmp_path / f'{name}.safetensors'

    return make


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    """Both files of a small network; an export takes seconds."""
    folder, card = tmp_path_factory.mktemp('exported'), make_card()
    net = make_net(card)
    digest = save_weights(folder / 'a.safetensors', net, card)
    save_onnx(folder / 'a.onnx', net, card, digest)
    return folder


@pytest.fixture
def plain(exported, tmp_path):
    """A copy of them that may be spoilt."""
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True)
    return tmp_path / 'a.safetensors'


def test_weights_of_sound_and_of_whole_recordings_are_exported(made):
    for card in (sound_card(), make_card(network={'ppv': True, 'segment': True})):
        path = made(card, card.modality)
        models = load_model(path, 'torch'), load_model(path, 'onnxruntime')
        recording = np.random.default_rng(0).normal(size=(171, card.input.n_values))
        p, q = (
            np.exp(model.segment_log_probabilities(recording.astype(np.float32)))
            for model in models
        )
        np.testing.assert_allclose(p, q, atol=1e-4)


def test_a_file_that_says_something_else_is_not_written(tmp_path, monkeypatch):
    card = make_card()
    monkeypatch.setattr(OnnxModel, 'log_probabilities', lambda self, x: np.zeros((len(x), 3)))
    with pytest.raises(WeightsError, match='onnxruntime and torch differ by'):
        save_onnx(tmp_path / 'a.onnx', make_net(card), card, '')
    assert not list(tmp_path.iterdir())


def test_backend_is_what_is_asked_for(plain):
    beside = plain.with_suffix('.onnx')
    assert isinstance(load_model(plain), OnnxModel)
    assert isinstance(load_model(plain, 'torch'), TorchModel)
    assert isinstance(load_model(beside), OnnxModel)
    with pytest.raises(ConfigError, match=r'torch runs the \.safetensors file'):
        load_model(beside, 'torch')
    with pytest.raises(ConfigError, match="no backend 'tensorrt'; there are auto, onnx"):
        load_model(plain, 'tensorrt')
    beside.unlink()
    assert isinstance(load_model(plain), TorchModel)
    with pytest.raises(ConfigError, match=r'a\.onnx is not there: make it by "dcat export'):
        load_model(plain, 'onnxruntime')


def test_a_file_of_other_weights_beside_is_not_taken(plain, made):
    made(make_card(name='other'), 'b').with_suffix('.onnx').replace(plain.with_suffix('.onnx'))
    assert isinstance(load_model(plain), TorchModel)
    with pytest.raises(WeightsError, match='was made of other weights: make it again by "dcat exp'):
        load_model(plain, 'onnxruntime')


def changed(path, change):
    network = onnx.load(path)
    change(network)
    path.write_bytes(network.SerializeToString())
    return path


def set_record(network, key, value):
    for one in network.metadata_props:
        if one.key == key:
            one.value = value


@pytest.mark.parametrize(
    ('change', 'match'),
    [
        (lambda n: n.metadata_props.pop(), 'has no dcat_ros record'),
        (lambda n: setattr(n, 'ir_version', 999), 'is newer than this onnxruntime'),
        (lambda n: setattr(n.opset_import[0], 'version', 999), 'is newer than this onnxruntime'),
        (lambda n: set_record(n, 'dcat_ros', '{}'), 'in its record is wrong'),
        (lambda n: set_record(n, 'dcat_ros_onnx', '[]'), 'its network is not that of its record'),
        (
            lambda n: set_record(
                n,
                'dcat_ros',
                make_card(labels=('walk', 'jog', 'sit', 'rest')).model_dump_json(),
            ),
            r'of a window of zeros it says \(1, 3\)',
        ),
        (lambda n: setattr(n.graph.output[0], 'name', 'x'), 'no whole ONNX file'),
    ],
    ids=['foreign', 'newer format', 'newer operations', 'record', 'facts', 'labels', 'graph'],
)
def test_a_file_that_is_not_ours_or_too_new_is_one_sentence(plain, change, match):
    path = changed(plain.with_suffix('.onnx'), change)
    with pytest.raises(WeightsError, match=match) as problem:
        load_onnx(path)
    assert len(str(problem.value).splitlines()) == 1


@pytest.mark.parametrize('share', [0.0, 0.01, 0.5, 0.99])
def test_a_file_that_breaks_off_is_one_sentence(plain, share):
    path = plain.with_suffix('.onnx')
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(WeightsError) as problem:
        load_onnx(path)
    assert len(str(problem.value).splitlines()) == 1


def test_the_example_needs_onnxruntime_and_numpy_alone():
    page = (REPO / 'docs' / 'howto' / 'onnx.md').read_text()
    (example,) = re.findall(r'```python\n(.*?)```', page, re.DOTALL)
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    stop = "import sys; sys.modules['torch'] = sys.modules['dcat_ros'] = None\n"
    done = run_python('-c', stop + example, REPO / 'models' / 'imu_watch.onnx')
    assert (done.returncode, done.stderr) == (0, '')
    label, p, _ = done.stdout.split()
    assert label in load_card(REPO / 'models' / 'imu_watch.onnx').labels
    assert 0 < float(p) <= 1


def test_a_model_is_loaded_and_run_without_what_trains(tmp_path):
    code = (
        'import json, sys\n'
        'from dcat_ros.model.runtime import load_model\n'
        "model = load_model('imu_utd_mhad')\n"
        'model.warm_up()\n'
        'print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))'
    )
    done = run_python('-c', code)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert loaded & {'torch', 'scipy', 'sklearn', 'matplotlib', 'plotly', 'onnx', 'pandas'} == set()
