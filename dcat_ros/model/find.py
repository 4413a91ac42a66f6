"""The weights files that a user means, and what stands in their records; without torch."""

import difflib
from contextlib import suppress
from pathlib import Path
from typing import Any

from dcat_ros.card.card import Card
from dcat_ros.errors import WeightsError
from dcat_ros.model.record import KEY, parse_card, read_weights
from dcat_ros.share import share_dir
from dcat_ros.short import short
from dcat_ros.texts import one_line, parse_json

__all__ = ['ONNX', 'find_weights', 'load_card', 'record_of', 'shipped_models']

#: How the name of a file that onnxruntime runs ends.
ONNX = '.onnx'
_ENDING = '.safetensors'
_LARGEST_HEADER = 4 << 20


def shipped_models() -> dict[str, Path]:
    """Name -> path of the weights that come with the package."""
    return {path.stem: path for path in sorted((share_dir() / 'models').glob(f'*{_ENDING}'))}


def find_weights(model: str) -> Path:
    """The weights file that a user means by the name of a shipped model or by a path.

    Raises:
        WeightsError: there is none.
    """
    shipped = shipped_models()
    if model in shipped:
        return shipped[model]
    with suppress(OSError, RuntimeError, ValueError):  # no home, or no name a file can have
        path = Path(model).expanduser()
        if path.is_file():
            return path
    near = difflib.get_close_matches(short(model), shipped, n=1)
    hint = f' Did you mean {near[0]!r}?' if near else ''
    raise WeightsError(
        f'There is no weights file {short(model)!r}; give a path, or a shipped model: '
        f'{", ".join(shipped) or "none"}.{hint}'
    )


def load_card(path: Path) -> Card:
    """Read and check the record in a weights file.

    Raises:
        WeightsError: the file is unreadable, foreign, damaged or of a newer version.
    """
    if path.suffix == ONNX:
        from dcat_ros.model.onnx_model import load_onnx

        return load_onnx(path).card
    return parse_card(path, record_of(path, read_weights(path)))


def record_of(path: Path, data: bytes) -> str:
    """The record in the bytes of a safetensors file.

    Raises:
        WeightsError: they are foreign or damaged.
    """
    length = int.from_bytes(data[:8], 'little')
    try:
        if length > _LARGEST_HEADER:
            raise ValueError(f'a header of {length} bytes')
        header: Any = parse_json(data[8 : 8 + length])
        metadata = header.get('__metadata__') or {}
        record = metadata.get(KEY)
    except (ValueError, AttributeError) as problem:
        raise WeightsError(
            f'{path} is no whole safetensors file ({one_line(problem)}); take an undamaged copy.'
        ) from None
    if not isinstance(record, str):
        raise WeightsError(
            f'{path} is a safetensors file, but has no dcat_ros record: it was not made by '
            "'dcat train'."
        )
    return record
