"""What the demonstrations play of which data set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dcat_ros.datasets.trial import Trial
from dcat_ros.signals import Signal

__all__ = ['DEMONSTRATIONS', 'Demonstration']


@dataclass(frozen=True)
class Demonstration:
    """A person's recordings of some activities, played to a model.

    Attributes:
        dataset: its name.
        sensors: whose messages are played, as options call them; of two, the first one is killed.
        model: the one that hears them.
        what: the recordings, in a word.
        subject: whose they are; of nobody in particular without it.
        step: of the labels every so many-th is played.
        series: they are long: their beginnings are joined. They are played to no model that was
            trained on the person.
    """

    dataset: str
    sensors: tuple[str, ...]
    model: str
    what: str
    subject: str = ''
    step: int = 1
    series: bool = False

    def chosen(self, trials: Sequence[Trial], seconds: float) -> tuple[Trial, ...]:
        """One trial of each label, in the order of first appearance; of series the beginning."""
        first: dict[str, Trial] = {}
        for trial in trials:
            first.setdefault(trial.label, trial)
        found = tuple(first.values())[:: self.step]
        return tuple(_beginning(trial, seconds) for trial in found) if self.series else found


def _beginning(trial: Trial, seconds: float) -> Trial:
    kept = {
        name: Signal(signal.stamps_ns[short], signal.values[short])
        for name, signal in trial.signals.items()
        for short in [signal.stamps_ns <= seconds * 1e9]
    }
    return replace(trial, signals=kept)


#: by the sensor, as options call it; `auto` is the change from one sensor to another
DEMONSTRATIONS = {
    'imu': Demonstration('watch', ('imu',), 'imu_watch', 'exercises', '9', series=True),
    'image': Demonstration('utd_mhad', ('image',), 'image_depth_utd_mhad', 'actions', '6', 3),
    'camera': Demonstration('utd_mhad', ('camera',), 'camera_utd_mhad', 'actions', '6', 3),
    'audio': Demonstration('kitchen20', ('audio',), 'audio_kitchen20', 'kitchen sounds'),
    'auto': Demonstration('utd_mhad', ('imu', 'image'), 'imu_utd_mhad', 'actions', '6', 3),
}
