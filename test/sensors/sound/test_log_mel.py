import numpy as np
import pytest
from librosa_mel import FILE, WAYS

from dcat_ros.errors import DatasetError
from dcat_ros.sensors.sound.log_mel import log_mel

RATE_HZ = 16000


def tone(hz, n=RATE_HZ, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * hz * np.arange(n) / RATE_HZ)


def noise(n=RATE_HZ):
    return np.random.default_rng(0).uniform(-1, 1, n)


def mel_by_hand(hz):
    return 15 + np.log(hz / 1000) / np.log(6.4) * 27 if hz > 1000 else 3 * hz / 200


@pytest.mark.parametrize(('n', 'frames'), [(400, 1), (559, 1), (560, 2), (16000, 98)])
def test_log_mel_frames_are_the_whole_ones(n, frames):
    out = log_mel(noise(n))
    assert out.shape == (frames, 64)
    assert out.dtype == np.float32


@pytest.mark.parametrize('hz', [200, 440, 1000, 3000, 7000])
def test_log_mel_tone_is_in_its_band(hz):
    band = int(log_mel(tone(hz))[5].argmax())
    step = mel_by_hand(8000) / 65
    assert abs((band + 1) * step - mel_by_hand(hz)) <= step


def test_log_mel_ten_times_the_amplitude_is_20_db():
    loud, quiet = log_mel(noise()), log_mel(noise() / 10)
    np.testing.assert_allclose(loud - quiet, 20, atol=1e-4)


def test_log_mel_silence_is_the_floor():
    assert np.all(log_mel(np.zeros(800)) == -100)


def test_log_mel_one_frame_by_the_fourier_sum():
    x = noise(400)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    k = np.arange(201)
    power = np.abs(np.exp(-2j * np.pi * np.outer(k, np.arange(400)) / 400) @ (x * hann)) ** 2
    step = mel_by_hand(8000) / 65
    # band 2 lies below 1 kHz, where the scale is linear
    low, middle, high = (np.array([2, 3, 4]) * step * 200 / 3).tolist()
    weights = np.interp(k * 40.0, [low, middle, high], [0, 1, 0]) * 2 / (high - low)
    assert log_mel(x)[0, 2] == pytest.approx(10 * np.log10(weights @ power), abs=1e-3)


@pytest.mark.parametrize('cut', [4000, 7001, 15500])
def test_log_mel_of_a_stream_are_the_frames_of_the_recording(cut):
    x = noise()
    start = log_mel(x[:cut])
    rest = log_mel(x[160 * len(start) :])
    np.testing.assert_array_equal(np.concatenate([start, rest]), log_mel(x))


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('sound', ['noise', 'tone'])
def test_log_mel_is_librosas(sound, way):
    with np.load(FILE) as librosa:
        x, theirs = librosa[sound].astype(np.float64), librosa[f'{sound}.{way}']
    np.testing.assert_allclose(
        10 ** (log_mel(x, *WAYS[way]) / 10),
        np.maximum(theirs, 1e-10),
        rtol=2e-5,  # under 1e-4 dB
    )


@pytest.mark.parametrize(
    ('samples', 'options', 'text'),
    [
        (noise(399), {}, '399 samples of sound are too few, 400'),
        (noise(800).reshape(-1, 1), {}, 'floats of shape'),
        (np.zeros(800, np.int16), {}, 'not int16'),
        (np.full(800, np.nan), {}, 'NaN or infinite'),
        (np.full(800, np.inf), {}, 'NaN or infinite'),
        (noise(), {'n_mels': 0}, 'cannot be made'),
        (noise(), {'rate_hz': -1}, 'cannot be made'),
        (noise(), {'window_s': np.nan}, 'cannot be made'),
        (noise(), {'hop_s': np.inf}, 'cannot be made'),
        (noise(), {'hop_s': 1e-6}, 'under a sample'),
        (noise(), {'window_s': 1e-6}, 'under a sample'),
    ],
)
def test_log_mel_of_no_sound_is_refused(samples, options, text):
    with pytest.raises(DatasetError, match=text):
        log_mel(samples, **options)
