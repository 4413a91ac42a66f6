"""A recogniser's parameters: declared, checked, and changed while it works."""

from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter

from dcat_ros.errors import ConfigError, DcatError
from dcat_ros.nodes.lifecycle import GuardedLifecycleNode
from dcat_ros.nodes.load import Loaded, load
from dcat_ros.nodes.parameters import RECOGNISER_PARAMETERS, check, declare, with_defaults
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.setting import Spec
from dcat_ros.short import short
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['AdjustableNode']

#: Characters of a reason.
_LONGEST = 1000


class AdjustableNode(GuardedLifecycleNode):
    """Has a recogniser's parameters; another model is loaded before it is agreed to.

    Attributes:
        sensors: what it may hear; the model says which of them.
        parameters: what the node declares: what all recognisers do, and what the sensor needs.

    Args:
        name: of the node.
        options: of rclpy.node.Node.

    Raises:
        ConfigError: a value given at the start makes no sense.
    """

    sensors: tuple[Sensor, ...]
    parameters: tuple[Spec, ...]

    def __init_subclass__(cls) -> None:
        if 'sensors' not in vars(cls):
            return
        lives = [sensor.live for sensor in cls.sensors if sensor.live is not None]
        usual = with_defaults(RECOGNISER_PARAMETERS, **lives[0].defaults)
        cls.parameters = (*usual, *(spec for live in lives for spec in live.parameters))

    def __init__(self, name: str, **options: Any):
        super().__init__(name, **options)
        declare(self, self.parameters)
        refused = check(self._parameters.values(), self.parameters)
        if not refused.successful:
            raise ConfigError(f'{refused.reason} (parameter of {name}).')
        self._next: Loaded | None = None  # agreed to, and not yet in use
        self.add_on_set_parameters_callback(self._on_set)

    def make_receiver(self, recogniser: Recogniser) -> Receiver[Any]:
        """What takes the messages of this sensor.

        Raises:
            ConfigError: a parameter is unusable.
        """
        raise NotImplementedError

    def is_configured(self) -> bool:
        """Whether a model is loaded."""
        raise NotImplementedError

    def adjust(self, loaded: Loaded | None) -> None:
        """Parameters were set; another model is to be used if there is one."""
        raise NotImplementedError

    def load(self, model: str | None = None) -> Loaded:
        """Load a model, that of the parameter without a name; see `dcat_ros.nodes.load.load`."""
        return load(self, self.sensors, self.make_receiver, model)

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        result = check(parameters, self.parameters)
        if not result.successful:
            return result
        models = [parameter.value for parameter in parameters if parameter.name == 'model']
        if models and self.is_configured():
            try:
                self._next = self.load(models[-1])
            except DcatError as problem:
                return SetParametersResult(successful=False, reason=short(str(problem), _LONGEST))
        # the new values are there only after this callback returned
        self.executor.create_task(self._adjust_now)
        return result

    def _adjust_now(self) -> None:
        loaded, self._next = self._next, None
        self.adjust(loaded)
