"""What each operation of our exports gives, in shapes alone.

Numbers that say a shape come from constants and from other shapes, never from what a sensor says:
then a network needs the same room whatever it sees.

Source of the rules: ONNX's operators, opset 20.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dcat_ros.model.onnx_layers import LAYERS
from dcat_ros.model.onnx_parts import MOST_DIMS, Array, Node
from dcat_ros.model.onnx_value import MOST_KNOWN, Rule, Settings, Value, axes_of

__all__ = ['given']

_Ints = NDArray[np.int64]
#: type of numbers -> how they are kept here, and up to which they are exact; 32 bits turn over
_EXACT = {1: (np.float64, 2**24), 7: (np.int64, 2**63), 11: (np.float64, 2**53)}


def given(node: Node, taken: Sequence[Value]) -> list[Value]:
    """What an operation gives of what it takes.

    Raises:
        ValueError: it has no rule, or the shapes do not fit; any arithmetic, lookup or type error,
            too, where its settings make no sense.
    """
    rule = _RULES.get(node.operation)
    if rule is None:
        raise ValueError('this dcat_ros knows no such one')
    found = rule(node.attributes, taken)
    return found if isinstance(found, list) else [found]


def _alike(_: Settings, taken: Sequence[Value]) -> Value:
    return Value(taken[0].shape)


def _cast(settings: Settings, taken: Sequence[Value]) -> Value:
    # text takes more room than its number of values says
    if settings['to'] not in (1, 6, 7, 9, 10, 11):
        raise ValueError('it makes no numbers')
    known, (kind, most) = taken[0].known, _EXACT.get(settings['to'], (np.int64, -1))
    if known is None or np.abs(known.astype(np.float64)).max(initial=0) > most:
        return Value(taken[0].shape)
    return Value(taken[0].shape, known.astype(kind))


def _broadcast(_: Settings, taken: Sequence[Value]) -> Value:
    return Value(np.broadcast_shapes(*(value.shape for value in taken)))


def _computed(compute: Callable[[_Ints, _Ints], Any]) -> Rule:
    def rule(settings: Settings, taken: Sequence[Value]) -> Value:
        out = _broadcast(settings, taken)
        if len(taken) != 2 or out.n > MOST_KNOWN:
            return out
        a, b = taken[0].known, taken[1].known
        if a is None or b is None or a.dtype.kind != 'i' or b.dtype.kind != 'i':
            return out
        return Value(out.shape, np.asarray(compute(a, b), np.int64))

    return rule


def _divided(a: _Ints, b: _Ints) -> _Ints:
    if (a < 0).any() or (b < 1).any():
        raise ValueError('it divides by nothing, or what is less than nothing')
    return a // b


def _expand(_: Settings, taken: Sequence[Value]) -> Value:
    shape = np.broadcast_shapes(taken[0].shape, tuple(taken[1].numbers))
    known = taken[0].known
    if known is None or Value(shape).n > MOST_KNOWN:
        return Value(shape)
    return Value(shape, np.broadcast_to(known, shape))


def _reduced(settings: Settings, taken: Sequence[Value]) -> Value:
    shape = taken[0].shape
    axes = set(axes_of(taken[1].numbers if len(taken) > 1 and taken[1].n else [], len(shape)))
    if not axes:
        if settings.get('noop_with_empty_axes', 0):
            return Value(shape)
        axes = set(range(len(shape)))
    kept = settings.get('keepdims', 1)
    sizes = [1 if i in axes else n for i, n in enumerate(shape) if kept or i not in axes]
    return Value(tuple(sizes))


def _axis(settings: Settings, n: int, default: int) -> int:
    return axes_of([settings.get('axis', default)], n)[0]


def _shape(settings: Settings, taken: Sequence[Value]) -> Value:
    sizes = taken[0].shape[settings.get('start', 0) : settings.get('end')]
    return Value((len(sizes),), np.array(sizes, np.int64))


def _constant(settings: Settings, _: Sequence[Value]) -> Value:
    ((name, held),) = settings.items()
    if name == 'value' and isinstance(held, Array):
        return Value.of(held)
    if name in ('value_int', 'value_ints'):
        known = np.array(held, np.int64)
        return Value(known.shape, known if known.size <= MOST_KNOWN else None)
    if name in ('value_float', 'value_floats'):
        return Value(np.shape(held))
    raise ValueError('it holds no numbers')


def _reshape(settings: Settings, taken: Sequence[Value]) -> Value:
    sizes, before = taken[1].numbers, taken[0].shape
    if not settings.get('allowzero', 0):
        sizes = [before[i] if n == 0 else n for i, n in enumerate(sizes)]
    if sizes.count(-1) == 1:
        rest = Value(tuple(n for n in sizes if n != -1)).n
        sizes[sizes.index(-1)] = taken[0].n // rest if rest else 0
    return taken[0].reshaped(tuple(sizes))


def _transpose(settings: Settings, taken: Sequence[Value]) -> Value:
    shape = taken[0].shape
    order = settings.get('perm', [*range(len(shape))][::-1])
    if sorted(order) != [*range(len(shape))]:
        raise ValueError(f'it has no axes {order[:9]}')
    known = taken[0].known
    known = None if known is None else np.transpose(known, order)
    return Value(tuple(shape[i] for i in order), known)


def _squeeze(_: Settings, taken: Sequence[Value]) -> Value:
    shape = taken[0].shape
    ones = [i for i, n in enumerate(shape) if n == 1]
    axes = axes_of(taken[1].numbers, len(shape)) if len(taken) > 1 else ones
    return taken[0].reshaped(tuple(n for i, n in enumerate(shape) if i not in axes))


def _unsqueeze(_: Settings, taken: Sequence[Value]) -> Value:
    axes = taken[1].numbers
    n = len(taken[0].shape) + len(axes)
    if n > MOST_DIMS:
        raise ValueError(f'{n} axes are too many')
    places, sizes = axes_of(axes, n), iter(taken[0].shape)
    return taken[0].reshaped(tuple(1 if i in places else next(sizes) for i in range(n)))


def _concat(settings: Settings, taken: Sequence[Value]) -> Value:
    first = taken[0].shape
    axis = _axis(settings, len(first), 0)
    if any(v.shape[:axis] + v.shape[axis + 1 :] != first[:axis] + first[axis + 1 :] for v in taken):
        raise ValueError('the parts do not fit')
    out = Value((*first[:axis], sum(v.shape[axis] for v in taken), *first[axis + 1 :]))
    known = [v.known for v in taken if v.known is not None]
    if len(known) < len(taken) or out.n > MOST_KNOWN:
        return out
    return Value(out.shape, np.concatenate(known, axis=axis))


def _slice(_: Settings, taken: Sequence[Value]) -> Value:
    starts, ends = taken[1].numbers, taken[2].numbers
    axes = list(range(len(starts)))
    if len(taken) > 3 and taken[3].shape != (0,):
        axes = axes_of(taken[3].numbers, len(taken[0].shape))
    steps = taken[4].numbers if len(taken) > 4 else [1] * len(starts)
    cuts = [slice(None)] * len(taken[0].shape)
    for axis, *cut in zip(axes, starts, ends, steps, strict=True):
        cuts[axis] = slice(*cut)
    sizes = [len(range(n)[cut]) for n, cut in zip(taken[0].shape, cuts, strict=True)]
    known = taken[0].known
    return Value(tuple(sizes), None if known is None else known[tuple(cuts)])


def _gather(settings: Settings, taken: Sequence[Value]) -> Value:
    shape, places = taken[0].shape, taken[1]
    axis = _axis(settings, len(shape), 0)
    out = Value((*shape[:axis], *places.shape, *shape[axis + 1 :]))
    if taken[0].known is None or places.known is None or out.n > MOST_KNOWN:
        return out
    return Value(out.shape, np.take(taken[0].known, places.known, axis=axis))


def _gather_nd(settings: Settings, taken: Sequence[Value]) -> Value:
    shape, places, n = taken[0].shape, taken[1].shape, settings.get('batch_dims', 0)
    if n < 0:
        raise ValueError(f'it has {n} axes in common')
    return Value((*places[:-1], *shape[n + places[-1] :]))


def _pad(_: Settings, taken: Sequence[Value]) -> Value:
    shape, pads = list(taken[0].shape), taken[1].numbers
    axes = list(range(len(shape)))
    if len(taken) > 3:
        axes = axes_of(taken[3].numbers, len(shape))
    for axis, begin, end in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        shape[axis] += begin + end
    return Value(tuple(shape))


def _range(_: Settings, taken: Sequence[Value]) -> Value:
    start, stop, step = (value.numbers[0] for value in taken)
    n = len(range(start, stop, step))
    return Value((n,), np.arange(start, stop, step) if n <= MOST_KNOWN else None)


def _top_k(settings: Settings, taken: Sequence[Value]) -> list[Value]:
    sizes, (k,) = list(taken[0].shape), taken[1].numbers
    sizes[_axis(settings, len(sizes), -1)] = k
    return [Value(tuple(sizes))] * 2


_RULES: dict[str, Rule] = {
    # more than ours, for a sensor of another package
    **dict.fromkeys(
        (
            *('Abs', 'BatchNormalization', 'CastLike', 'Ceil', 'Clip', 'Cos', 'Elu', 'Erf', 'Exp'),
            *('Floor', 'Gelu', 'HardSigmoid', 'HardSwish', 'LayerNormalization', 'LeakyRelu'),
            *('Log', 'LogSoftmax', 'Neg', 'Not', 'Reciprocal', 'Relu', 'Round', 'Sigmoid', 'Sign'),
            *('Sin', 'Softmax', 'Softplus', 'Sqrt', 'Tanh'),
        ),
        _alike,
    ),
    **dict.fromkeys(
        (
            *('And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Or', 'Pow'),
            *('PRelu', 'Where'),
        ),
        _broadcast,
    ),
    **LAYERS,
    **dict.fromkeys(('ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum'), _reduced),
    'Add': _computed(np.add),
    'Cast': _cast,
    'Concat': _concat,
    'Constant': _constant,
    'Div': _computed(_divided),
    'Expand': _expand,
    'Gather': _gather,
    'GatherND': _gather_nd,
    'Identity': lambda _, taken: taken[0],
    'Max': _computed(np.maximum),
    'Min': _computed(np.minimum),
    'Mul': _computed(np.multiply),
    'Pad': _pad,
    'Range': _range,
    'Reshape': _reshape,
    'Shape': _shape,
    'Slice': _slice,
    'Squeeze': _squeeze,
    'Sub': _computed(np.subtract),
    'TopK': _top_k,
    'Transpose': _transpose,
    'Unsqueeze': _unsqueeze,
}
