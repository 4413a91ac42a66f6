"""What scores must be at least, or at most, for a test to pass."""

from collections.abc import Mapping
from operator import ge, le

from dcat_ros.errors import ConfigError
from dcat_ros.evaluation.scores import Scores

__all__ = ['REQUIRABLE', 'checked', 'failed', 'read_requirements']

_MORE = 'at least', ge
_LESS = 'at most', le
#: name of a score -> whether more or less of it is better
REQUIRABLE = {
    'macro_f1': _MORE,
    'accuracy': _MORE,
    'balanced_accuracy': _MORE,
    'coverage': _MORE,
    'accuracy_covered': _MORE,
    'unknown_auroc': _MORE,
    'event_f1': _MORE,
    'label_run_f1': _MORE,
    'n_windows': _MORE,
    'aurc': _LESS,
    'calibration_error': _LESS,
    'false_alarms_per_hour': _LESS,
    'onset_delay_s': _LESS,
}


def read_requirements(texts: tuple[str, ...]) -> dict[str, float]:
    """The numbers in texts such as 'macro_f1=0.8'.

    Raises:
        ConfigError: one is no such text.
    """
    found: dict[str, float] = {}
    for text in texts:
        name, _, number = text.partition('=')
        try:
            found[name.strip()] = float(number)
        except ValueError:
            raise ConfigError(f'{text!r} is no NAME=NUMBER, such as macro_f1=0.8.') from None
    return checked(found)


def checked(required: Mapping[str, float]) -> dict[str, float]:
    """The same, if every name is one of a score.

    Raises:
        ConfigError: one is not, or its number is none.
    """
    for name, bound in required.items():
        if name not in REQUIRABLE:
            raise ConfigError(f'{name!r} is no score; there are {", ".join(REQUIRABLE)}.')
        if not isinstance(bound, int | float) or bound != bound:
            raise ConfigError(f'{name}={bound!r} must be a number.')
    return dict(required)


def failed(scores: Scores, required: Mapping[str, float]) -> list[str]:
    """A sentence for each requirement that is not met; a score that is not there meets none.

    Args:
        scores: of all recordings together.
        required: name of a score -> least value, or greatest where less is better.

    Raises:
        ConfigError: there is no such score.
    """
    sentences = []
    for name, bound in checked(required).items():
        words, compare = REQUIRABLE[name]
        value = getattr(scores, name)
        if value is None or not compare(value, bound):
            found = 'there is none' if value is None else f'it is {value:.4g}'
            sentences.append(f'{name} must be {words} {bound:g}, and {found} ({scores.input}).')
    return sentences
