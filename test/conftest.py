"""Fixtures for all tests: where recordings lie, and a small model."""

import os
from pathlib import Path

import pytest

if os.environ.get('OMP_NUM_THREADS') is None:
    os.environ['OMP_NUM_THREADS'] = '1'

try:
    from hypothesis import settings
except ImportError:  # the tests that need it say so themselves
    pass
else:
    settings.register_profile('dcat', deadline=None, database=None, print_blob=True)
    settings.load_profile('dcat')


@pytest.fixture(scope='session')
def data_dir():
    """The folder that holds the data sets; skips where there is none."""
    given = os.environ.get('DCAT_DATA')
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / 'shared' / 'data'
    if not (folder / 'utd_mhad' / 'Inertial').is_dir():
        pytest.skip('needs the UTD-MHAD recordings: set DCAT_DATA')
    return folder


@pytest.fixture
def weights_file(tmp_path):
    """An untrained network saved with a valid card."""
    from helpers import make_card, make_net

    from dcat_ros.model.weights import save_weights

    card = make_card()
    path = tmp_path / 'small.safetensors'
    save_weights(path, make_net(card), card)
    return path
