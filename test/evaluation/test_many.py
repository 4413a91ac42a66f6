"""Many bags: none of them costs the others anything."""

from pathlib import Path

import pytest
from helpers import IMU, LevelModel, imu_message, make_card, resting, write_raw_bag

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.datasets import Signal
from dcat_ros.errors import ConfigError, InputError
from dcat_ros.evaluation import many
from dcat_ros.evaluation.evaluation import Evaluation
from dcat_ros.evaluation.make_report import make_report, subjects_of_bags
from dcat_ros.evaluation.many import BagOptions, evaluate_bags
from dcat_ros.evaluation.record import Failure
from dcat_ros.segment import Segment

LEVELS = {'walk': 0.0, 'jog': 1.0, 'rest': 2.0}


def write(path, truth, said):
    values = resting(100)
    values[:, 0] += LEVELS[said]
    signal = Signal.at_rate(values, 50.0)
    write_bag([Piece(signal, (Segment(0, int(signal.stamps_ns[-1]) + 1, truth),))], path)
    return path


@pytest.fixture
def models(monkeypatch):
    """'good' says what is there; 'other' is less sure, and 'twin' has its name."""
    made = {
        'good': LevelModel(make_card()),
        'other': LevelModel(make_card(name='other'), confidence=0.6),
        'twin': LevelModel(make_card(name='other')),
    }
    monkeypatch.setattr(many, '_loaded', lambda model, backend: made[model])


@pytest.fixture
def bags(tmp_path):
    return [
        write(tmp_path / 's1_a', 'walk', 'walk'),
        write(tmp_path / 's1_b', 'walk', 'jog'),
        write(tmp_path / 's2_a', 'jog', 'jog'),
    ]


def test_each_model_scores_each_bag(bags, models):
    seen = []
    results = evaluate_bags(
        bags, ['good', 'other'], BagOptions(), workers=1, progress=lambda *n: seen.append(n)
    )
    assert [[r.scores.accuracy for r in row] for row in results] == [[1.0, 0.0, 1.0]] * 2
    assert seen == [(i, 6) for i in range(7)]
    report = make_report(results, with_baseline=True, subjects=['1', '1', '2'])
    assert [m.model for m in report.models] == ['small', 'other']
    assert [m.baseline for m in report.models] == [False, True]
    assert (report.models[0].grouped_by, report.models[0].n_groups) == ('subject', 2)
    comparison = report.models[0].comparison
    assert (comparison.baseline, comparison.mcnemar.n_only_model) == ('other', 0)
    assert comparison.differences['macro_f1'].value == 0.0
    assert report.models[1].comparison is None


def test_bad_bags_among_good_ones_are_reported_and_the_others_scored(tmp_path, bags, models):
    (tmp_path / 'garbage.mcap').write_bytes(b'\x89MCAP0\r\n' + b'\x07' * 99)
    write_raw_bag(tmp_path / 'no_truth', [('/imu/data_raw', IMU, 9, imu_message(9))])
    bad = [tmp_path / 'garbage.mcap', tmp_path / 'no_truth', tmp_path / 'gone']
    results = evaluate_bags([*bad, *bags], ['good'], BagOptions(), workers=1)
    report = make_report(results)
    assert report.models[0].scores.n_windows == 9
    assert [failure.bag for failure in report.failures] == [str(path) for path in bad]
    assert [failure.model for failure in report.failures] == ['small'] * 3
    for failure, words in zip(
        report.failures, ('no whole message', 'no topic /activity_truth', 'no bag'), strict=True
    ):
        assert words in failure.why


def test_error_that_nobody_foresaw_costs_one_bag(bags, models, monkeypatch):
    real = many.evaluate_bag

    def fails_once(path, *args, **options):
        if path == bags[1]:
            raise KeyError('surprise')
        return real(path, *args, **options)

    monkeypatch.setattr(many, 'evaluate_bag', fails_once)
    (results,) = evaluate_bags(bags, ['good'], BagOptions(), workers=1)
    assert [type(result) for result in results] == [Evaluation, Failure, Evaluation]
    assert "could not be read to its end: KeyError: 'surprise'" in results[1].why


def test_nothing_scored_is_the_first_failure(tmp_path, models):
    results = evaluate_bags([tmp_path / 'gone'], ['good'], BagOptions())
    with pytest.raises(InputError, match='There is no bag'):
        make_report(results)


def test_bag_that_only_one_model_scores_is_not_compared(bags, models):
    results = evaluate_bags(bags, ['good', 'other'], BagOptions(), workers=1)
    results[1][0] = Failure(bag='x', model='other', why='It has no picture.')
    report = make_report(results, with_baseline=True)
    assert report.models[0].comparison.n_bags == 2
    assert (len(report.models[0].bags), len(report.models[1].bags)) == (3, 2)


@pytest.mark.parametrize(
    ('names', 'options', 'match'),
    [
        (['other', 'twin'], BagOptions(), 'Two models have the name other'),
        (['good'], BagOptions(truth=Path(__file__)),
         'cannot be the truth of 3 bags'),
    ],
)  # fmt: skip
def test_unusable_combination_is_refused(bags, models, names, options, match):
    with pytest.raises(ConfigError, match=match):
        evaluate_bags(bags, names, options)


def test_truth_of_each_bag_from_a_folder(tmp_path, bags, models):
    (tmp_path / 'truth').mkdir()
    for bag in bags[:2]:
        (tmp_path / 'truth' / f'{bag.name}.csv').write_text('start,end,label\n0,9,jog\n')
    options = BagOptions(truth=tmp_path / 'truth')
    (results,) = evaluate_bags(bags, ['good'], options, workers=1)
    assert [result.scores.accuracy for result in results[:2]] == [0.0, 1.0]
    assert 's2_a.csv cannot be read' in results[2].why


@pytest.mark.parametrize(
    ('pattern', 'subjects'),
    [(None, None), (r's(\d)_', ['1', '1', '2']), (r's\d', ['s1', 's1', 's2'])],
)
def test_subjects_of_bags(bags, pattern, subjects):
    assert subjects_of_bags(bags, pattern) == subjects


@pytest.mark.parametrize(
    ('pattern', 'match'), [('(', 'is no regular expression'), ('q9', 'does not match .*s1_a')]
)
def test_subjects_of_bags_unusable_pattern(bags, pattern, match):
    with pytest.raises(ConfigError, match=match):
        subjects_of_bags(bags, pattern)
