"""Loading a model for whatever runs it."""

from importlib.util import find_spec
from pathlib import Path

from dcat_ros.errors import ConfigError, WeightsError
from dcat_ros.libraries import how_to_get
from dcat_ros.model.find import ONNX, find_weights, load_card
from dcat_ros.model.model import BACKENDS, Model
from dcat_ros.model.onnx_model import load_onnx, made_of
from dcat_ros.model.taught import load_taught

__all__ = ['load_model']


def load_model(model: str | Path, backend: str = 'auto') -> Model:
    """Load a shipped model by name, or a weights file by path.

    Args:
        model: name or path.
        backend: what shall run it. 'auto' takes onnxruntime where there is a file for it, the one
            that is named or one of the same weights beside it, and torch otherwise.

    Raises:
        WeightsError: there is no such file, or it is unusable.
        ConfigError: the backend is unknown, not installed, or cannot run this file.
    """
    if backend not in BACKENDS:
        raise ConfigError(f'There is no backend {backend!r}; there are {", ".join(BACKENDS)}.')
    path = find_weights(str(model))
    if path.suffix == ONNX:
        if backend == 'torch':
            raise ConfigError(f'{path} is for onnxruntime; torch runs the .safetensors file.')
        return load_onnx(path)
    if _is_taught(path):
        if backend == 'torch':
            raise ConfigError(f'{path} was taught labels, and onnxruntime alone runs such a file.')
        return load_taught(path)
    beside = path.with_suffix(ONNX)
    if backend != 'torch' and beside.is_file():
        found = load_onnx(beside)
        if made_of(found, path):
            return found
        if backend == 'onnxruntime':
            raise WeightsError(f'{beside} was made of other weights: make it again {_how(path)}.')
    if backend == 'onnxruntime':
        raise ConfigError(f'{beside} is not there: make it {_how(path)}.')
    if find_spec('torch') is None:
        otherwise = f', or a file for onnxruntime beside it, made {_how(path)} where torch is'
        raise ConfigError(
            f'{path} needs torch ({how_to_get("torch")}){otherwise if backend == "auto" else ""}.'
        )
    from dcat_ros.model.torch_model import TorchModel
    from dcat_ros.model.weights import load_weights

    return TorchModel(*load_weights(path))


def _is_taught(path: Path) -> bool:
    """Whether a weights file says so; what is wrong with it is said when it is loaded."""
    try:
        return load_card(path).taught is not None
    except WeightsError:
        return False


def _how(path: Path) -> str:
    return f'by "dcat export {path} --out {path.with_suffix(ONNX)}"'
