import subprocess
import sys

import numpy as np
import pytest
import torch

from dcat_ros.training.reproducible import compute_reproducibly, seed_torch


@pytest.mark.parametrize('seed', [(0,), (3, 1), (7, 0, 2)])
def test_seed_gives_what_torch_gives_of_the_same_number(seed):
    seed_torch(seed)
    ours = torch.rand(5)
    torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    assert torch.equal(ours, torch.rand(5))


def test_other_seed_gives_other_numbers():
    drawn = []
    for seed in [(0, 1), (1, 0), (0, 1, 1)]:
        seed_torch(seed)
        drawn.append(torch.rand(5))
    assert not torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_what_would_give_other_numbers_another_time_is_refused():
    before = torch.get_deterministic_debug_mode(), torch.get_num_threads()
    try:
        compute_reproducibly()
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == 1
        with pytest.raises(RuntimeError, match='deterministic'):
            torch.zeros(3).put_(torch.tensor([0, 0]), torch.tensor([1.0, 2.0]))
    finally:
        torch.set_deterministic_debug_mode(before[0])
        torch.set_num_threads(before[1])


def test_compiler_is_not_loaded_for_it():
    code = (
        'import sys; from dcat_ros.training.reproducible import compute_reproducibly, seed_torch; '
        'compute_reproducibly(); seed_torch((1, 2)); '
        'sys.exit("torch._inductor" in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0
