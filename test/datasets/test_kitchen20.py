"""Clips of kitchen sounds: what is read, and what is refused with a reason."""

import numpy as np
import pytest
import soundfile

from dcat_ros.datasets import kitchen20, load
from dcat_ros.datasets.as_sensor import signal_for
from dcat_ros.errors import DatasetError
from dcat_ros.sensors.registry import sensors
from dcat_ros.sensors.sound.log_mel import log_mel

HEADER = 'file,label,source,take,fold_in_original,seconds,original_name'


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / 'kitchen20'
    (made / 'audio').mkdir(parents=True)
    return made


def tone(seconds=2.0, rate=16000, channels=1):
    one = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    return np.repeat(one[:, None], channels, axis=1).astype(np.float32)


def write(folder, rows, samples=None, rate=16000):
    lines = [f'audio/{name}.flac,{label},{source},A,1,2.0,x.wav' for name, label, source in rows]
    (folder / 'clips.csv').write_text('\n'.join([HEADER, *lines]) + '\n')
    for name, _, _ in rows:
        sound = tone() if samples is None else samples
        soundfile.write(folder / 'audio' / f'{name}.flac', sound, rate, subtype='PCM_16')


def test_load_a_clip_a_trial_with_its_source_as_subject(folder):
    write(folder, [('0000', 'blender', '158737'), ('0001', 'peel', 'J-eplucher.aac')])
    dataset = load('kitchen20', folder.parent)
    assert [(t.name, t.label, t.subject, t.source) for t in dataset.trials] == [
        ('audio/0000.flac', 'blender', '158737', '158737'),
        ('audio/0001.flac', 'peel', 'J-eplucher.aac', 'J-eplucher.aac'),
    ]
    assert dataset.skipped == ()
    signal = dataset.trials[0].signals['audio']
    assert signal.values.shape == (32000, 1)
    assert signal.stamps_ns[[0, 1, 16000]].tolist() == [0, 62_500, 1_000_000_000]
    np.testing.assert_allclose(signal.values, tone(), atol=1 / 32768)


def test_signal_for_is_log_mel_with_the_ends_of_its_frames(folder):
    write(folder, [('0000', 'blender', '1')])
    trial = load('kitchen20', folder.parent).trials[0]
    rows = signal_for(trial, sensors()['audio'], 100.0)
    np.testing.assert_array_equal(rows.values, log_mel(trial.signals['audio'].values[:, 0]))
    assert rows.values.shape == (198, 64)
    assert rows.stamps_ns[:2].tolist() == [25_000_000, 35_000_000]


@pytest.mark.parametrize(
    ('row', 'why'),
    [
        ('audio/gone.flac,blender,1', 'the file is missing'),
        ('audio/a.flac,blender,1', 'a line above names the same file'),
        ('audio/b.flac,singing,1', "its label 'singing' is none of the 20"),
        ('audio/b.flac,blender,', 'it has no source'),
        (',blender,1', 'it names no file'),
        ('../../secret.flac,blender,1', 'it lies outside of the folder'),
        ('audio/fast.flac,blender,1', 'it has 44100 Hz, not 16000'),
        ('audio/stereo.flac,blender,1', 'it has 2 channels, not 1'),
        ('audio/short.flac,blender,1', 'it is 0.05 s long'),
        ('audio/text.flac,blender,1', 'it is no readable sound file'),
    ],
)
def test_load_skips_a_bad_clip_with_its_reason(folder, row, why):
    audio = folder / 'audio'
    soundfile.write(audio / 'a.flac', tone(), 16000)
    soundfile.write(audio / 'b.flac', tone(), 16000)
    soundfile.write(audio / 'fast.flac', tone(rate=44100), 44100)
    soundfile.write(audio / 'stereo.flac', tone(channels=2), 16000)
    soundfile.write(audio / 'short.flac', tone(0.05), 16000)
    (audio / 'text.flac').write_text('hello')
    lines = ['file,label,source', 'audio/a.flac,blender,1', row]
    (folder / 'clips.csv').write_text('\n'.join(lines))
    dataset = load('kitchen20', folder.parent)
    assert [t.name for t in dataset.trials] == ['audio/a.flac']
    assert len(dataset.skipped) == 1
    assert why in dataset.skipped[0].why


def test_load_a_cut_file_is_skipped(folder):
    write(folder, [('0000', 'blender', '1'), ('0001', 'blender', '2')])
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, size=32000)
    path = folder / 'audio' / '0001.flac'
    soundfile.write(path, noise, 16000)
    path.write_bytes(path.read_bytes()[:20000])
    dataset = load('kitchen20', folder.parent)
    assert [t.name for t in dataset.trials] == ['audio/0000.flac']
    assert [s.name for s in dataset.skipped] == ['audio/0001.flac']


def test_load_other_clips_of_the_same_layout_need_no_further_columns(folder):
    soundfile.write(folder / 'audio' / 'new.flac', tone(), 16000)
    (folder / 'clips.csv').write_text('label,file,source\nsweep,audio/new.flac,kitchen\n')
    assert [t.label for t in load('kitchen20', folder.parent).trials] == ['sweep']


def test_load_without_a_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.delenv('DCAT_DATA', raising=False)
    with pytest.raises(DatasetError, match='kitchen20 needs the folder'):
        load('kitchen20')
    with pytest.raises(DatasetError, match='is not there; --data is the folder that holds'):
        load('kitchen20', tmp_path)


def test_load_without_a_list_or_a_column_says_so(folder):
    with pytest.raises(DatasetError, match=r'clips\.csv cannot be read'):
        load('kitchen20', folder.parent)
    (folder / 'clips.csv').write_text('file,label\n')
    with pytest.raises(DatasetError, match='lacks the column source'):
        load('kitchen20', folder.parent)
    (folder / 'clips.csv').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(DatasetError, match=r'clips\.csv'):
        load('kitchen20', folder.parent)


def test_load_nothing_usable_is_an_error(folder):
    (folder / 'clips.csv').write_text('file,label,source\naudio/gone.flac,blender,1\n')
    with pytest.raises(DatasetError, match='No recording of kitchen20 is usable, 1 were skipped'):
        load('kitchen20', folder.parent)


@pytest.mark.parametrize(
    ('source', 'expected'),
    [('158737', False), ('J-frigo.aac', True), ('M2', True), ('Citrus Juicer Review.wav', False)],
)
def test_is_home(source, expected):
    assert kitchen20.is_home(source) is expected


def test_load_the_real_clips(data_dir):
    if not (data_dir / 'kitchen20').is_dir():
        pytest.skip('needs the kitchen20 recordings: set DCAT_DATA')
    dataset = load('kitchen20', data_dir)
    assert (len(dataset.trials), len(dataset.skipped)) == (857, 0)
    assert len({t.source for t in dataset.trials}) == 361
    assert {t.label for t in dataset.trials} == set(kitchen20.INFO.labels)
    assert sum(kitchen20.is_home(t.source) for t in dataset.trials) == 231
