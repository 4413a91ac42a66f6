"""The lifecycle node that all recognisers share; a subclass adds its sensor's message."""

from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from rclpy.clock import Clock, ClockType

from dcat_ros.errors import MessageError
from dcat_ros.model.model import Model
from dcat_ros.nodes.adjustable import AdjustableNode
from dcat_ros.nodes.health import REPORT_S, Health, Reporter, Situation
from dcat_ros.nodes.inputs import Inputs, Taker
from dcat_ros.nodes.load import Loaded
from dcat_ros.nodes.outputs import Outputs
from dcat_ros.nodes.reception import Reception
from dcat_ros.nodes.stamps import StampCheck
from dcat_ros.streaming.decision import STALE, Prediction
from dcat_ros.streaming.freshness import Freshness
from dcat_ros.streaming.judge import StreamJudge
from dcat_ros.streaming.receiver import Receiver, TakesRuns
from dcat_ros.streaming.recogniser import Recogniser
from dcat_ros.streaming.steady import SteadyLabel
from dcat_ros.streaming.worker import Account, LatestWorker

__all__ = ['SensorNode']

_WATCH_S = 0.25
_WARN_EVERY_S = 5.0
#: Jobs that may wait for the thread, a second of labels; then the oldest is dropped.
_WAITING = 4


class _Job(NamedTuple):
    item: Any  # what the receiver gave
    received: float  # monotonic time at which its last sample came


class SensorNode(AdjustableNode):
    """Receives a sensor's messages, recognises the activity, and publishes it.

    Messages come as bytes (a raw subscription) and go to the receiver that bags use too. What is
    slow runs in a thread of its own.

    Attributes:
        message_type: ROS type of the input.
        input_topic: its relative name.

    Args:
        name: of the node.
        options: of rclpy.node.Node.
    """

    message_type: type[Any]
    input_topic: str

    def __init__(self, name: str, **options: Any):
        super().__init__(name, **options)
        self._health = Health()
        self._model: Model | None = None
        self._recogniser: Recogniser | None = None
        self._receiver: Receiver[Any] | None = None
        self._steady: SteadyLabel | None = None
        self._outputs: Outputs | None = None
        self._worker: LatestWorker[_Job] | None = None
        self._judge = StreamJudge()
        self._fresh: Freshness | None = None
        self._reception: Reception | None = None
        self._inputs = Inputs(self)
        self._publish_lock = Lock()
        self._account = Account()
        self._active_since, self._counts_then = monotonic(), (0, 0)
        # looking a parameter up costs more than decoding a message
        self._checked_stamp = StampCheck(self, self.input_topic)
        self._stale_after_s: float = self.get_parameter('stale_after').value
        # the diagnostics and the watchdog must go on when ROS time stands still
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._reporter = Reporter(self, self._health)
        self.create_timer(REPORT_S, self._report, clock=steady)
        self.create_timer(_WATCH_S, self._watch, clock=steady)

    def inputs(self, receiver: Receiver[Any]) -> dict[str, Taker]:
        """The topics that are listened to, and what of the receiver takes their messages."""
        return {self.input_topic: receiver if isinstance(receiver, TakesRuns) else receiver.accept}

    def recognised(self, prediction: Prediction | None) -> None:
        """Called in the worker's thread after every job, with its last prediction if any."""

    def apply(self, recogniser: Recogniser) -> None:
        """Bring the parameters that take effect when set to the recogniser."""
        threshold = self.get_parameter('unknown_threshold').value
        calibrated = self._model.card.calibration.unknown_threshold if self._model else 0.0
        recogniser.unknown_threshold = threshold if threshold >= 0 else calibrated
        self._steady = SteadyLabel(
            recogniser.labels,
            self.get_parameter('label_hold').value,
            self.get_parameter('label_margin').value,
        )
        if self._outputs is not None:
            self._outputs.announce(recogniser.unknown_threshold)

    def configure(self) -> None:
        """Load the model, run it once, and make the publishers."""
        self._take_up(self.load())

    def _take_up(self, loaded: Loaded) -> None:
        """Use a model, while nothing is received."""
        model, recogniser, receiver = loaded
        self._model, self._receiver = model, receiver
        self._fresh = Freshness(
            receiver, self._judge, model.card.input.window_s, self.get_parameter('max_gap').value
        )
        if self._outputs is None:
            self._outputs = Outputs(self, model.card)
        self._outputs.change(model.card)
        self.apply(recogniser)
        self._recogniser = recogniser
        self.get_logger().info(
            f'model {model.card.name}: {len(model.card.labels)} labels, window '
            f'{model.card.input.window_s} s, {model.backend} on {model.device}'
        )

    def activate(self) -> None:
        """Begin to receive."""
        receiver, steady, fresh = self._receiver, self._steady, self._fresh
        if not (receiver and steady and fresh):
            return  # rclpy activates only what was configured
        receiver.reset()
        steady.reset()
        fresh.reset()
        self._active_since, self._counts_then = monotonic(), self._health.counts
        self._worker = LatestWorker(self._work, self._worker_failed, _WAITING)
        self._reception = Reception(
            receiver, fresh, self._health, self._checked_stamp, self._submit, self._reject
        )
        takers = self.inputs(receiver)
        self._inputs.open({topic: partial(self._receive, t) for topic, t in takers.items()})
        self.get_logger().info(f'listens to {" and ".join(self._inputs.topics)}')

    def deactivate(self) -> None:
        """Stop receiving; what is at work ends first, and the last word is `unknown`."""
        self._inputs.close()
        self._take_waiting()
        self._reception = None
        if self._worker is not None:
            self._worker.close()
            self._account += self._worker.account
            self._worker = None
            if self._fresh is not None and self._fresh.begun and not self._fresh.stale:
                self._say_stale()  # nobody shall go by the last label

    def clean_up(self) -> None:
        """Let go of model and publishers."""
        self.deactivate()
        if self._outputs is not None:
            self._outputs.destroy()
        self._outputs = self._receiver = self._recogniser = self._model = self._fresh = None

    def _receive(self, taker: Taker, data: bytes) -> None:
        if self._reception is not None:
            self._reception.take(taker, data)
            return
        self._health.received += 1
        self._reject('inactive', 'it came while the node was being deactivated')

    def _submit(self, item: Any, received_s: float) -> None:
        if self._worker is not None:
            self._worker.submit(_Job(item, received_s))

    def _reject(self, reason: str, sentence: str) -> None:
        sentence = self._health.reject(reason, sentence)
        if self._fresh is not None:
            self._fresh.rejected(sentence)
        self.get_logger().warning(
            f'message rejected: {sentence}', throttle_duration_sec=_WARN_EVERY_S
        )

    def notice(self, reason: str, sentence: str) -> None:
        """Count something odd in a message that is used all the same, and say so."""
        self._health.note(reason)
        self.get_logger().warning(sentence, throttle_duration_sec=_WARN_EVERY_S)

    def _work(self, job: _Job) -> None:
        """In the worker's thread: finish the windows, classify and publish."""
        receiver, recogniser, outputs = self._receiver, self._recogniser, self._outputs
        steady, fresh = self._steady, self._fresh
        if not (receiver and recogniser and outputs and steady and fresh):
            return
        try:
            windows = receiver.windows(job.item)
        except MessageError as problem:
            self._reject(problem.reason, str(problem))
            return
        if receiver.checks_later:
            fresh.usable(job.received, windows=bool(windows))
        prediction = None
        for window in windows:
            prediction = steady.push(recogniser.classify(window))
            with self._publish_lock:
                outputs.publish(prediction)
            if prediction.state != STALE:
                fresh.said_label()  # it was late: the last word must not be a label
            self._health.predicted(prediction.label, 1000 * (monotonic() - job.received))
        self.recognised(prediction)

    def _worker_failed(self, problem: Exception) -> None:
        self._health.reject('inference', f'{type(problem).__name__}: {problem}')
        self.get_logger().error(
            f'a window could not be recognised: {problem}', throttle_duration_sec=_WARN_EVERY_S
        )

    def _take_waiting(self) -> None:
        if self._reception is not None:
            self._reception.take_waiting()

    def _report(self) -> None:
        self._take_waiting()
        self._reporter.report(self._situation())

    def _watch(self) -> None:
        """Say once that data stopped, or that they cannot mean anything any more."""
        self._take_waiting()
        now_s, fresh = monotonic(), self._fresh
        if fresh is None or self._worker is None:
            return
        reason = fresh.to_say(now_s, self._stale_after_s)
        if reason is None:
            return
        self._say_stale(reason)
        silence = self._inputs.silence(fresh.unusable_s(now_s))
        self.get_logger().warning(f'{reason}.' if reason else silence)

    def _say_stale(self, reason: str = '') -> None:
        """Publish that nothing is known any more."""
        recogniser, receiver, outputs = self._recogniser, self._receiver, self._outputs
        if not (recogniser and receiver and outputs and self._steady and self._fresh):
            return
        self._fresh.said_stale(reason)
        stamp_ns = receiver.last_stamp_ns or int(self.get_clock().now().nanoseconds)
        last = recogniser.stale(stamp_ns, receiver.last_frame_id, reason)
        self._steady.push(last)
        with self._publish_lock:
            outputs.publish(last)

    def _situation(self) -> Situation:
        """What the node is doing, for its diagnostics."""
        worker, refusal, self.refusal = self._worker, self.refusal, ''
        return Situation(
            state=self.state,
            problem=self.problem,
            refusal=refusal,
            topics=self._inputs.topics,
            wanted=self._inputs.qos if self._inputs else None,
            model=self._model,
            receiver=self._receiver,
            judge=self._judge,
            account=self._account + (worker.account if worker else Account()),
            fresh=self._fresh,
            active_s=monotonic() - self._active_since,
            came=self._health.received - self._counts_then[0],
            said=self._health.published - self._counts_then[1],
        )

    def is_configured(self) -> bool:
        """Whether a model is loaded."""
        return self._recogniser is not None

    def adjust(self, loaded: Loaded | None) -> None:
        """Bring what was set to where it counts; with another model the sensor is heard anew."""
        self._checked_stamp.max_future_s = self.get_parameter('max_future').value
        self._stale_after_s = self.get_parameter('stale_after').value
        if self._recogniser is None:
            return
        if loaded is None:
            self.apply(self._recogniser)
            return
        is_active = self._worker is not None
        # what is at work ends, and `unknown` is said, before the new model says its first word
        self.deactivate()
        self._take_up(loaded)
        if is_active:
            self.activate()
