"""The frozen source, and what it gives for the training set: computed once and kept."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor

from dcat_ros.files import write_whole
from dcat_ros.model.network import ActivityNet
from dcat_ros.training.alignment import memory

__all__ = ['SourceOutputs', 'freeze', 'source_outputs', 'token_gram', 'weights_sha256']

_BATCH = 128


@dataclass(frozen=True)
class SourceOutputs:
    """What a frozen source gives for P recordings, row by row.

    What another network did not say of them has a size of 0.

    Attributes:
        logits: (P, classes).
        features: (P, 2 D), pooled.
        query: (P, L, d).
        key: (P, L, d).
        value: (P, L, d).
        memory: (P, d, d), softmax_L(K)^T V.
        gram: (P, D, D), tokens' Gram matrices.
        tokens: (P, L, D), behind the attention block.
    """

    logits: Tensor
    features: Tensor
    query: Tensor
    key: Tensor
    value: Tensor
    memory: Tensor
    gram: Tensor
    tokens: Tensor

    def rows(self, index: Tensor) -> 'SourceOutputs':
        """The outputs of these recordings."""
        return SourceOutputs(*(getattr(self, field.name)[index] for field in fields(self)))


def token_gram(tokens: Tensor) -> Tensor:
    """(N, D, D) Gram matrices of tokens (N, L, D)."""
    return tokens.transpose(1, 2) @ tokens / tokens.shape[1]


def freeze(net: ActivityNet) -> ActivityNet:
    """Put a source into eval mode for good: neither weights nor running statistics change."""
    return net.eval().requires_grad_(False)


def weights_sha256(net: ActivityNet) -> str:
    """SHA-256 of a network's tensors, names included."""
    digest = hashlib.sha256()
    for name, tensor in sorted(net.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def source_outputs(
    net: ActivityNet, recordings: NDArray[np.float32], folder: Path | None = None
) -> SourceOutputs:
    """What the frozen source gives for recordings as they are, without augmentation.

    Args:
        net: the source; it is frozen.
        recordings: (P, T, C).
        folder: keeps the outputs under a hash of weights and recordings, so that the next training
            with the same source finds them; a damaged file is made anew.

    Raises:
        OutputError: the folder cannot be written.
    """
    net = freeze(net)
    if folder is None:
        return _compute(net, recordings)
    contents = hashlib.sha256(recordings.tobytes()).hexdigest()
    key = hashlib.sha256(
        f'{weights_sha256(net)} {contents} {recordings.shape}'.encode()
    ).hexdigest()
    path = folder / f'source_{key[:32]}.safetensors'
    kept = _load(path, len(recordings))
    if kept is None:
        kept = _compute(net, recordings)
        tensors = {field.name: getattr(kept, field.name).contiguous() for field in fields(kept)}
        data = safetensors.torch.save(tensors)
        write_whole(path, hashlib.sha256(data).digest() + data)
    return kept


@torch.no_grad()
def _compute(net: ActivityNet, recordings: NDArray[np.float32]) -> SourceOutputs:
    parts = []
    for batch in torch.from_numpy(recordings).split(_BATCH):
        out = net.outputs(batch)
        tokens, query, key, value = out.attended
        memories, gram = memory(key, value), token_gram(tokens)
        parts.append((out.logits, out.features, query, key, value, memories, gram, tokens))
    return SourceOutputs(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _load(path: Path, n: int) -> SourceOutputs | None:
    """The kept outputs; None if there are none, or damaged ones."""
    try:
        whole = path.read_bytes()
        if hashlib.sha256(whole[32:]).digest() != whole[:32]:
            return None
        outputs = SourceOutputs(**safetensors.torch.load(whole[32:]))
    except Exception:  # none or damaged, of which the library raises anything
        return None
    return outputs if len(outputs.logits) == n else None
