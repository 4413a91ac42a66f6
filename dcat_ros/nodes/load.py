"""The model that a recogniser's parameters name, ready to be given windows."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rclpy.node import Node
from rclpy.parameter import Parameter

from dcat_ros.errors import ConfigError, InputError
from dcat_ros.model.model import Model
from dcat_ros.model.runtime import load_model
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.streaming.receiver import Receiver
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['Loaded', 'load']


class Loaded(NamedTuple):
    """A model with what gives it windows.

    Attributes:
        model: it has run once.
        recogniser: of the model.
        receiver: of the sensor's messages.
    """

    model: Model
    recogniser: Recogniser
    receiver: Receiver[Any]


def load(
    node: Node,
    sensors: Sequence[Sensor],
    make_receiver: Callable[[Recogniser], Receiver[Any]],
    name: str | None = None,
) -> Loaded:
    """Load a model, and make its recogniser by the node's parameters.

    Args:
        node: a recogniser.
        sensors: that it may hear.
        make_receiver: of the node.
        name: of the model; that of the parameter `model` without it.

    Where what it needs besides its file is not on this machine, that of `model_fallback`.

    Raises:
        WeightsError: there is no such file, or it is unusable.
        ConfigError: it is for another sensor, a parameter does not fit it, or what it needs, or
            shall run it, is not there.
        OutputError: the user has no home in which what it needs would be.
    """
    model = _load(node, name)
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
    receiver = make_receiver(recogniser)
    model.warm_up()
    return Loaded(model, recogniser, receiver)


def _load(node: Node, name: str | None) -> Model:
    """The model, or the one that is named to stand in for it."""
    backend = node.get_parameter('backend').value
    model = load_model(node.get_parameter('model').value if name is None else name, backend)
    try:
        model.make_ready()
    except InputError as problem:  # without a home, a network of others has no place at all
        # only a sensor whose models may need one has the parameter
        fallback = node.get_parameter_or('model_fallback', Parameter('model_fallback')).value
        if not fallback:
            raise
        node.get_logger().warning(f'{problem} Until then {fallback} stands in (model_fallback).')
        model = load_model(fallback, backend)
        model.make_ready()
    return model
