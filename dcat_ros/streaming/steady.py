"""A label that does not flicker: for whoever acts on it."""

from dataclasses import replace

from dcat_ros.errors import ConfigError
from dcat_ros.streaming.decision import OK, STALE, UNKNOWN, Prediction

__all__ = ['SteadyLabel']

_NS = 1_000_000_000


class SteadyLabel:
    """Keeps the published label until another one has been better for a while.

    Another label takes over if it was decided for in every window of the last `hold_s` seconds of
    data time, each time likelier than the present one by `margin`. The first label, and the first
    after a hole of more than `hold_s` or after stale data, is taken at once. Probabilities stay
    as they are; the confidence is that of the published label.

    Args:
        labels: of the model, in the order of the probabilities.
        hold_s: for so long; 0 for at once.
        margin: of probability; 0 for any.

    Raises:
        ConfigError: a number makes no sense.
    """

    def __init__(self, labels: tuple[str, ...], hold_s: float, margin: float):
        if not (0 <= hold_s < float('inf') and 0 <= margin <= 1):
            raise ConfigError(
                f'hold={hold_s} s must be at least 0, and margin={margin} from 0 to 1.'
            )
        self._place = {label: i for i, label in enumerate(labels)}
        self._hold_ns = round(hold_s * _NS)
        self._margin = margin
        self.reset()

    def reset(self) -> None:
        """Forget the label; the next one is taken at once."""
        self._label = ''
        self._last_ns = 0
        self._rival = ''
        self._since_ns = 0

    def push(self, prediction: Prediction) -> Prediction:
        """The prediction with the steady label.

        Args:
            prediction: of the next window.
        """
        if prediction.state == STALE:
            self.reset()
            return prediction
        end_ns = prediction.end_ns
        step_ns = end_ns - self._last_ns
        if not self._label or step_ns <= 0 or step_ns > max(self._hold_ns, _NS):
            self._label, self._rival = prediction.label, ''
        elif prediction.label == self._label or not self._is_better(prediction):
            self._rival = ''
        else:
            if prediction.label != self._rival:
                self._rival, self._since_ns = prediction.label, end_ns
            if end_ns - self._since_ns >= self._hold_ns:
                self._label, self._rival = prediction.label, ''
        self._last_ns = end_ns
        if self._label == prediction.label:
            return prediction
        state = UNKNOWN if self._label == UNKNOWN else OK
        confidence = self._probability(prediction, self._label)
        return replace(prediction, label=self._label, state=state, confidence=confidence)

    def _is_better(self, prediction: Prediction) -> bool:
        rival = self._probability(prediction, prediction.label)
        return rival - self._probability(prediction, self._label) >= self._margin

    def _probability(self, prediction: Prediction, label: str) -> float:
        """Of a label; for `unknown` that of the likeliest one, which is not likely enough."""
        if label in self._place:
            return prediction.probabilities[self._place[label]]
        return max(prediction.probabilities)
