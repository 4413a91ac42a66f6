"""The tagger `mn04_as` of EfficientAT, from its tensors to a file for onnxruntime.

A MobileNetV3-Large (A. Howard et al., "Searching for MobileNetV3", ICCV 2019) of width 0.4, on mel
spectrograms in place of pictures, distilled from transformers on AudioSet (F. Schmid, K. Koutini,
G. Widmer, ICASSP 2023). Written anew from the papers and from the shapes of its tensors.

    rows in dB ─► log ─► 3 x 3 convolution ─► 15 inverted residuals ─► 1 x 1 convolution ─► tokens
                                                              tokens ─► mean ─► two layers ─► kinds

An inverted residual widens by 1 x 1, convolves each channel, weighs channels by what all of the
window has of them (squeeze and excitation), and narrows by 1 x 1.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dcat_ros.pretrained.onnx_file import Graph
from dcat_ros.sensors.sound.ear.rows import N_BANDS

__all__ = ['KINDS', 'N_CHANNELS', 'N_KINDS', 'ROWS', 'TOKENS', 'tagger']

Tensors = dict[str, NDArray[Any]]

#: Names of the input and of the outputs.
ROWS, TOKENS, KINDS = 'rows', 'tokens', 'kinds'
#: Channels of a token, for each of four groups of bands; sounds that it knows.
N_CHANNELS, N_GROUPS, N_KINDS = 384, 4, 527
#: Of the batch normalisation, as MobileNetV3 has it.
_EPSILON = 1e-3
#: Of the front end: what is added to a power, and how its logarithm gets of order one.
_LEAST, _SHIFT, _DIVISOR = 1e-5, 4.5, 5.0


class _Block(NamedTuple):
    kernel: int
    stride: int
    excites: bool
    activation: str


_RE, _HS = 'Relu', 'HardSwish'
#: Table 1 of MobileNetV3; channels are those of the tensors.
_BLOCKS = (
    _Block(3, 1, False, _RE),
    _Block(3, 2, False, _RE),
    _Block(3, 1, False, _RE),
    _Block(5, 2, True, _RE),
    _Block(5, 1, True, _RE),
    _Block(5, 1, True, _RE),
    _Block(3, 2, False, _HS),
    _Block(3, 1, False, _HS),
    _Block(3, 1, False, _HS),
    _Block(3, 1, False, _HS),
    _Block(3, 1, True, _HS),
    _Block(3, 1, True, _HS),
    _Block(5, 2, True, _HS),
    _Block(5, 1, True, _HS),
    _Block(5, 1, True, _HS),
)


def tagger(tensors: Tensors) -> bytes:
    """A file for onnxruntime: rows (N, T, 128) in dB to tokens and kinds, any N and T.

    Tokens are (N, ceil(T / 32), 384 channels of 4 groups of bands each), kinds are logits (N, 527).

    Raises:
        KeyError: a tensor is missing.
    """
    graph = Graph()
    x = _heard(graph)
    x = _convolved(graph, tensors, 'features.0', x, stride=2, activation=_HS)
    for i, block in enumerate(_BLOCKS, start=1):
        x = _residual(graph, tensors, f'features.{i}.block', x, block)
    x = _convolved(graph, tensors, f'features.{len(_BLOCKS) + 1}', x, activation=_HS)
    tokens = graph.node('Transpose', x, attributes={'perm': (0, 3, 1, 2)})  # (N, L, 384, 4)
    shape = graph.array(np.array([0, 0, N_CHANNELS * N_GROUPS]))
    graph.node('Reshape', tokens, shape, name=TOKENS)
    pooled = graph.node('GlobalAveragePool', x)
    x = graph.node('Flatten', pooled)
    x = graph.node('HardSwish', _linear(graph, tensors, 'classifier.2', x))
    _linear(graph, tensors, 'classifier.5', x, to=KINDS)
    sizes = {TOKENS: ('n', 'l', N_CHANNELS * N_GROUPS), KINDS: ('n', N_KINDS)}
    return graph.model({ROWS: ('n', 't', N_BANDS)}, sizes)


def _heard(graph: Graph) -> str:
    """(N, 1, 128, T) of rows in dB: ln(power + 1e-5), of order one."""
    exponent = graph.node('Mul', ROWS, graph.array(np.array(math.log(10) / 10)))
    power = graph.node('Add', graph.node('Exp', exponent), graph.array(np.array(_LEAST)))
    shifted = graph.node('Add', graph.node('Log', power), graph.array(np.array(_SHIFT)))
    x = graph.node('Div', shifted, graph.array(np.array(_DIVISOR)))
    x = graph.node('Transpose', x, attributes={'perm': (0, 2, 1)})
    return graph.node('Unsqueeze', x, graph.array(np.array([1])))


def _residual(graph: Graph, tensors: Tensors, name: str, x: str, block: _Block) -> str:
    """An inverted residual; one that does not widen has no first convolution."""
    before, part = x, 0
    if f'{name}.2.0.weight' in tensors or f'{name}.3.0.weight' in tensors:
        x = _convolved(graph, tensors, f'{name}.0', x, activation=block.activation)
        part = 1
    x = _convolved(
        graph,
        tensors,
        f'{name}.{part}',
        x,
        stride=block.stride,
        activation=block.activation,
        each=True,
    )
    part += 1
    if block.excites:
        x = _excited(graph, tensors, f'{name}.{part}.conc_se_layers.0', x)
        part += 1
    x = _convolved(graph, tensors, f'{name}.{part}', x)
    channels = (tensors[f'{name}.0.0.weight'].shape[1], tensors[f'{name}.{part}.0.weight'].shape[0])
    if part == 1:  # each channel was convolved for itself
        channels = (channels[1], channels[1])
    same = block.stride == 1 and channels[0] == channels[1]
    return graph.node('Add', before, x) if same else x


def _convolved(
    graph: Graph,
    tensors: Tensors,
    name: str,
    x: str,
    *,
    stride: int = 1,
    activation: str = '',
    each: bool = False,
) -> str:
    """A convolution with its batch normalisation, and what follows."""
    weight = tensors[f'{name}.0.weight'].astype(np.float64)
    of = {
        key: tensors[f'{name}.1.{key}'].astype(np.float64)
        for key in ('weight', 'bias', 'running_mean', 'running_var')
    }
    scale = of['weight'] / np.sqrt(of['running_var'] + _EPSILON)
    kernel = weight.shape[2]
    pad = (kernel - 1) // 2
    x = graph.node(
        'Conv',
        x,
        graph.array(weight * scale[:, None, None, None]),
        graph.array(of['bias'] - of['running_mean'] * scale),
        attributes={
            'kernel_shape': (kernel, kernel),
            'strides': (stride, stride),
            'pads': (pad,) * 4,
            'group': len(weight) if each else 1,
        },
    )
    return graph.node(activation, x) if activation else x


def _excited(graph: Graph, tensors: Tensors, name: str, x: str) -> str:
    """Each channel times what two layers say of all channels' means."""
    mean = graph.node('GlobalAveragePool', x)

    def layer(which: str, x: str) -> str:
        weight = tensors[f'{name}.{which}.weight'][:, :, None, None]
        bias = tensors[f'{name}.{which}.bias']
        return graph.node('Conv', x, graph.array(weight), graph.array(bias))

    weights = graph.node('Sigmoid', layer('fc2', graph.node('Relu', layer('fc1', mean))))
    return graph.node('Mul', x, weights)


def _linear(graph: Graph, tensors: Tensors, name: str, x: str, to: str = '') -> str:
    weight, bias = (graph.array(tensors[f'{name}.{key}']) for key in ('weight', 'bias'))
    return graph.node('Gemm', x, weight, bias, attributes={'transB': 1}, name=to)
