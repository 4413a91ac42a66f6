"""Windows behind a frozen encoder: made once, drawn again."""

import numpy as np

from dcat_ros.training.batch import Batch
from dcat_ros.training.encoded import encoded_batches, remembered


def draw(rng):
    """Four windows of two lengths, each as high as its target says."""
    n = int(rng.choice([6, 8]))
    y = rng.integers(5, size=4)
    return Batch(np.tile(y[:, None, None], (1, n, 3)).astype(np.float32), y, y + 10)


def doubled(windows):
    return 2 * windows[:, ::2]


def test_what_is_drawn_is_encoded_and_keeps_its_target():
    again = encoded_batches(draw, doubled, (3, 4), 100)
    lengths = set()
    for seed in range(40):
        batch = again(np.random.default_rng(seed))
        assert batch.windows.dtype == np.float32
        assert batch.windows.shape == (4, batch.windows.shape[1], 3)
        np.testing.assert_array_equal(batch.windows[:, 0, 0], 2 * batch.targets)
        np.testing.assert_array_equal(batch.pairs, batch.targets + 10)
        lengths.add(batch.windows.shape[1])
    assert lengths == {3, 4}


def test_the_encoder_is_asked_for_so_many_windows_and_no_more():
    asked = []

    def counting(windows):
        asked.append(len(windows))
        return windows

    again = encoded_batches(draw, counting, (0,), 98)
    for seed in range(100):
        again(np.random.default_rng(seed))
    assert sum(asked) == 100


def test_the_same_seed_makes_the_same_windows():
    one, other, third = (encoded_batches(draw, doubled, (seed,), 40) for seed in (1, 1, 2))
    drawn = [of(np.random.default_rng(0)) for of in (one, other, third)]
    np.testing.assert_array_equal(drawn[0].windows, drawn[1].windows)
    assert not np.array_equal(drawn[0].targets, drawn[2].targets)


def test_what_was_encoded_is_remembered():
    asked = []

    def counting(windows):
        asked.append(len(windows))
        return 2 * windows

    again = remembered(counting)
    windows = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    for _ in range(3):
        np.testing.assert_array_equal(again(windows), 2 * windows)
    again(windows + 1)
    assert asked == [2, 2]
