"""What several tests of training share."""

from functools import partial

import pytest

from dcat_ros.evaluation.intervals import cluster_bootstrap


@pytest.fixture(scope='module')
def few_resamples():
    """Intervals are tested elsewhere, and take long."""
    with pytest.MonkeyPatch.context() as patch:
        quick = partial(cluster_bootstrap, n_resamples=20)
        patch.setattr('dcat_ros.training.results.cluster_bootstrap', quick)
        yield
