"""`dcat train` and `dcat evaluate` on clips of sound, from a folder of a few made ones."""

import json
from functools import partial

import numpy as np
import pytest
import soundfile
import yaml
from helpers import sound_fields

from dcat_ros.datasets.kitchen20 import INFO
from dcat_ros.evaluation.intervals import cluster_bootstrap


@pytest.fixture(scope='module')
def clips(tmp_path_factory):
    """Two sources a label, one clip of 0.3 or 0.7 s each."""
    data = tmp_path_factory.mktemp('data')
    folder = data / 'kitchen20'
    folder.mkdir()
    rows = ['file,label,source']
    rng = np.random.default_rng(0)
    for i, label in enumerate(INFO.labels):
        for source in (f'{i}1', f'M-{i}.wav'):
            name = f'{i}_{source}.flac'
            time = np.arange(11200 if i % 2 else 4800) / 16000
            sound = 0.3 * np.sin(2 * np.pi * (100 + 150 * i) * time) + 0.01 * rng.normal(
                size=len(time)
            )
            soundfile.write(folder / name, sound, 16000)
            rows.append(f'{name},{label},{source}')
    (folder / 'clips.csv').write_text('\n'.join([*rows, 'gone.flac,peel,9']))
    return data


@pytest.mark.slow
@pytest.mark.usefixtures('weights_only')
def test_train_then_evaluate_every_clip_however_short(dcat, clips, tmp_path, monkeypatch):
    quick = partial(cluster_bootstrap, n_resamples=20)
    monkeypatch.setattr('dcat_ros.training.results.cluster_bootstrap', quick)
    recipe = sound_fields(
        window_s=0.5, stride_s=0.25, lag_s=0.25, lengths_s=[0.5], optimiser={'steps': 2}
    )
    (tmp_path / 'r.yaml').write_text(yaml.safe_dump(recipe))
    code, out, err = dcat(
        'train', '--config', 'r.yaml', '--data', clips, '--out', 'tiny.safetensors'
    )
    assert code == 0, err
    assert 'skipped gone.flac: the file is missing' in err
    assert 'white noise at 10 dB' in out
    card = (tmp_path / 'tiny.md').read_text()
    assert 'mel0 to mel63 (dB)' in card
    assert '40 subjects' in card
    work = tmp_path / 'runs' / 'tiny_sound'
    assert len(json.loads((work / 'results.json').read_text())['trials']) == 40
    assert (work / 'curves.png').is_file()

    code, out, err = dcat(
        'evaluate', '--dataset', 'kitchen20', '--data', clips, '--model', 'tiny.safetensors',
        '--json', 's.json',
    )  # fmt: skip
    assert code == 0, err
    assert 'kitchen20, 40 subjects' in out
    assert '1 recordings were skipped: gone.flac' in out
    (model,) = json.loads((tmp_path / 's.json').read_text())['models']
    assert model['scores']['n_trials'] == 40  # those of 0.3 s as well, in which no window fits
    assert 0 <= model['scores']['trial_accuracy'] <= 1


def test_a_folder_of_other_sources_is_scored_behind_the_tagger(dcat, clips, tmp_path, has_tagger):
    code, out, err = dcat(
        'evaluate', '--dataset', 'kitchen20', '--data', clips, '--model', 'audio_kitchen20_ear',
        '--json', 's.json',
    )  # fmt: skip
    assert code == 0, err
    assert 'kitchen20, 40 subjects' in out
    (model,) = json.loads((tmp_path / 's.json').read_text())['models']
    assert model['scores']['n_trials'] == 40
    # tones are none of what it learned
    assert model['scores']['trial_accuracy'] < 0.5
