"""What unfreezing the tagger's last block brings to `audio_kitchen20_ear`.

    python -m benchmarks.unfrozen_ear --work runs/unfrozen_ear --out results/unfrozen_ear.json

The networks of the five folds, and the one without the households, are trained as `dcat train` does
it: same recordings, seeds, windows and steps. The last inverted residual and the convolution behind
it, 0.16 of the tagger's 0.98 million weights, learn with the rest, at a share of its rate; what
stands before them is asked once of each window. Beside them stand the answers of the shipped
recipe, from `results/audio_kitchen20_ear.json`. Some tries also change what the windows go through.
What is done stays in the results, and the rest is gone on with. Needs 'dcat models get tagger'.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import conv2d, hardswish, relu

from dcat_ros.datasets import load
from dcat_ros.datasets.as_sensor import as_sensor
from dcat_ros.files import write_whole
from dcat_ros.pretrained.known import TAGGER
from dcat_ros.pretrained.store import ready
from dcat_ros.pretrained.tensors import read_tensors
from dcat_ros.sensors.encoder import Encoder
from dcat_ros.sensors.sensor import Sensor
from dcat_ros.sensors.sound.ear import augment
from dcat_ros.sensors.sound.ear.encoder import EAR
from dcat_ros.sensors.sound.ear.front import EarFront
from dcat_ros.sensors.sound.ear.session import Tagger
from dcat_ros.sensors.sound.ear.tagger import N_GROUPS, ROWS, TOKENS, tagger
from dcat_ros.sensors.sound.sensor import SOUND
from dcat_ros.training.asked import ask_otherwise
from dcat_ros.training.config import read_config
from dcat_ros.training.holdout import measure
from dcat_ros.training.measured import WHOLE
from dcat_ros.training.piece import fit_piece, pieces_of
from dcat_ros.training.record import make_card
from dcat_ros.training.reproducible import compute_reproducibly

Array = NDArray[np.float32]
ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / 'config' / 'train' / 'audio_kitchen20_ear.yaml'
FROZEN = ROOT / 'results' / 'audio_kitchen20_ear.json'
#: Channels before the last block, and its name; of the batch normalisation, as MobileNetV3 has it.
CHANNELS, BLOCK, LAST, EPSILON = 64, 'features.15.block', 'features.16', 1e-3
#: The number of the network that learned from no household.
HOUSEHOLDS = 6
ASKED = (WHOLE, 'white noise at 10 dB', 'band-pass 200 to 4000 Hz')


class Try(NamedTuple):
    """Pace of the tagger's weights to that of ours; shares of windows with noise and band-pass."""

    pace: float
    noisy: float = 0.5
    passed: float = 0.25


TRIES = {
    'last block at 0.1': Try(0.1),
    'last block at 0.1, more noise and band-pass': Try(0.1, 0.75, 0.5),
}


class Moved(nn.Module):
    """A tensor that starts from a trained one and learns at a pace of its own.

    Adam's steps are of one size, whatever the gradient's: what is learned is scaled in their place,
    and decays to what the tagger had.
    """

    def __init__(self, start: NDArray[Any], pace: float):
        super().__init__()
        self.start: Tensor
        self.register_buffer('start', torch.from_numpy(start.astype(np.float32)))
        self.moved = nn.Parameter(torch.zeros_like(self.start))
        self.pace = pace

    def forward(self) -> Tensor:
        return self.start + self.pace * self.moved


class LastBlock(nn.Module):
    """What of the tagger learns: maps (N, 64, 4, L) to tokens (N, L, 1536)."""

    def __init__(self, tensors: dict[str, NDArray[Any]], pace: float):
        super().__init__()

        def convolution(name: str) -> nn.ModuleList:
            of = {
                key: tensors[f'{name}.1.{key}'].astype(np.float64)
                for key in ('weight', 'bias', 'running_mean', 'running_var')
            }
            scale = of['weight'] / np.sqrt(of['running_var'] + EPSILON)
            weight = tensors[f'{name}.0.weight'] * scale[:, None, None, None]
            bias = of['bias'] - of['running_mean'] * scale
            return nn.ModuleList([Moved(weight, pace), Moved(bias, pace)])

        def layer(name: str) -> nn.ModuleList:
            weight, bias = (tensors[f'{name}.{key}'] for key in ('weight', 'bias'))
            return nn.ModuleList([Moved(weight[:, :, None, None], pace), Moved(bias, pace)])

        self.widen = convolution(f'{BLOCK}.0')
        self.each = convolution(f'{BLOCK}.1')
        self.squeeze = layer(f'{BLOCK}.2.conc_se_layers.0.fc1')
        self.excite = layer(f'{BLOCK}.2.conc_se_layers.0.fc2')
        self.narrow = convolution(f'{BLOCK}.3')
        self.last = convolution(LAST)

    def forward(self, before: Tensor) -> Tensor:
        def by(layers: nn.ModuleList, x: Tensor, pad: int = 0, groups: int = 1) -> Tensor:
            weight, bias = (layer() for layer in layers)
            return conv2d(x, weight, bias, padding=pad, groups=groups)

        x = hardswish(by(self.widen, before))
        x = hardswish(by(self.each, x, pad=2, groups=x.shape[1]))
        mean = x.mean(dim=(2, 3), keepdim=True)
        x = x * torch.sigmoid(by(self.excite, relu(by(self.squeeze, mean))))
        x = hardswish(by(self.last, before + by(self.narrow, x)))
        return x.permute(0, 3, 1, 2).flatten(2)


class UnfrozenFront(nn.Module):
    """The front of the ear's network, with the tagger's last block in it."""

    def __init__(self, block: LastBlock, width: int):
        super().__init__()
        self.block, self.front = block, EarFront(width)

    def forward(self, encoded: Tensor) -> Tensor:
        n, length, _ = encoded.shape
        maps = encoded.reshape(n, length, CHANNELS, N_GROUPS).permute(0, 2, 3, 1)
        tokens: Tensor = self.front(self.block(maps))
        return tokens


class Before:
    """The tagger up to its last block: rows (N, T, 128) to maps, flattened (N, L, 256)."""

    def __init__(self, network: bytes):
        model = onnx.load_from_string(network)
        made = {name: node for node in model.graph.node for name in node.output}
        place = TOKENS
        for kind in ('Reshape', 'Transpose', 'HardSwish', 'Conv', 'Add'):
            assert made[place].op_type == kind, (place, made[place].op_type)
            self.name = place = made[place].input[0]
        value = onnx.helper.make_tensor_value_info(place, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(value)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=['CPUExecutionProvider']
        )

    def __call__(self, windows: Array) -> Array:
        parts = []
        for i in range(0, len(windows), 16):
            (maps,) = self._session.run([self.name], {ROWS: windows[i : i + 16]})
            n, _, _, length = maps.shape
            parts.append(maps.transpose(0, 3, 1, 2).reshape(n, length, CHANNELS * N_GROUPS))
        return np.concatenate(parts)


def unfrozen(pace: float) -> Sensor:
    """Sound behind the tagger, whose last block learns."""
    tensors = read_tensors(ready(TAGGER.name).read_bytes())
    before = Before(tagger(tensors))
    rows = np.random.default_rng(0).normal(-40, 20, (2, 300, 128)).astype(np.float32)
    with torch.inference_mode():
        maps = torch.from_numpy(before(rows)).reshape(2, -1, CHANNELS, N_GROUPS)
        said = LastBlock(tensors, pace)(maps.permute(0, 2, 3, 1)).numpy()
    np.testing.assert_allclose(said, Tagger.ready().tokens(rows), atol=1e-3, rtol=1e-3)
    front: Callable[[Sensor, int], nn.Module] = lambda sensor, width: UnfrozenFront(  # noqa: E731
        LastBlock(tensors, pace), width
    )
    encoder = Encoder(TAGGER.name, CHANNELS * N_GROUPS, lambda: before)
    return replace(SOUND.encoded[EAR.name], encoder=encoder, front=front)


def run(what: str, work: Path, data: Path | None, numbers: list[int]) -> list[dict[str, Any]]:
    """Train and ask the networks of one try with these numbers."""
    chosen = TRIES[what]
    # every part of the training finds its sensor there
    cast('dict[str, Sensor]', SOUND.encoded)[EAR.name] = unfrozen(chosen.pace)
    augment._NOISY, augment._PASSED = chosen.noisy, chosen.passed
    config, raw = read_config(CONFIG), load('kitchen20', data)
    card = make_card(config, raw, command='', git_commit='')
    streams = as_sensor(raw, SOUND.encoded[EAR.name], card.input.rate_hz)
    found = []
    for piece in pieces_of(config, raw):
        if piece.fold is None or piece.number not in numbers:
            continue
        folder = work / what.replace(' ', '_').replace(',', '')
        folder.mkdir(parents=True, exist_ok=True)
        fitted, held_out = fit_piece(config, raw, streams, card, piece, folder)
        answers = ask_otherwise(fitted.net, card, raw.where(piece.fold.has), ())
        scores = [measure(fitted.net, card, s).macro_f1(card.labels) for s in held_out]
        found.append(
            {
                'try': what,
                'network': piece.number,
                'stream_macro_f1': round(float(np.mean(scores)), 4),
                'found': {name: {k: of[k] for k in ASKED} for name, of in answers.items()},
            }
        )
        print(what, piece.number, found[-1]['stream_macro_f1'], flush=True)
    return found


def table(runs: list[dict[str, Any]]) -> list[str]:
    """Accuracy of whole clips, and gains over the frozen tagger with a bootstrap over sources."""
    trials = json.loads(FROZEN.read_text())['trials']
    lines = [f'| try | {" | ".join(ASKED)} | households that it never heard |', '|---' * 5 + '|']
    columns = [('found', what, what) for what in ASKED] + [('apart', 'households', WHOLE)]
    for name in ('frozen', *TRIES):
        own: dict[str, dict[str, dict[str, str]]] = {'found': {}, 'apart': {}}
        for one in runs:
            if one['try'] == name:
                own['apart' if one['network'] == HOUSEHOLDS else 'found'] |= one['found']
        cells = []
        for group, key, asked in columns:
            here = [t for t in trials if t[group] and (name == 'frozen' or t['name'] in own[group])]
            if not here:
                cells.append('')
                continue
            before = np.array([t[group][key] == t['label'] for t in here], float)
            if name == 'frozen':
                cells.append(f'{before.mean():.3f}')
                continue
            now = np.array([own[group][t['name']][asked] == t['label'] for t in here], float)
            cells.append(f'{now.mean():.3f}; {gain(now - before, [t["source"] for t in here])}')
        lines.append(f'| {name} | {" | ".join(cells)} |')
    return lines


def gain(more: NDArray[np.float64], sources: list[str]) -> str:
    _, which = np.unique(sources, return_inverse=True)
    n, total = np.bincount(which), np.bincount(which, more)
    drawn = np.random.default_rng(0).integers(len(n), size=(2000, len(n)))
    low, high = 100 * np.quantile(total[drawn].sum(axis=1) / n[drawn].sum(axis=1), [0.025, 0.975])
    return f'{100 * more.mean():+.1f} ({low:+.1f} – {high:+.1f})'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path)
    parser.add_argument('--work', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--tries', nargs='+', choices=TRIES, default=list(TRIES))
    arguments = parser.parse_args()
    compute_reproducibly()
    torch.set_num_threads(1)
    runs = json.loads(arguments.out.read_text()) if arguments.out.exists() else []
    numbers = [p.number for p in pieces_of(read_config(CONFIG), load('kitchen20', arguments.data))]
    for what in arguments.tries:
        for number in numbers:
            if not any((one['try'], one['network']) == (what, number) for one in runs):
                runs += run(what, arguments.work, arguments.data, [number])
                write_whole(arguments.out, json.dumps(runs, separators=(',', ':')).encode())
    print('\n'.join(table(runs)))


if __name__ == '__main__':
    main()
