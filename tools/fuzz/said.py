"""Files of what another network said, spoilt."""

import io
from random import Random
from typing import Any

import numpy as np

from tools.fuzz.mutate import mutated

__all__ = ['spoilt_said']


def spoilt_said(rng: Random) -> bytes:
    """An .npz file with arrays left out, of another shape, type or size; half of them damaged."""
    draw = np.random.default_rng(rng.getrandbits(32))
    n, k = 6, 3
    arrays: dict[str, Any] = {
        'names': np.array([f't{i}' for i in range(n)]),
        'labels': np.array(['a', 'b', 'rest']),
        'logits': draw.normal(size=(n, k)),
        'features': draw.normal(size=(n, 5)),
        **{
            key: draw.normal(size=(n, 7, 4)).astype(np.float32) for key in ('query', 'key', 'value')
        },
        'modality': np.array('video'),
        'subjects': np.array(['1']),
    }
    for _ in range(rng.randint(0, 3)):
        name = rng.choice(list(arrays))
        odd = rng.choice(('gone', 'shape', 'type', 'nan'))
        if odd == 'gone':
            del arrays[name]
        elif odd == 'shape':
            arrays[name] = np.resize(
                arrays[name], rng.choice(((), (0,), (n,), (n, 0), (2, 2, 2, 2)))
            )
        elif odd == 'type':
            kind = rng.choice(('S4', 'U3', 'bool', 'complex64', 'M8[ns]', 'float16', 'i8'))
            arrays[name] = np.zeros(arrays[name].shape, kind)
        elif arrays[name].dtype.kind == 'f':
            arrays[name] = np.full(arrays[name].shape, rng.choice((np.nan, np.inf, 1e300)))
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue() if rng.random() < 0.5 else mutated(file.getvalue(), rng)
