"""Shipped weights say of recorded windows what they said when they were shipped."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import some_of_utd_mhad

from dcat_ros.datasets import load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.model.find import shipped_models
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.camera.sensor import KINECT
from dcat_ros.sensors.registry import sensor_of

#: model -> probabilities of the first window of each ninth trial, of one subject
SAID = json.loads(Path(__file__).with_name('shipped_probabilities.json').read_text())
RECORDINGS = {'imu_watch': ('watch', '9'), 'imu_utd_mhad': ('watch', '9')}
SUBJECT_6 = ('a10_s6_t1', 'a12_s6_t2', 'a14_s6_t3')
#: A pose network's numbers are a processor's own; a Kinect's joints are told in the same way.
INSTEAD = {'camera_utd_mhad': KINECT}


@pytest.mark.parametrize(('backend', 'most'), [('torch', 1e-5), ('onnxruntime', 1e-4)])
@pytest.mark.parametrize('name', SAID)
def test_shipped_weights_say_what_they_said(name, backend, most, request, tmp_path):
    model = load_model(name, backend)
    sensor = INSTEAD.get(name, sensor_of(model.card))
    if name in RECORDINGS:
        pytest.importorskip('seglearn')
        dataset, subject = RECORDINGS[name]
        whole = load(dataset, None, [subject], [sensor.signal])
        some = replace(whole, trials=whole.trials[:27:9])
    else:
        folder = some_of_utd_mhad(request.getfixturevalue('data_dir'), tmp_path, *SUBJECT_6)
        some = load('utd_mhad', folder, modalities=[sensor.signal])
    windows = [
        trial.signals[sensor.name].values[: model.length].astype(np.float32)
        for trial in as_sensor(some, sensor, model.card.input.rate_hz).trials
    ]
    found = np.exp(model.log_probabilities(np.stack(windows)))
    np.testing.assert_allclose(found, SAID[name], atol=most)


def test_every_shipped_model_of_whole_windows_has_its_entry():
    assert {*shipped_models()} - {*SAID} == {'audio_kitchen20'}, 'add it to the file'
