"""Shipped weights say of recorded windows what they said when they were shipped."""

import json
from pathlib import Path

import numpy as np
import pytest

from dcat_ros.datasets import load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.registry import sensor_of

#: model -> probabilities of the first window of each ninth trial, of one subject
SAID = json.loads(Path(__file__).with_name('shipped_probabilities.json').read_text())
RECORDINGS = {'imu_watch': ('watch', '9'), 'imu_utd_mhad': ('watch', '9')}


@pytest.mark.parametrize(('backend', 'most'), [('torch', 1e-5), ('onnxruntime', 1e-4)])
@pytest.mark.parametrize('name', SAID)
def test_shipped_weights_say_what_they_said(name, backend, most, data_dir):
    model = load_model(name, backend)
    sensor = sensor_of(model.card)
    name_of_set, subject = RECORDINGS.get(name, ('utd_mhad', '6'))
    if name_of_set == 'watch':
        pytest.importorskip('seglearn')
    elif not (data_dir / name_of_set).is_dir():
        pytest.skip(f'needs the recordings {name_of_set}: set DCAT_DATA')
    dataset = load(name_of_set, data_dir, [subject], [sensor.signal])
    chosen = {trial.name for trial in dataset.trials[:27:9]}
    some = dataset.where(lambda trial: trial.name in chosen)
    windows = [
        trial.signals[sensor.name].values[: model.length].astype(np.float32)
        for trial in as_sensor(some, sensor, model.card.input.rate_hz).trials
    ]
    found = np.exp(model.log_probabilities(np.stack(windows)))
    np.testing.assert_allclose(found, SAID[name], atol=most)
