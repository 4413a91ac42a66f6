"""What an integrator writes in his own tests."""

from importlib.metadata import entry_points

import pytest
from helpers import REPO, made_dataset, run_python

from dcat_ros.bags.write import make_bag
from dcat_ros.errors import BagError, ConfigError
from dcat_ros.testing import assert_scores

pytest_plugins = ['pytester']


@pytest.fixture
def model(weights_file):
    return weights_file


@pytest.fixture
def bag(tmp_path):
    make_bag(made_dataset(['1'], n=150, noise=0.01), tmp_path / 'bags' / 'one')
    return tmp_path / 'bags' / 'one'


def test_assert_scores_gives_what_it_found(bag, model):
    found = assert_scores(bag, model, accuracy=0.0)
    assert found.scores.n_windows == 10
    assert assert_scores([bag, bag.parent], model, n_windows=10).n_groups == 1


def test_assert_scores_says_what_is_not_met(bag, model):
    with pytest.raises(AssertionError, match=r'small: accuracy must be at least 1.1, and it is'):
        assert_scores(bag, model, accuracy=1.1, aurc=1)


def test_assert_scores_fails_where_a_bag_cannot_be_scored(bag, model):
    (bag.parent / 'broken.mcap').write_bytes(b'nothing')
    with pytest.raises(AssertionError, match='is neither an MCAP nor an SQLite bag'):
        assert_scores(bag.parent, model, accuracy=0.0)


def test_assert_scores_refuses_what_makes_no_sense(bag, model):
    with pytest.raises(ConfigError, match='needs a requirement'):
        assert_scores(bag, model)
    with pytest.raises(ConfigError, match="'f1' is no score"):
        assert_scores(bag, model, f1=0.5)
    with pytest.raises(BagError, match='There is no bag'):
        assert_scores(bag.parent / 'none', model, accuracy=0.5)


def test_plug_in_shows_the_scores_in_the_summary(pytester, bag, model):
    pytester.makepyfile(
        f"""
        def test_good(assert_scores):
            assert_scores({str(bag)!r}, model={str(model)!r}, accuracy=0.0)

        def test_bad(assert_scores):
            assert_scores({str(bag)!r}, model={str(model)!r}, accuracy=1.1)
        """
    )
    # installed, pytest finds it by itself; from a source tree that was not, it must be named
    installed = entry_points(group='pytest11', name='dcat_ros')
    named = [] if installed else ['-p', 'dcat_ros.testing.plugin']
    result = pytester.runpytest(*named, '-p', 'no:cacheprovider')
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(['*activity recognition*', '*test_good: small on *: macro-F1 *'])


def test_plug_in_loads_nothing_heavy():
    code = 'import sys, dcat_ros.testing.plugin; print({"torch", "numpy"} & sys.modules.keys())'
    assert run_python('-c', code).stdout.strip() == 'set()'


def test_plug_in_is_declared():
    assert "'pytest11': ['dcat_ros = dcat_ros.testing.plugin']" in (REPO / 'setup.py').read_text()
