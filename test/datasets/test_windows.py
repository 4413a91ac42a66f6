import numpy as np
import pytest

pytest.importorskip('hypothesis')
from hypothesis import given
from hypothesis import strategies as st

from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Skipped, Trial, watch
from dcat_ros.datasets.windows import cut
from dcat_ros.errors import DatasetError

INFO = DatasetInfo('made', 'Made', 'here', 'none', ('walk', 'jog'), 50.0, 'made')


def counting(n, rate_hz, start_ns=0, shape=(1,)):
    values = np.broadcast_to(np.arange(float(n)).reshape(-1, *(1 for _ in shape)), (n, *shape))
    return Signal(start_ns + np.round(np.arange(n) * 1e9 / rate_hz).astype(np.int64), values)


def dataset(**signals):
    return Dataset(INFO, (Trial('t', 'jog', '3', 'src', signals),), (Skipped('e', 'broken'),))


def test_cut_by_hand():
    out = cut(dataset(imu=counting(100, 50), depth=counting(20, 10, shape=(2, 3))), 1.0, 0.5)
    assert [t.name for t in out.trials] == ['t@0.00', 't@0.50', 't@1.00']
    assert {(t.label, t.subject, t.source) for t in out.trials} == {('jog', '3', 'src')}
    middle = out.trials[1].signals
    assert middle['imu'].values[:, 0].tolist() == list(range(25, 75))
    assert middle['imu'].stamps_ns.tolist() == [20_000_000 * i for i in range(50)]
    assert middle['depth'].values[:, 0, 0].tolist() == list(range(5, 15))
    assert middle['depth'].stamps_ns.tolist() == [100_000_000 * i for i in range(10)]
    assert (out.info, out.skipped) == (INFO, (Skipped('e', 'broken'),))


def test_cut_signals_of_unequal_spans_to_what_all_have():
    late = counting(100, 50, start_ns=300_000_000)
    out = cut(dataset(a=counting(100, 50), b=late), 0.5, 0.5)
    assert [t.name for t in out.trials] == ['t@0.30', 't@0.80', 't@1.30']
    for trial in out.trials:
        assert trial.signals['a'].stamps_ns.tolist() == trial.signals['b'].stamps_ns.tolist()
        assert trial.signals['a'].values[0] == trial.signals['b'].values[0] + 15


def test_cut_trial_that_is_too_short_is_skipped():
    out = cut(dataset(imu=counting(40, 50)), 1.0, 0.5)
    assert out.trials == ()
    assert out.skipped[1] == Skipped('t', '0.80 s are shorter than a window of 1.0 s')


def test_cut_trial_without_signals_is_skipped():
    assert cut(dataset(), 1.0, 0.5).skipped[1].name == 't'


def test_cut_hole_skips_its_windows_alone():
    stamps = np.array([*range(50), *range(150, 200)]) * 20_000_000
    out = cut(dataset(imu=Signal(stamps, np.zeros((100, 6)))), 1.0, 1.0)
    assert [t.name for t in out.trials] == ['t@0.00', 't@3.00']
    assert [s.name for s in out.skipped[1:]] == ['t@1.00', 't@2.00']
    assert 'too few' in out.skipped[1].why


@pytest.mark.parametrize(
    ('window_s', 'stride_s', 'text'),
    [
        (0, 1, 'a window of 0 s is not positive'),
        (-1, 1, 'is not positive'),
        (np.nan, 1, 'is not positive'),
        (np.inf, 1, 'is not positive'),
        (1, 0, 'a stride of 0 s is too small'),
        (1, 0.01, 'is too small'),
        (1, np.nan, 'is too small'),
        (1, np.inf, 'is too small'),
    ],
)
def test_cut_length_that_is_none_is_refused(window_s, stride_s, text):
    with pytest.raises(DatasetError, match=text):
        cut(dataset(imu=counting(100, 50)), window_s, stride_s)


@given(
    st.integers(2, 300),
    st.integers(2, 100),
    st.floats(5, 200),
    st.floats(0.05, 3),
    st.floats(0.02, 3),
)
def test_cut_windows_hold_what_their_names_say(n, n_other, rate_hz, window_s, stride_s):
    signals = {'a': counting(n, rate_hz), 'b': counting(n_other, 20.0, shape=(2, 2))}
    out = cut(dataset(**signals), window_s, stride_s)
    names = [t.name for t in out.trials] + [s.name for s in out.skipped]
    assert len(set(names)) == len(names)
    end = min(n / rate_hz, n_other / 20)
    for trial in out.trials:
        start = float(trial.name.split('@')[1])
        assert start + window_s <= end + 0.006
        for name, part in trial.signals.items():
            assert part.stamps_ns[0] >= 0
            assert part.stamps_ns[-1] < window_s * 1e9 + 1
            whole, first = signals[name], int(part.values.flat[0])
            # a piece without a hole, at one shift of time
            np.testing.assert_array_equal(
                part.values, whole.values[first : first + len(part.values)]
            )
            shift = whole.stamps_ns[first : first + len(part.values)] - part.stamps_ns
            assert np.all(shift == shift[0])
            assert abs(shift[0] / 1e9 - start) < 0.0051


def test_cut_watch():
    pytest.importorskip('seglearn.datasets')
    whole = watch.load()
    out = cut(whole, 10.0, 10.0)
    expected = sum(len(t.signals['imu'].values) // 500 for t in whole.trials)
    assert len(out.trials) == expected
    assert {len(t.signals['imu'].values) for t in out.trials} == {500}
    assert {t.source for t in out.trials} == {t.source for t in whole.trials}
