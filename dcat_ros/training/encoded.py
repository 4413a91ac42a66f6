"""What an encoder makes of windows: made once, and drawn from in every step.

A frozen encoder says the same of the same window, and takes longer than a step of what learns.
"""

from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from dcat_ros.sensors.encoder import Encode
from dcat_ros.training.loop import Batch

__all__ = ['encoded_batches', 'remembered']

Draw = Callable[[np.random.Generator], Batch]


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
    made: dict[int, list[Batch]] = defaultdict(list)
    n, i, size = 0, 0, 1
    while n < n_windows:
        batch = draw(np.random.default_rng((*seed, i)))
        encoded = encode(batch.windows).astype(np.float16)
        made[batch.windows.shape[1]].append(batch._replace(windows=encoded))
        n, i, size = n + len(encoded), i + 1, len(encoded)
    of_length = [
        Batch(*(np.concatenate(part) for part in zip(*batches, strict=True)))
        for batches in made.values()
    ]
    shares = np.array([len(batch.windows) for batch in of_length]) / n

    def again(rng: np.random.Generator) -> Batch:
        held = of_length[int(rng.choice(len(of_length), p=shares))]
        rows = rng.integers(len(held.windows), size=size)
        return Batch(held.windows[rows].astype(np.float32), held.targets[rows], held.pairs[rows])

    return again


def remembered(encode: Encode) -> Encode:
    """The same encoder, which is asked only once of the same windows."""
    held: dict[bytes, NDArray[np.float16]] = {}

    def again(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        key = sha256(np.ascontiguousarray(windows)).digest()
        if key not in held:
            held[key] = encode(windows).astype(np.float16)
        return held[key].astype(np.float32)

    return again
