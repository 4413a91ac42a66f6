"""What operations with weights and with kernels give, in shapes alone; see `onnx_rules`."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from dcat_ros.model.onnx_value import Rule, Settings, Shape, Value

__all__ = ['LAYERS']


def _matmul(_: Settings, taken: Sequence[Value]) -> Value:
    a, b = (value.shape for value in taken)
    if min(len(a), len(b)) < 2 or a[-1] != b[-2]:
        raise ValueError(f'{list(a)} times {list(b)} cannot be')
    return _summed((*np.broadcast_shapes(a[:-2], b[:-2]), a[-2], b[-1]), a[-1])


def _gemm(settings: Settings, taken: Sequence[Value]) -> Value:
    a, b = taken[0].shape, taken[1].shape
    a = a[::-1] if settings.get('transA', 0) else a
    b = b[::-1] if settings.get('transB', 0) else b
    if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
        raise ValueError(f'{list(a)} times {list(b)} cannot be')
    return _summed((a[0], b[1]), a[1])


def _conv(settings: Settings, taken: Sequence[Value]) -> Value:
    n, _, *sizes = taken[0].shape
    n_out, n_in, *kernel = taken[1].shape
    return _summed((n, n_out, *_over(settings, sizes, kernel)), n_in * math.prod(kernel))


def _pool(settings: Settings, taken: Sequence[Value]) -> Value:
    n, channels, *sizes = taken[0].shape
    kernel = settings['kernel_shape']
    return _summed((n, channels, *_over(settings, sizes, kernel)), math.prod(kernel))


def _summed(shape: Shape, n_each: int) -> Value:
    """Sums of so many products."""
    return Value(shape, n_products=Value(shape).n * n_each)


def _over(settings: Settings, sizes: Sequence[int], kernel: Sequence[int]) -> list[int]:
    """Places of a kernel."""
    n = len(kernel)
    if n > 2:  # of more axes, onnxruntime lays each place of the kernel out in memory
        raise ValueError(f'its kernel has {n} axes')
    laid = settings.get('auto_pad', 'NOTSET'), settings.get('kernel_shape', [*kernel])
    if laid != ('NOTSET', [*kernel]):
        raise ValueError('its kernel is laid otherwise than ours')
    pads = settings.get('pads', [0] * 2 * n)
    steps, spread = settings.get('strides', [1] * n), settings.get('dilations', [1] * n)
    if min(steps) < 1 or min(spread) < 1 or min(pads) < 0 or min(kernel) < 1:
        raise ValueError('its kernel has no size')
    up = settings.get('ceil_mode', 0)
    return [
        (size + begin + end - apart * (width - 1) - 1 + (step - 1 if up else 0)) // step + 1
        for size, begin, end, apart, width, step in zip(
            sizes, pads[:n], pads[n:], spread, kernel, steps, strict=True
        )
    ]


LAYERS: Mapping[str, Rule] = {
    'AveragePool': _pool,
    'Conv': _conv,
    'Gemm': _gemm,
    'MatMul': _matmul,
    'MaxPool': _pool,
}
