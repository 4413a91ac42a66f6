"""Who is trained on and who is tested: nothing else in the experiment decides it.

ID tests held-out repetitions of subjects that training knows; OOD tests subjects that it does not.
Weights of losses are tuned on subjects of their own, which no test ever contains.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dcat_ros.errors import ConfigError
from dcat_ros.training.paired import Paired

__all__ = ['ALONE', 'REGIMES', 'TUNE_REGIMES', 'Split', 'split']

#: name -> (kind, labelled recordings a class or labelled subjects; None for all)
REGIMES: dict[str, tuple[str, int | None]] = {
    'id_full': ('id', None),
    'id_1': ('id', 1),
    'id_2': ('id', 2),
    'ood_full': ('ood', None),
    'ood_1': ('ood', 1),
    'ood_2': ('ood', 2),
}
#: regimes on the tuning subjects alone
TUNE_REGIMES: dict[str, tuple[str, int | None]] = {'tune_id': ('id', 1), 'tune_ood': ('ood', 1)}
#: the same regime without the paired recordings that have no labels
ALONE = '_alone'


@dataclass(frozen=True)
class Split:
    """Rows of the recordings, in groups; the test shares no recording with the others.

    Attributes:
        labelled: their labels are used.
        unlabelled: used for the transfer, without labels.
        train: all that is not tested and may be trained on; the first two are parts of it.
        test: used for nothing but the score.
    """

    labelled: NDArray[np.int64]
    unlabelled: NDArray[np.int64]
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split(
    paired: Paired,
    regime: str,
    tune_subjects: Collection[str],
    rotation: int,
    n_rotations: int,
    seed: int,
) -> Split:
    """Divide the recordings.

    Args:
        paired: the recordings.
        regime: a key of `REGIMES`, `_alone` behind it for no unlabelled ones, or of `TUNE_REGIMES`.
        tune_subjects: who is kept for tuning; they may be trained on, and are never in a test.
        rotation: which repetitions or subjects are held out.
        n_rotations: number of rotations.
        seed: draws which recordings are labelled.

    Raises:
        ConfigError: the regime is unknown, or the recordings cannot be divided in this way.
    """
    base = regime.removesuffix(ALONE)
    if base in TUNE_REGIMES and base == regime:
        kind, n = TUNE_REGIMES[base]
        groups = _tuning(paired, kind, n or 1, tune_subjects, rotation, seed)
    elif base in REGIMES:
        kind, n = REGIMES[base]
        groups = _quoted(paired, kind, n, tune_subjects, rotation, n_rotations, seed)
    else:
        known = [*REGIMES, *(f'{name}{ALONE}' for name in REGIMES)]
        raise ConfigError(f'There is no regime {regime!r}; there are {", ".join(known)}.')
    labelled, unlabelled, test = (np.flatnonzero(group) for group in groups)
    if not len(labelled) or not len(test):
        raise ConfigError(
            f'{regime}, rotation {rotation}: nothing to train on, or nothing to test.'
        )
    train = np.union1d(labelled, unlabelled)
    return Split(labelled, unlabelled[:0] if base != regime else unlabelled, train, test)


Groups = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]


def _quoted(
    paired: Paired,
    kind: str,
    n: int | None,
    tune_subjects: Collection[str],
    rotation: int,
    n_rotations: int,
    seed: int,
) -> Groups:
    everybody = _in_order(paired.subjects)
    quoted = [s for s in everybody if s not in tune_subjects]
    if kind == 'id':
        held_out = _held_out_repetitions(paired, rotation)
        test = held_out & np.isin(paired.subjects, quoted)
        train = ~held_out
        labelled = train if n is None else _some_a_class(paired, train, n, (rotation, seed))
    else:
        stride = max(1, len(quoted) // n_rotations)
        who = [quoted[(rotation * stride + i) % len(quoted)] for i in range(2)]
        test = np.isin(paired.subjects, who)
        train = ~test
        others = [s for s in everybody if s not in who]
        first = rotation + seed
        chosen = others if n is None else [others[(first + i) % len(others)] for i in range(n)]
        labelled = np.isin(paired.subjects, chosen)
    return labelled, train & ~labelled, test


def _tuning(
    paired: Paired,
    kind: str,
    n: int,
    tune_subjects: Collection[str],
    rotation: int,
    seed: int,
) -> Groups:
    """The tuning subjects alone; in 'ood', the second one's held-out repetitions are the test."""
    subjects = [s for s in _in_order(paired.subjects) if s in tune_subjects]
    if len(subjects) < 2:
        raise ConfigError(
            f'tune_subjects: two of the recorded subjects are needed, not {subjects}.'
        )
    inside = np.isin(paired.subjects, subjects)
    held_out = _held_out_repetitions(paired, rotation)
    if kind == 'id':
        train = inside & ~held_out
        labelled = _some_a_class(paired, train, n, (rotation, seed))
        return labelled, train & ~labelled, inside & held_out
    labelled = paired.subjects == subjects[rotation % len(subjects)]
    others = inside & ~labelled
    return labelled, others & ~held_out, others & held_out


def _held_out_repetitions(paired: Paired, rotation: int) -> NDArray[np.bool_]:
    """Half of each subject's repetitions of an activity; all where there is one."""
    n = int(paired.repetitions.max()) + 1
    half = max(1, n // 2)
    return np.isin(paired.repetitions, [(rotation + i) % n for i in range(half)])


def _some_a_class(
    paired: Paired, among: NDArray[np.bool_], n: int, seed: tuple[int, int]
) -> NDArray[np.bool_]:
    """All windows of n recordings of each class."""
    rng = np.random.default_rng(seed)
    chosen: list[str] = []
    for c in range(len(paired.labels)):
        sources = sorted(set(paired.sources[among & (paired.classes == c)]))
        chosen += [str(s) for s in rng.permutation(sources)[:n]]
    return among & np.isin(paired.sources, chosen)


def _in_order(subjects: NDArray[np.str_]) -> list[str]:
    return sorted((str(s) for s in set(subjects)), key=lambda name: (len(name), name))
