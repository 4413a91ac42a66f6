"""The network that a record asks for."""

from typing import TypeAlias

from dcat_ros.modalities.registry import Modality
from dcat_ros.model.card import NetworkSpec
from dcat_ros.model.network import ActivityNet
from dcat_ros.model.sound import SoundNet

__all__ = ['Network', 'make_network']

Network: TypeAlias = ActivityNet | SoundNet


def make_network(spec: NetworkSpec, modality: Modality, n_classes: int) -> Network:
    """Build the network of this kind, with fresh weights."""
    kind = SoundNet if spec.kind == 'sound' else ActivityNet
    return kind(spec, modality, n_classes)
