"""The same weights from the same seed."""

import numpy as np
import torch

__all__ = ['compute_reproducibly', 'seed_torch']


def compute_reproducibly() -> None:
    """From now on this process computes on one thread, and only what always gives the same."""
    torch.set_num_threads(1)
    # use_deterministic_algorithms() says the same to torch's compiler, which takes a second to load
    torch.set_deterministic_debug_mode('error')


def seed_torch(seed: tuple[int, ...]) -> None:
    """Seed torch's default generator of the CPU, where all training is done.

    Args:
        seed: whole numbers, at least 0; how many does not matter.
    """
    number = np.random.SeedSequence(seed).generate_state(1)[0]
    torch.default_generator.manual_seed(int(number))
