import numpy as np
import pytest
from scipy.io import wavfile

from dcat_ros.datasets import klangio, klangio_files
from dcat_ros.errors import DatasetError

STRUMS = [(0.5, 'D'), (0.9, 'U'), (1.4, 'D'), (2.4, 'D')]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / 'klangio'
    made.mkdir()
    return made


def sound(seconds=3.0, rate=22050, hz=440.0):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def write(folder, name='take', strums=None, motion=None, audio=None, rate=22050, seconds=3.0):
    rows = ''.join(f'{t}\t{label}\tN\n' for t, label in STRUMS) if strums is None else strums
    (folder / f'{name}.strums').write_text(rows)
    times = 0.01 + np.arange(int(seconds * 18.75)) / 18.75
    rows = ''.join(f'{t},{2 * t - 1}\n' for t in times) if motion is None else motion
    (folder / f'{name}.csv').write_text(rows)
    samples = (sound(seconds) * 32768).astype(np.int16) if audio is None else audio
    wavfile.write(folder / f'{name}_phone.wav', rate, samples)


def test_load_windows_labels_and_signals(folder):
    write(folder)
    dataset = klangio.load(folder.parent)
    assert [(t.name, t.label) for t in dataset.trials] == [
        ('take@0.5000', 'down'),
        ('take@0.9000', 'up'),
        ('take@1.1500', 'none'),  # a gap of 0.5 s
        ('take@1.4000', 'down'),
        ('take@1.9000', 'none'),
        ('take@2.4000', 'down'),
    ]
    assert {(t.subject, t.source) for t in dataset.trials} == {('take', 'take')}
    assert dataset.skipped == ()
    trial = dataset.trials[1]
    motion, audio = trial.signals['motion'], trial.signals['audio']
    # 0.6 to 1.2 s of a straight line
    np.testing.assert_allclose(motion.values[:, 0], 2 * (0.6 + np.arange(30) / 50) - 1)
    assert motion.stamps_ns.tolist() == [20_000_000 * i for i in range(30)]
    expected = 0.5 * np.sin(2 * np.pi * 440 * (0.6 + np.arange(9600) / 16000))
    np.testing.assert_allclose(audio.values[:, 0], expected, atol=2e-3)
    assert audio.stamps_ns[[0, 1, -1]].tolist() == [0, 62_500, 599_937_500]


def test_load_one_modality_has_the_same_windows(folder):
    write(folder)
    every = klangio.load(folder.parent)
    for modality in klangio.MODALITIES:
        one = klangio.load(folder.parent, (modality,))
        assert [t.name for t in one.trials] == [t.name for t in every.trials]
        assert {tuple(t.signals) for t in one.trials} == {(modality,)}


def test_load_progress_counts_takes(folder):
    write(folder, 'a')
    write(folder, 'b', strums='nonsense')
    seen = []
    klangio.load(folder.parent, progress=lambda *steps: seen.append(steps))
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize('suffix', ['.strums', '.csv', '_phone.wav'])
def test_load_missing_partner_skips_the_take(folder, suffix):
    write(folder, 'good')
    write(folder, 'half')
    (folder / f'half{suffix}').unlink()
    dataset = klangio.load(folder.parent)
    assert dataset.subjects == ('good',)
    (skip,) = dataset.skipped
    assert (skip.name, skip.why) == ('half', f'the partner half{suffix} is missing')


@pytest.mark.parametrize(
    ('wrong', 'text'),
    [
        ({'strums': '0.5\tD\n1.0\tX\n'}, 'line 2 of bad.strums is no time and D or U'),
        ({'strums': '0.5\tD\n\n1.0\n'}, 'line 3 of bad.strums is no time and D or U'),
        ({'strums': 'a\tD\n'}, "line 1 of bad.strums: 'a' is not a number"),
        ({'strums': 'nan\tD\n'}, "line 1 of bad.strums: 'nan' is not a number"),
        ({'strums': '1\tD\n0.5\tU\n'}, 'bad.strums do not ascend'),
        ({'strums': '1\tD\n1.0001\tU\n'}, 'bad.strums do not ascend by at least 0.001'),
        ({'motion': '0,1\n1,2,3\n'}, 'line 2 of bad.csv is no time and slope'),
        ({'motion': '0,1\n1,inf\n'}, "line 2 of bad.csv: 'inf' is not a number"),
        ({'motion': '0,1\n0,2\n'}, 'times in bad.csv do not ascend'),
        ({'motion': '0,1\n'}, '1 samples in bad.csv are too few'),
        ({'motion': ''}, '0 samples in bad.csv are too few'),
        ({'audio': np.zeros(0, np.int16)}, 'bad_phone.wav has no samples'),
        ({'audio': np.full(9000, np.nan, np.float32)}, 'a sample of bad_phone.wav is NaN'),
        ({'rate': 100}, 'bad_phone.wav has 100 Hz'),
    ],
)
def test_load_wrong_file_skips_the_take_and_names_the_line(folder, wrong, text):
    write(folder, 'good')
    write(folder, 'bad', **wrong)
    dataset = klangio.load(folder.parent)
    assert dataset.subjects == ('good',)
    (skip,) = dataset.skipped
    assert skip.name == 'bad'
    assert text in skip.why


@pytest.mark.parametrize('suffix', ['.strums', '.csv'])
def test_load_bytes_that_are_no_text(folder, suffix):
    write(folder)
    (folder / f'take{suffix}').write_bytes(b'\xff\xfe\x00')
    assert 'is not a readable text file' in klangio.load(folder.parent).skipped[0].why


@pytest.mark.parametrize('n_bytes', [0, 3, 20, 43])
def test_load_truncated_sound_without_samples(folder, n_bytes):
    write(folder)
    path = folder / 'take_phone.wav'
    path.write_bytes(path.read_bytes()[:n_bytes])
    dataset = klangio.load(folder.parent)
    assert dataset.trials == ()
    assert 'take_phone.wav' in dataset.skipped[0].why


def test_load_windows_that_leave_the_shorter_recording_are_skipped(folder):
    strums = '0.2\tD\n0.6\tU\n1.0\tD\n1.4\tU\n1.8\tD\n2.9\tU\n'
    write(folder, strums=strums, audio=(sound(1.6) * 32768).astype(np.int16))
    dataset = klangio.load(folder.parent)
    assert [t.name for t in dataset.trials] == ['take@0.6000', 'take@1.0000']
    assert {s.name: s.why.split()[-1] for s in dataset.skipped} == {
        'take@0.2000': 'motion',
        'take@1.4000': 'sound',
        'take@1.8000': 'sound',
        'take@2.3500': 'sound',
        'take@2.9000': 'motion',
    }


def test_load_hole_in_the_motion_skips_its_windows_alone(folder):
    times = [t for t in np.arange(0, 3, 0.05) if not 1.6 < t < 2.0]
    write(folder, motion=''.join(f'{t},0\n' for t in times))
    dataset = klangio.load(folder.parent)
    assert [t.name[5:] for t in dataset.trials] == ['0.5000', '0.9000', '1.1500', '2.4000']
    assert [s.name[5:] for s in dataset.skipped] == ['1.4000', '1.9000']
    assert all('motion is missing for over 0.25 s' in s.why for s in dataset.skipped)


@pytest.mark.parametrize(
    ('samples', 'rate'),
    [
        (np.stack([sound() * 2, 0 * sound()], axis=1).clip(-1, 1).astype(np.float32), 22050),
        (sound().astype(np.float64), 22050),
        (sound(rate=44100).astype(np.float32), 44100),
        (sound(rate=16000).astype(np.float32), 16000),
        ((sound() * 2**31).astype(np.int32), 22050),
        ((sound() * 128 + 128).astype(np.uint8), 22050),
    ],
    ids=['stereo', 'float64', '44.1 kHz', '16 kHz', 'int32', 'uint8'],
)
def test_read_audio_of_every_kind(folder, samples, rate):
    wavfile.write(folder / 'x_phone.wav', rate, samples)
    audio = klangio_files.read_audio(folder / 'x_phone.wav')
    assert audio.shape == (48000,)
    expected = sound(rate=16000)
    np.testing.assert_allclose(audio[100:-100], expected[100:-100], atol=0.012)


def test_load_without_a_folder(tmp_path):
    with pytest.raises(DatasetError, match='give --data DIR'):
        klangio.load(None)
    with pytest.raises(DatasetError, match='klangio is not there'):
        klangio.load(tmp_path)


def test_load_real_takes(data_dir):
    if not (data_dir / 'klangio').is_dir():
        pytest.skip('needs the klangio recordings below DCAT_DATA')
    dataset = klangio.load(data_dir)
    assert len(dataset.subjects) == 8
    labels = [t.label for t in dataset.trials]
    assert {name: labels.count(name) for name in dataset.info.labels} == {
        'down': 288,
        'up': 175,
        'none': 166,
    }
    # all that is lost are windows at the ends of takes
    assert {' '.join(s.why.split()[:3]) for s in dataset.skipped} == {'the window leaves'}
    # sound: strings are struck in the middle of a strum's window, and not in that of 'none'
    rise = {name: [] for name in dataset.info.labels}
    for trial in dataset.trials:
        loud = (trial.signals['audio'].values[:, 0] ** 2).reshape(30, -1).mean(1) + 1e-6
        rise[trial.label].append(10 * np.log10(loud[15:18].mean() / loud[10:14].mean()))
    assert np.median(rise['down']) > np.median(rise['none']) + 3
    assert np.median(rise['up']) > np.median(rise['none']) + 3
