"""The exceptions of dcat_ros.

    DcatError                  base: one sentence that says what is wrong, where, and what to do
    ├── InputError             something that the user gave is unusable: exit code 2
    │   ├── ConfigError        a configuration file or a command-line value
    │   ├── WeightsError       a weights file
    │   ├── DatasetError       a folder of recordings
    │   ├── BagError           a rosbag2 recording
    │   ├── ResultsError       a file of an experiment's results
    │   └── OutputError        a place where a file cannot be written
    ├── MessageError           one message cannot be used; carries a short `reason` for counting
    ├── FetchError             a file of somebody else's cannot be fetched
    ├── NothingScoredError          a recording was read, and no window of it could be scored
    ├── TrainingError          training cannot go on
    └── WorkerError            a process, or a cluster's worker, that computes for us died

Every class takes its message as the one positional argument, so that all of them pickle.
"""

__all__ = [
    'BagError',
    'ConfigError',
    'DatasetError',
    'DcatError',
    'FetchError',
    'InputError',
    'MessageError',
    'NothingScoredError',
    'OutputError',
    'ResultsError',
    'TrainingError',
    'WeightsError',
    'WorkerError',
]


#: Letters of a sentence. What it repeats of a file may have any number of them.
_BEGIN, _END = 2500, 800


class DcatError(Exception):
    """Base of all errors that dcat_ros raises on purpose.

    Its text is one line of letters that can be printed, and no longer than a page, whatever it
    repeats of what the user gave: what is too much is left out in the middle.
    """

    def __str__(self) -> str:
        text = str(self.args[0]) if self.args else ''
        if len(text) > _BEGIN + _END:
            text = f'{text[:_BEGIN]} … {text[-_END:]}'
        if text.isprintable():
            return text
        return ''.join(letter if letter.isprintable() else ' ' for letter in text)


class InputError(DcatError):
    """Something that the user gave is unusable."""


class ConfigError(InputError):
    """A configuration file or a command-line value is unusable."""


class WeightsError(InputError):
    """A weights file is unusable."""


class DatasetError(InputError):
    """A folder of recordings is unusable."""


class BagError(InputError):
    """A rosbag2 recording is unusable."""


class ResultsError(InputError):
    """A file of an experiment's results is unusable."""


class FetchError(DcatError):
    """A file of somebody else's cannot be fetched from where it is published."""


class NothingScoredError(DcatError):
    """A recording was read, and no window of it could be scored: that is no success."""


class TrainingError(DcatError):
    """Training cannot go on."""


class WorkerError(DcatError):
    """A process, or a cluster's worker, that computes for us died."""


class OutputError(InputError):
    """A file cannot be written where the user wants it."""


class MessageError(DcatError):
    """One message cannot be used. `reason` is a short key under which it is counted."""

    def __init__(self, message: str, reason: str = 'invalid'):
        super().__init__(message, reason)
        self.reason = reason
