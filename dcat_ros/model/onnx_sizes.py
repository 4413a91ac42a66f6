"""How large the values of a file for onnxruntime become, found without making one of them.

    constants, shape of the windows ──► operation by operation ──► shapes, and the numbers in them

A few bytes may ask for gigabytes: a number repeated a billion times, a column times a row. What is
made of constants alone is made while the file opens. So each operation that our exports use has its
rule (`onnx_rules.py`), and whatever has none is refused.
"""

from dcat_ros.model.onnx_parts import Parts
from dcat_ros.model.onnx_rules import given
from dcat_ros.model.onnx_value import Shape, Value

__all__ = ['n_values_of']

#: Products that are added up for one window, at most; the shipped networks need up to 84 million.
_MOST_PRODUCTS = 4_000_000_000


def n_values_of(parts: Parts, windows: Shape, most: int) -> int:
    """Number of values of all that the network makes of windows of this shape, and of constants.

    Args:
        parts: of the file, which takes windows alone.
        windows: shape of what goes in.
        most: more than that are not counted.

    Raises:
        ValueError: there are more, an operation has no rule, or its shapes do not fit.
    """
    if len(parts.inputs) != 1:
        raise ValueError(f'its inputs are {list(parts.inputs)[:9]}')
    values = {name: Value.of(array) for name, array in parts.arrays.items()}
    values |= {parts.inputs[0]: Value(windows), '': Value((0,))}
    total = products = 0
    for node in parts.nodes:
        try:
            found = given(node, [values[name] for name in node.inputs])
            if len(found) < len(node.outputs):
                raise ValueError(f'it gives {len(node.outputs)} values')
        except (ArithmeticError, LookupError, TypeError, ValueError) as problem:
            raise ValueError(
                f'its operation {node.operation[:40]!r} cannot be: {problem or "of no shape"}'
            ) from None
        for name, value in zip(node.outputs, found, strict=False):
            values[name] = value
            total += value.n
            products += value.n_products
        if products > _MOST_PRODUCTS * windows[0]:
            raise ValueError(f'it computes more than {_MOST_PRODUCTS} products a window')
        if total > most:
            raise ValueError(f'it makes more than {most} values; windows: {windows[0]}')
    return total
