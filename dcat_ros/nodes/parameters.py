"""Parameters of the nodes: one table for declaration, checks and documentation."""

import difflib
from collections.abc import Iterable
from dataclasses import replace
from math import isfinite

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from dcat_ros.model.model import BACKENDS
from dcat_ros.sensors.setting import Spec
from dcat_ros.short import short

#: Of unknown parameters so many are named.
_NAMED = 20
#: Prefixes of parameters that rclpy declares for itself, some of them later.
_OF_ROS = ('use_sim_time', 'qos_overrides.', 'start_type_description_service')

__all__ = ['RECOGNISER_PARAMETERS', 'check', 'declare', 'with_defaults']


#: What every recogniser node has.
RECOGNISER_PARAMETERS = (
    Spec(
        'model',
        'imu_utd_mhad',
        'Name of a shipped model, or path of a weights file. Set while the node works, it loads '
        'the other one, says unknown, and goes on with it.',
        live=True,
    ),
    Spec(
        'backend',
        'auto',
        'What runs the model; auto: onnxruntime where there is a file for it, otherwise torch.',
        choices=BACKENDS,
    ),
    Spec('autostart', True, 'Configure and activate at the start.'),
    Spec(
        'qos_reliability',
        'best_effort',
        'Reliability of the sensor subscription; a best-effort one takes every publisher.',
        choices=('best_effort', 'reliable'),
    ),
    Spec(
        'qos_depth',
        100,
        'Messages that the sensor subscription may queue.',
        unit='messages',
        low=1,
        high=10000,
    ),
    Spec(
        'stride',
        0.0,
        'Distance of two predictions in s of data time, at most the window; 0: as the model says.',
        unit='s of data time',
        low=0.0,
        high=60.0,
    ),
    Spec(
        'max_gap',
        0.25,
        'Greatest distance of two samples in s that is bridged; a longer one empties the window.',
        unit='s',
        low=0.001,
        high=60.0,
    ),
    Spec(
        'reorder',
        0.1,
        'How far back in s a stamp may lie and still be put in its place; further back is a jump.',
        unit='s',
        low=0.0,
        high=60.0,
    ),
    Spec(
        'unknown_threshold',
        -1.0,
        'Probability below which a label is unknown, 0 to 1; -1: as the model says.',
        unit='probability',
        low=-1.0,
        high=1.0,
        live=True,
    ),
    Spec(
        'label_hold',
        0.0,
        'For so long in s of data time another label must be decided for before it is published; '
        '0: at once.',
        unit='s of data time',
        low=0.0,
        high=60.0,
        live=True,
    ),
    Spec(
        'label_margin',
        0.0,
        'By so much another label must be likelier than the published one, 0 to 1.',
        unit='probability',
        low=0.0,
        high=1.0,
        live=True,
    ),
    Spec(
        'stale_after',
        2.0,
        'Time without data in s of real time after which the state is stale.',
        unit='s of real time',
        low=0.1,
        high=3600.0,
        live=True,
    ),
    Spec(
        'max_future',
        1.0,
        "How far in s a stamp may lie ahead of the node's clock; beyond, a message is rejected.",
        unit='s',
        low=0.0,
        high=1e6,
        live=True,
    ),
)


def with_defaults(specs: Iterable[Spec], **defaults: bool | int | float | str) -> tuple[Spec, ...]:
    """The same parameters, some with another default."""
    return tuple(replace(s, default=defaults.get(s.name, s.default)) for s in specs)


def declare(node: Node, specs: Iterable[Spec]) -> None:
    """Declare the parameters with description, range and read-only flag.

    A whole number is taken for a parameter with a fraction, too: at the start and when it is set.
    What is given at the start under a name that the node does not have is warned of.

    Raises:
        rclpy.exceptions.ParameterException: a value given at the start has another type, is out
            of range, or is none of the choices.
    """
    specs = tuple(specs)
    given = node._parameter_overrides  # rclpy has no other way to see them before they count
    for parameter in _with_fractions(list(given.values()), specs):
        given[parameter.name] = parameter
    for spec in specs:
        descriptor = ParameterDescriptor(
            name=spec.name,
            description=spec.description,
            additional_constraints=f'one of {", ".join(spec.choices)}' if spec.choices else '',
            read_only=not spec.live,
            dynamic_typing=spec.or_integer,
        )
        if spec.low is not None and spec.high is not None:
            if isinstance(spec.default, float):
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=spec.low, to_value=spec.high, step=0.0)
                ]
            elif isinstance(spec.default, int):
                descriptor.integer_range = [
                    IntegerRange(from_value=int(spec.low), to_value=int(spec.high), step=1)
                ]
        node.declare_parameter(spec.name, spec.default, descriptor)
    node.add_pre_set_parameters_callback(lambda parameters: _with_fractions(parameters, specs))
    _warn_of_unknown(node, given)


def _with_fractions(parameters: Iterable[Parameter], specs: tuple[Spec, ...]) -> list[Parameter]:
    """The same, with floating-point numbers where whole ones stand for those."""
    single = {spec.name for spec in specs if isinstance(spec.default, float)}
    several = {
        spec.name
        for spec in specs
        if isinstance(spec.default, list) and isinstance(spec.default[0], float)
    }
    changed = []
    for parameter in parameters:
        name, value = parameter.name, parameter.value
        if parameter.type_ == Parameter.Type.INTEGER and name in single:
            parameter = Parameter(name, value=float(value))
        elif parameter.type_ == Parameter.Type.INTEGER_ARRAY and name in several:
            parameter = Parameter(name, value=[float(v) for v in value])
        changed.append(parameter)
    return changed


def _warn_of_unknown(node: Node, given: Iterable[str]) -> None:
    """Say which of the names given at the start the node does not have; rclpy drops them."""
    unknown = [n for n in given if not (node.has_parameter(n) or n.startswith(_OF_ROS))]
    for name in unknown[:_NAMED]:
        name = short(name)
        near = difflib.get_close_matches(name, node._parameters, n=1)
        hint = f' Did you mean {near[0]!r}?' if near else ''
        node.get_logger().warning(f'parameter {name!r} is none of this node, and ignored.{hint}')
    further = len(unknown) - _NAMED
    if further > 0:
        node.get_logger().warning(
            f'{further} further parameters are none of this node, and ignored.'
        )


def check(parameters: Iterable[Parameter], specs: Iterable[Spec]) -> SetParametersResult:
    """Say whether these values are allowed, beyond the ranges that rclpy itself enforces."""
    table = {spec.name: spec for spec in specs}
    for parameter in parameters:
        spec = table.get(parameter.name)
        if spec is None:
            continue
        value = parameter.value
        if spec.or_integer and not isinstance(value, str | int):
            return _refuse(f'{spec.name}={short(repr(value))} must be a text or an integer')
        if spec.choices and value not in spec.choices:
            said = short(repr(value))
            return _refuse(f'{spec.name}={said} must be one of {", ".join(spec.choices)}')
        if isinstance(spec.default, list) and isinstance(spec.default[0], str):
            if not value or not all(value) or len(set(value)) != len(value):
                return _refuse(f'{spec.name} must hold texts, none empty and none twice')
        elif isinstance(spec.default, list):
            numbers = list(value) if value is not None else []
            if len(numbers) != len(spec.default):
                return _refuse(f'{spec.name} needs {len(spec.default)} numbers, got {len(numbers)}')
            low, high = spec.low or 0.0, spec.high or 0.0
            if not all(isfinite(v) and low <= v <= high for v in numbers):
                return _refuse(f'{spec.name} must hold numbers from {low:g} to {high:g}')
        elif isinstance(value, float) and not isfinite(value):
            return _refuse(f'{spec.name}={value} must be a finite number')
    return SetParametersResult(successful=True)


def _refuse(reason: str) -> SetParametersResult:
    return SetParametersResult(successful=False, reason=reason)
