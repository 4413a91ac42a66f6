"""A model that onnxruntime runs: one file with network and record, and no torch."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dcat_ros.card.card import Card
from dcat_ros.errors import WeightsError
from dcat_ros.model.model import Model
from dcat_ros.model.onnx_parts import Parts, parts_of
from dcat_ros.model.onnx_sizes import n_values_of
from dcat_ros.model.record import KEY, parse_card, read_weights
from dcat_ros.model.segment import SEGMENT_LENGTH, stretched
from dcat_ros.sensors.registry import sensor_of
from dcat_ros.texts import one_line

__all__ = [
    'ATTENDED',
    'FACTS',
    'FEATURES',
    'LOG_P',
    'WHOLE',
    'WINDOWS',
    'OnnxModel',
    'load_onnx',
    'made_of',
    'onnx_of',
]

#: Of the facts about the file itself, in its metadata: JSON with the SHA-256 of the weights that it
#: was made of, and the least number of samples that it takes.
FACTS = 'dcat_ros_onnx'
#: Names of the input and of the outputs. The features are those before the last layers, the fixed
#: ones first; files from before there was teaching have none. The last two are only of a network
#: that names whole recordings by a layer of its own: what the attention says, and what that layer
#: says.
WINDOWS, LOG_P, FEATURES, ATTENDED, WHOLE = 'windows', 'log_p', 'features', 'attended', 'whole'
#: Values that a network makes of a window, and of constants, at most: 8 bytes each are 192 MB. The
#: shipped ones make 2 million.
_MOST_VALUES = 24_000_000
#: Of so many windows it may make so many times that.
_MANY = 8


class OnnxModel(Model):
    """A network in onnxruntime with its card.

    Args:
        session: of the file.
        card: its record.
        weights_sha256: of the weights file that it was made of.
        least: samples that it takes at least; a shorter window ends with its last sample held.

    Attributes:
        weights_sha256: see above.
        has_features: whether the file gives what it makes its words of.
    """

    backend = f'onnxruntime {onnxruntime.__version__}'

    def __init__(
        self, session: onnxruntime.InferenceSession, card: Card, weights_sha256: str, least: int
    ):
        super().__init__(card)
        self._session = session
        self._least = least
        self.weights_sha256 = weights_sha256
        self.has_features = FEATURES in {output.name for output in session.get_outputs()}

    def said_of(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Model`."""
        return self._run(LOG_P, encoded)

    def said_with_features(
        self, encoded: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What `said_of` gives, and features (N, F).

        Only where `has_features`.
        """
        log_p, features = self._run_all([LOG_P, FEATURES], encoded)
        return log_p, features

    def said_of_whole(self, recording: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Model`."""
        attended = self._run(ATTENDED, recording[None])[0]
        whole = self._run(WHOLE, stretched(recording, SEGMENT_LENGTH)[None])[0]
        out: NDArray[np.float32] = np.logaddexp(attended, whole) - np.float32(np.log(2))
        return out

    def _run(self, output: str, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._run_all([output], windows)[0]

    def _run_all(
        self, outputs: list[str], windows: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        lacking = self._least - windows.shape[1]
        if lacking > 0:
            windows = np.concatenate([windows, np.repeat(windows[:, -1:], lacking, axis=1)], axis=1)
        found: list[NDArray[np.float32]] = self._session.run(outputs, {WINDOWS: windows})
        return found


def load_onnx(path: Path) -> OnnxModel:
    """Read a file that `dcat train` or `dcat export` made.

    Raises:
        WeightsError: the file is unreadable, foreign, damaged or of a newer version.
    """
    return onnx_of(path, read_weights(path))


def onnx_of(path: Path, data: bytes) -> OnnxModel:
    """The model in the bytes of such a file.

    Args:
        path: where they are from, for the error.
        data: of the file.

    Raises:
        WeightsError: as `load_onnx`.
    """
    try:
        parts = parts_of(data)
    except ValueError as problem:
        raise WeightsError(
            f'{path} is no whole ONNX file of "dcat train" or "dcat export" ({problem}); take an '
            'undamaged copy.'
        ) from None
    if KEY not in parts.properties or FACTS not in parts.properties:
        raise WeightsError(
            f'{path} is an ONNX file, but has no dcat_ros record: it was not made by "dcat train" '
            'or "dcat export".'
        )
    card = parse_card(path, parts.properties[KEY])
    try:
        facts = json.loads(parts.properties[FACTS])
        digest, least = str(facts['weights_sha256']), int(facts['least'])
        _check_sizes(parts, card, least)
    except Exception as problem:  # whatever the file's own words lead to
        raise _other_network(path, problem) from None
    model = OnnxModel(_session(path, data), card, digest, least)
    try:
        _check_fits(model)
    except Exception as problem:  # the library's own, on the file's operations
        raise _other_network(path, problem) from None
    return model


def _other_network(path: Path, problem: Exception) -> WeightsError:
    return WeightsError(
        f'{path}: its network is not that of its record ({one_line(problem)}); take an undamaged '
        'copy.'
    )


def _session(path: Path, data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # a second thread does not help a net of this size, and waits for work by spinning
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what is wrong is raised
    try:
        # without the fallback, of which it tells on the terminal
        return onnxruntime.InferenceSession(
            data, options, providers=['CPUExecutionProvider'], enable_fallback=0
        )
    except Exception as problem:  # the library raises whatever the bytes lead it to
        why, told = one_line(problem), str(problem)
        if 'Unsupported model IR version' in told or 'Opset' in told:
            raise WeightsError(
                f'{path} is newer than this onnxruntime ({onnxruntime.__version__}) reads: update '
                'onnxruntime, or export it again here.'
            ) from None
        raise WeightsError(
            f'{path} is no whole ONNX file ({why}); take an undamaged copy.'
        ) from None


def made_of(model: Model, path: Path) -> bool:
    """Whether an ONNX model was made of this weights file.

    Raises:
        WeightsError: the file cannot be read.
    """
    digest = hashlib.sha256(read_weights(path)).hexdigest()
    return isinstance(model, OnnxModel) and model.weights_sha256 == digest


def _check_sizes(parts: Parts, card: Card, least: int) -> None:
    """Raises ValueError where more would be made than a network makes, before anything is."""
    if not 1 <= least <= 1000:
        raise ValueError(f'it takes {least} samples at least')
    n_rows = max(least, round(card.input.window_s * card.input.rate_hz))
    window = (n_rows, sensor_of(card).n_inputs)
    n_values = n_values_of(parts, (1, *window), _MOST_VALUES)
    n_values_of(parts, (_MANY, *window), _MANY * n_values)


def _check_fits(model: OnnxModel) -> None:
    """Raises ValueError where the network takes or gives something else than the record says."""
    session, n_values = model._session, sensor_of(model.card).n_inputs
    outputs = {LOG_P, ATTENDED, WHOLE} if model.card.network.names_whole else {LOG_P}
    if {o.name for o in session.get_outputs()} - {FEATURES} != outputs:
        raise ValueError(f'its outputs are {[o.name for o in session.get_outputs()]}')
    takes = [(i.name, i.type, list(i.shape)[2:]) for i in session.get_inputs()]
    if takes != [(WINDOWS, 'tensor(float)', [n_values])]:
        raise ValueError(f'its inputs are {takes}')
    found = model.said_of(np.zeros((1, model.length, n_values), np.float32))
    if found.shape != (1, len(model.card.labels)) or not np.isfinite(found).all():
        raise ValueError(f'of a window of zeros it says {found.shape} {found.ravel()[:3]}')
