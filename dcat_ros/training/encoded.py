"""What an encoder makes of windows: made once, and drawn from in every step.

A frozen encoder says the same of the same window, and takes longer than a step of what learns.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.encoder import Encode
from dcat_ros.training.batch import Batch, Targets

__all__ = ['encoded_batches', 'remembered']

Draw = Callable[[np.random.Generator], Batch]


class _Made(NamedTuple):
    """Of one length: what the encoder said (N, L, values), and the rest as in `Batch`."""

    encoded: NDArray[np.float16]
    targets: Targets
    pairs: NDArray[np.int64]
    batch_size: int


def encoded_batches(draw: Draw, encode: Encode, seed: tuple[int, ...], n_windows: int) -> Draw:
    """Draws batches of encoded windows.

    Args:
        draw: of windows of one length each time.
        encode: the encoder.
        seed: of what is made.
        n_windows: so many are made at least. They are kept in half precision.

    Returns:
        Draws as many windows as `draw` does, all of one length, and each length as often.
    """
    held: list[_Made] = []

    def again(rng: np.random.Generator) -> Batch:
        if not held:  # a training that is finished already draws nothing
            held.extend(_made(draw, encode, seed, n_windows))
        shares = np.array([len(one.encoded) for one in held], np.float64)
        one = held[int(rng.choice(len(held), p=shares / shares.sum()))]
        rows = rng.integers(len(one.encoded), size=one.batch_size)
        return Batch(one.encoded[rows].astype(np.float32), one.targets[rows], one.pairs[rows])

    return again


def _made(draw: Draw, encode: Encode, seed: tuple[int, ...], n_windows: int) -> Iterator[_Made]:
    """All windows of each length."""
    made: dict[int, list[_Made]] = defaultdict(list)
    n = i = 0
    while n < n_windows:
        batch = draw(np.random.default_rng((*seed, i)))
        said = encode(batch.windows).astype(np.float16)
        made[batch.windows.shape[1]].append(_Made(said, batch.targets, batch.pairs, len(said)))
        n, i = n + len(said), i + 1
    for parts in made.values():
        yield _Made(
            np.concatenate([one.encoded for one in parts]),
            np.concatenate([one.targets for one in parts]),
            np.concatenate([one.pairs for one in parts]),
            parts[0].batch_size,
        )


def remembered(encode: Encode) -> Encode:
    """The same encoder, which is asked only once of the same windows."""
    held: dict[bytes, NDArray[np.float16]] = {}

    def again(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        key = sha256(windows.tobytes()).digest()
        if key not in held:
            held[key] = encode(windows).astype(np.float16)
        return held[key].astype(np.float32)

    return again
