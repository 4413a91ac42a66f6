"""What is trained on a folder of bags: clocks, and what has no labels."""

import numpy as np
import pytest
from own_bags import record, shift_pictures, tiny

from dcat_ros.own.plan import Asked, plan

AHEAD_S = 0.8


@pytest.fixture
def apart(tmp_path, monkeypatch):
    """Two people's bags, in which the camera's clock is ahead."""
    monkeypatch.setattr('dcat_ros.own.recipe._shipped', tiny)
    for seed, person in enumerate(('anna', 'bo')):
        record(tmp_path / 'mine' / person, seed, repetitions=12)
        shift_pictures(tmp_path / 'mine' / person, AHEAD_S)
    return tmp_path / 'mine'


def test_clocks_that_are_apart_are_said_and_brought_together_only_when_asked(apart, tmp_path):
    found = plan(Asked(apart, 'imu', 'image'), tmp_path / 'w')
    for bag in ('anna', 'bo'):
        assert found.offsets[bag].is_certain
        assert found.offsets[bag].seconds == pytest.approx(AHEAD_S, abs=0.1)
    clocks = [doubt for doubt in found.doubts if '--apply-offset' in doubt]
    assert [doubt.split(':')[0] for doubt in clocks] == ['anna', 'bo']
    together = plan(Asked(apart, 'imu', 'image', apply_offset=True), tmp_path / 'w')
    assert not any('--apply-offset' in doubt for doubt in together.doubts)
    # the camera begins each take where the inertial sensor does: its last pictures are there again
    first, last = (one.dataset.trials[0].signals['depth'] for one in (found, together))
    assert last.duration_s == pytest.approx(first.duration_s, abs=0.25)
    assert not np.array_equal(first.values[:20], last.values[:20])
    as_recorded = [trial.signals['imu'].values for trial in found.dataset.trials]
    again = [trial.signals['imu'].values for trial in together.dataset.trials]
    assert all(np.array_equal(a, b) for a, b in zip(as_recorded, again, strict=True))


def test_the_plan_says_what_will_be_trained(apart, tmp_path):
    found = plan(Asked(apart, 'imu'), tmp_path / 'w')
    assert found.labelled
    assert found.config.modality == 'imu'
    assert found.n_networks == 3
    assert 'for 3 networks' in found.duration
    taught = plan(Asked(apart, 'depth', 'imu'), tmp_path / 'w')
    assert taught.n_networks == 5
    assert taught.config.transfer.method == 'kd'
    alone = plan(Asked(apart, 'depth', 'imu', 'none'), tmp_path / 'w')
    assert alone.config.transfer is None
