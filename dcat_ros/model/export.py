"""From a network in torch to a file for onnxruntime, which is compared before it is written."""

import json
import logging
import warnings
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from dcat_ros.card.card import Card
from dcat_ros.errors import WeightsError
from dcat_ros.files import check_writable, write_whole
from dcat_ros.model.model import Model
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.onnx_model import ATTENDED, FACTS, FEATURES, LOG_P, WHOLE, WINDOWS, load_onnx
from dcat_ros.model.record import KEY
from dcat_ros.model.torch_model import TorchModel
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.texts import one_line

__all__ = ['save_onnx']

#: Greatest difference of a probability between torch and onnxruntime.
_MOST = 1e-4
#: Of the shortest windows that are tried, in samples: a file says which it takes.
_SHORTEST = (1, 2, 4, 8, 12, 16, 24, 32)
_LONGER = (1.0, 1.7, 4.3)  # times the window in use
_BATCHES = (1, 3)
_OFFSETS = (0.0, -4.0)  # of noise of order one, times the sensor's scale


class _Outputs(nn.Module):
    """The network's outputs in the order of the file."""

    def __init__(self, net: ActivityNet):
        super().__init__()
        self.net = net

    def forward(self, windows: Tensor) -> tuple[Tensor, ...]:
        net = self.net
        found = net.outputs(windows)
        attended = found.logits.log_softmax(dim=1)
        if not net.spec.ppv:
            return (attended, found.features)
        fixed = net.ppv(windows)
        log_p = net.weighed(attended, net.ppv_head(fixed))
        features = torch.cat([fixed, found.features], dim=1)
        if not net.spec.names_whole:
            return (log_p, features)
        whole = net.segment_head(fixed).log_softmax(dim=1)
        return (log_p, features, attended, whole)


def save_onnx(path: Path, net: ActivityNet, card: Card, weights_sha256: str) -> None:
    """Write the network and its card for onnxruntime; an earlier file stays whole if that fails.

    Args:
        path: ends in .onnx.
        net: in eval mode.
        card: its record.
        weights_sha256: of the weights file of the same network.

    Raises:
        WeightsError: onnxruntime says something else than torch.
        OutputError: the file cannot be written.
    """
    check_writable(path)
    network = _exported(net.eval(), card)
    torch_model = TorchModel(net, card)
    with TemporaryDirectory() as folder:
        part = Path(folder) / path.name
        for least in _SHORTEST:
            facts = {'weights_sha256': weights_sha256, 'least': least}
            part.write_bytes(_with_record(network, card, facts))
            lengths = [n for n in _SHORTEST if n >= least]
            lengths += [round(share * torch_model.length) for share in _LONGER]
            try:
                difference = _difference(torch_model, load_onnx(part), lengths)
            except Exception as problem:  # too short for an operation: the library's own errors
                why = one_line(problem)
                continue
            if difference <= _MOST:
                write_whole(path, part.read_bytes())
                return
            why = f'onnxruntime and torch differ by {difference:.1g} in probability'
    raise WeightsError(f'{path} is not written: {why} of {card.name}.')


def _exported(net: ActivityNet, card: Card) -> onnx.ModelProto:
    """The network, any number of windows of any length."""
    length = round(card.input.window_s * card.input.rate_hz)
    windows = torch.rand(2, length, sensor_of(card).n_inputs)
    outputs = [LOG_P, FEATURES, *([ATTENDED, WHOLE] if net.spec.names_whole else [])]
    sizes = {'windows': {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}}
    # it tells of every step, and warns of what concerns its own development
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        program = torch.export.export(_Outputs(net), (windows,), dynamic_shapes=sizes, strict=False)
        # its optimiser takes a constant of 1e-9 for zero; onnxruntime has one of its own
        made = torch.onnx.export(
            program,
            (),
            input_names=[WINDOWS],
            output_names=outputs,
            dynamo=True,
            verbose=False,
            optimize=False,
        )
    assert made is not None
    network = made.model_proto
    # where in which file on this machine each operation stood: as long as the weights
    for part in (*network.graph.node, *network.graph.value_info, *network.functions):
        del part.metadata_props[:]
        part.doc_string = ''
    del network.graph.metadata_props[:]
    network.graph.doc_string = ''
    return network


def _with_record(network: onnx.ModelProto, card: Card, facts: dict[str, object]) -> bytes:
    del network.metadata_props[:]
    onnx.helper.set_model_props(network, {KEY: card.model_dump_json(), FACTS: json.dumps(facts)})
    return bytes(network.SerializeToString())


def _difference(one: Model, other: Model, lengths: list[int]) -> float:
    """Greatest difference of a probability, over batches and lengths of noise and of stillness."""
    rng = np.random.default_rng(0)
    scale = np.array(sensor_of(one.card).scale, np.float32)
    pixels = (one.card.input.size or 1) ** 2
    found = []
    for length, n, offset in product(lengths, _BATCHES, _OFFSETS):
        noise = offset + rng.normal(size=(n, length, len(scale), pixels)).astype(np.float32)
        windows = (noise * scale[:, None]).reshape(n, length, -1)
        windows[0] = windows[0, :1]
        said = [[model.log_probabilities(windows) for model in (one, other)]]
        if one.card.network.segment and length > 1:
            said.append([model.segment_log_probabilities(windows[-1]) for model in (one, other)])
        found += [float(np.abs(np.exp(p) - np.exp(q)).max()) for p, q in said]
    return max(found)
