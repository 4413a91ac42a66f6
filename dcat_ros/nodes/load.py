"""The model that a recogniser's parameters name, ready to be given windows."""

from collections.abc import Sequence

from rclpy.node import Node
from rclpy.parameter import Parameter

from dcat_ros.errors import ConfigError
from dcat_ros.model.model import Model
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['load']


def load(node: Node, sensors: Sequence[Sensor]) -> tuple[Model, Recogniser]:
    """Load the model of the parameter `model`, and make its recogniser by the other parameters.

    Where what it needs besides its file is not on this machine, that of `model_fallback`.

    Raises:
        WeightsError: there is no such file, or it is unusable.
        ConfigError: it is for another sensor, a parameter does not fit it, or what it needs, or
            shall run it, is not there.
    """
    model = _load(node)
    names = [sensor.name for sensor in sensors]
    if model.card.modality not in names:
        raise ConfigError(
            f'model {model.card.name} is for {model.card.modality}, and this node needs one '
            f'for {" or ".join(names)}; set the parameter model.'
        )
    stride = node.get_parameter('stride').value
    recogniser = Recogniser(
        model,
        stride_s=stride if stride > 0 else None,
        max_gap_s=node.get_parameter('max_gap').value,
        reorder_s=node.get_parameter('reorder').value,
    )
    return model, recogniser


def _load(node: Node) -> Model:
    """The model, or the one that is named to stand in for it."""
    backend = node.get_parameter('backend').value
    model = load_model(node.get_parameter('model').value, backend)
    try:
        model.make_ready()
    except ConfigError as problem:
        # only a sensor whose models may need one has the parameter
        fallback = node.get_parameter_or('model_fallback', Parameter('model_fallback')).value
        if not fallback:
            raise
        node.get_logger().warning(f'{problem} Until then {fallback} stands in (model_fallback).')
        model = load_model(fallback, backend)
        model.make_ready()
    return model
