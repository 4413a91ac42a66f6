"""What speaks against sound: by hand, on real sound read in wrong formats, and on none that is."""

import numpy as np
import pytest

from dcat_ros.datasets import klangio_files, load
from dcat_ros.doubt import FAULT, NOTE, SENSELESS
from dcat_ros.sensors.sound.doubts import SoundJudge
from dcat_ros.sensors.sound.format import find_format

RATE = 16000


def hiss(n=2 * RATE, level=0.1, seed=0):
    """Sound whose neighbouring samples are alike, as a room's are."""
    white = np.random.default_rng(seed).normal(size=n + 4) * level
    return np.convolve(white, np.ones(5) / 5, 'valid').astype(np.float32)


def judged(samples, rate=RATE, size=4000, **options):
    """All doubts that were there at some time, by reason."""
    judge, found = SoundJudge(**options), {}
    samples = samples.reshape(len(samples), -1)
    for i in range(0, len(samples), size):
        judge.feed(samples[i : i + size], rate)
        found |= {doubt.reason: doubt for doubt in judge.doubts}
    return found


def test_right_sound_is_not_doubted():
    assert judged(hiss()) == {}
    assert judged(np.stack([hiss(), hiss(seed=1)], axis=1)) == {}


@pytest.mark.parametrize('channels', [1, 2])
def test_silent_is_a_note_and_frozen_is_senseless(channels):
    (silent,) = judged(np.zeros((RATE, channels), np.float32)).values()
    assert (silent.reason, silent.level) == ('silent', NOTE)
    (frozen,) = judged(np.full((RATE, channels), -0.01, np.float32)).values()
    assert (frozen.reason, frozen.level) == ('frozen', SENSELESS)
    assert 'every sample is -0.01' in frozen.sentence


def test_a_channel_that_is_silent_is_no_doubt():
    assert judged(np.stack([hiss(), np.zeros(2 * RATE, np.float32)], axis=1)) == {}


def test_clipped_is_a_share_at_full_scale():
    some = hiss()
    some[:160] = 1.0  # 1 % of a second
    assert judged(some) == {}
    (clipped,) = judged(np.clip(40 * hiss(), -1, 32767 / 32768)).values()
    assert (clipped.reason, clipped.level) == ('clipped', FAULT)
    assert 'turn the microphone down' in clipped.sentence


@pytest.mark.parametrize(
    ('samples', 'text'),
    [
        (np.random.default_rng(0).uniform(-1, 1, RATE), r'white noise of 0\.58 of full scale'),
        (hiss(RATE) + 0.4, r'lie around 0\.40 and not around 0'),
        (hiss(RATE) * 32768, 'times full scale'),
    ],
)
def test_a_format_that_is_not_theirs_by_hand(samples, text):
    (doubt,) = judged(samples.astype(np.float32)).values()
    assert (doubt.reason, doubt.level) == ('format', FAULT)
    assert 'audio_info' in doubt.sentence
    with pytest.raises(AssertionError, match=text):
        raise AssertionError(doubt.sentence)


def test_noise_that_is_not_near_full_scale_is_a_sound():
    assert judged(np.random.default_rng(0).normal(scale=0.25, size=RATE).astype(np.float32)) == {}


def test_less_than_a_second_is_not_judged_and_old_sound_is_forgotten():
    assert judged(np.zeros(15_999, np.float32)) == {}
    judge = SoundJudge()
    judge.feed(np.full((2 * RATE, 1), 0.2, np.float32), RATE)
    assert [doubt.reason for doubt in judge.doubts] == ['frozen']
    for i in range(20):
        judge.feed(hiss(1600, seed=i)[:, None], RATE)
    assert judge.doubts == []
    judge.reset()
    assert judge.doubts == []


def test_another_rate_starts_anew():
    judge = SoundJudge()
    judge.feed(np.zeros((RATE, 1), np.float32), RATE)
    judge.feed(np.zeros((RATE, 1), np.float32), 48_000)
    assert judge.doubts == []


def encoded(samples, name):
    """Bytes of samples in a format, by other means than they are read."""
    kind, bits, order = name[0], int(name[1:].rstrip('BLE')), '>' if name.endswith('BE') else '<'
    if kind == 'F':
        return samples.astype(f'{order}f{bits // 8}').tobytes()
    top = 2 ** (bits - 1)
    values = np.clip(np.round(samples.astype(np.float64) * top), -top, top - 1).astype('<i8')
    values += top if kind == 'U' else 0
    raw = values.view(np.uint8).reshape(-1, 8)[:, : bits // 8]
    return (raw if order == '<' else raw[:, ::-1]).tobytes()


def read_as(raw, name):
    form = find_format(name)
    with np.errstate(invalid='ignore'):
        return form.samples(raw[: len(raw) // form.width * form.width])


@pytest.fixture(scope='module')
def clips(data_dir):
    return [trial.signals['audio'].values[:, 0] for trial in load('kitchen20', data_dir).trials]


@pytest.mark.parametrize(
    ('name', 'late', 'read', 'least'),
    [
        ('U8', 0, 'S16LE', 0.98),
        ('U8', 1, 'S16LE', 0.98),
        ('S16BE', 0, 'S16LE', 0.9),
        ('S16LE', 1, 'S16LE', 0.9),
        ('S16LE', 0, 'S16BE', 0.9),
        ('S16LE', 0, 'U16LE', 0.98),
        ('S16LE', 0, 'U8', 0.98),
        ('S16LE', 0, 'S24LE', 0.9),
        ('U16LE', 0, 'S16LE', 0.98),
        ('U16BE', 0, 'S16LE', 0.9),
        ('S24LE', 0, 'S16LE', 0.85),
        ('S24BE', 0, 'S16LE', 0.85),
        ('S24LE', 1, 'S16LE', 0.85),
        ('S32LE', 0, 'S16LE', 0.98),
        ('S32LE', 1, 'S16LE', 0.9),
        ('S32BE', 0, 'S16LE', 0.98),
        ('F32LE', 0, 'S16LE', 0.98),
        ('F32LE', 1, 'S16LE', 0.98),
        ('F32BE', 0, 'S16LE', 0.98),
        ('F64LE', 0, 'S16LE', 0.98),
        ('F64BE', 0, 'S16LE', 0.98),
    ],
)
def test_real_sound_read_in_another_format_is_doubted(clips, name, late, read, least):
    """Of clips that are not nearly silent: a wrong byte order of those is a louder sound."""
    loud = [clip[:40_000] for clip in clips[::6] if clip[:40_000].std() > 0.02]
    assert len(loud) > 50
    found = [judged(read_as(encoded(clip, name)[late:], read), size=16_000) for clip in loud]
    assert np.mean(['format' in doubts for doubts in found]) >= least


def test_stereo_of_floats_is_doubted(clips):
    loud = [clip[:40_000] for clip in clips[::20] if clip[:40_000].std() > 0.02]
    for clip in loud:
        pieces = read_as(encoded(np.repeat(clip, 2), 'F32LE'), 'S16LE')
        assert 'format' in judged(pieces.reshape(-1, 2), size=16_000)


def test_no_real_sound_is_doubted(clips, data_dir):
    """A clip may be silent in part; that is a note."""
    folder = data_dir / 'klangio'
    takes = [
        klangio_files.read_audio(folder / f'{name}_phone.wav').astype(np.float32)
        for name in klangio_files.takes(folder)
    ]
    assert len(clips) > 800
    assert len(takes) == 8
    for i, clip in enumerate([*clips, *takes]):
        assert judged(clip).keys() <= {'silent'}, i
