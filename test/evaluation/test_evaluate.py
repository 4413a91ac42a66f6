"""evaluate_bag and evaluate_dataset with a classifier whose answers are known.

A second is a window of 50 rows, the stride is 25 rows, and a label speaks for half a second
before its window's end. A piece of 2 s has windows that end at its rows 49, 74 and 99.
"""

import numpy as np
import pytest
from helpers import (
    IMU,
    STRING,
    LevelModel,
    card_fields,
    imu_message,
    make_card,
    resting,
    string_message,
    write_raw_bag,
)

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.datasets import Dataset, DatasetInfo, Signal, Skipped, Trial
from dcat_ros.errors import BagError, DcatError, InputError
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.evaluate_dataset import classify_trial, evaluate_dataset, trial_label
from dcat_ros.segment import Segment
from dcat_ros.streaming.recogniser import Recogniser

S = 10**9
LEVELS = {'walk': 0.0, 'jog': 1.0, 'rest': 2.0}


def level(value, n=100):
    values = resting(n)
    values[:, 0] += value
    return Signal.at_rate(values, 50.0)


def piece(truth, said, n=100):
    signal = level(LEVELS[said], n)
    return Piece(signal, (Segment(0, int(signal.stamps_ns[-1]) + 1, truth),))


@pytest.fixture
def model():
    return LevelModel(make_card())


def imu_stream(begin_ns=1000 * S, n=100, said='walk', stamped=True):
    """(topic, type, log time, bytes) of n messages at 50 Hz."""
    out = []
    for i, values in enumerate(level(LEVELS[said], n).values):
        at = begin_ns + i * S // 50
        data = imu_message(at if stamped else 0, values)
        out.append(('/imu/data_raw', IMU, at, data))
    return out


def truth_message(at_ns, text):
    return ('/activity_truth', STRING, at_ns, string_message(text))


def test_evaluate_bag_macro_f1_by_hand(tmp_path, model):
    pieces = [piece('walk', 'walk'), piece('walk', 'jog'), piece('jog', 'jog')]
    write_bag(pieces, tmp_path / 'bag')
    scores = evaluate_bag(tmp_path / 'bag', model).scores
    assert (scores.n_messages, scores.n_windows, scores.n_without_truth) == (300, 9, 0)
    # walk: precision 1, recall 1/2; jog: precision 1/2, recall 1
    assert scores.macro_f1 == pytest.approx(2 / 3)
    assert scores.accuracy == pytest.approx(6 / 9)
    assert scores.confusion == [[3, 3], [0, 3]]
    assert scores.stamps == 'header stamps'
    assert scores.hours == pytest.approx(9 * 0.5 / 3600)
    assert (scores.n_true_events, scores.n_predicted_events, scores.n_matched_events) == (3, 3, 2)
    assert scores.event_f1 == pytest.approx(4 / 6)
    assert scores.notes == []


def test_evaluate_bag_unknown_counts_in_coverage(tmp_path):
    model = LevelModel(make_card(calibration={'unknown_threshold': 0.7}), confidence=0.6)
    write_bag([piece('walk', 'walk')], tmp_path / 'bag')
    scores = evaluate_bag(tmp_path / 'bag', model).scores
    assert (scores.coverage, scores.macro_f1, scores.accuracy_covered) == (0.0, 1.0, None)


def test_evaluate_bag_foreign_truth_is_counted(tmp_path, model):
    write_bag([piece('dance', 'walk'), piece('walk', 'walk')], tmp_path / 'bag')
    scores = evaluate_bag(tmp_path / 'bag', model).scores
    assert scores.n_foreign_truth == {'dance': 3}
    assert (scores.n_windows, scores.macro_f1) == (3, 1.0)


def test_evaluate_bag_zero_stamps_take_the_time_of_receipt(tmp_path, model):
    messages = [truth_message(1000 * S, 'walk'), *imu_stream(stamped=False)]
    write_raw_bag(tmp_path / 'bag', messages)
    evaluation = evaluate_bag(tmp_path / 'bag', model)
    ends = [1000 * S + i * S // 50 for i in (49, 74, 99)]
    assert [p.end_ns for p in evaluation.predictions] == ends
    assert evaluation.scores.stamps.startswith('time of receipt')
    assert evaluation.scores.macro_f1 == 1.0


def test_evaluate_bag_rejected_messages_are_counted_by_reason(tmp_path, model):
    messages = [truth_message(1000 * S, 'walk'), *imu_stream()]
    bad = [
        imu_message(1, values=(np.nan, 0, 0, 0, 0, 0)),
        imu_message(1, covariances=(-1.0, 0.0)),
        imu_message(1)[:200],
        imu_message(1)[:100],
    ]
    messages += [('/imu/data_raw', IMU, 1001 * S + i, data) for i, data in enumerate(bad)]
    write_raw_bag(tmp_path / 'bag', sorted(messages, key=lambda m: m[2]))
    scores = evaluate_bag(tmp_path / 'bag', model).scores
    assert scores.n_rejected == {'non_finite': 1, 'not_reported': 1, 'truncated': 2}
    assert (scores.n_messages, scores.n_windows) == (104, 3)


@pytest.mark.parametrize('absolute', [True, False])
def test_evaluate_bag_truth_csv_relative_or_absolute(tmp_path, model, absolute):
    begin_s = 1_700_000_000
    write_raw_bag(tmp_path / 'bag', imu_stream(begin_s * S))
    shift = begin_s if absolute else 0
    text = f'start,end,label\n{shift},{shift + 1},walk\n{shift + 1},{shift + 9},jog\n'
    (tmp_path / 'truth.csv').write_text(text)
    evaluation = evaluate_bag(tmp_path / 'bag', model, truth_csv=tmp_path / 'truth.csv')
    assert evaluation.truth == [
        Segment(begin_s * S, (begin_s + 1) * S, 'walk'),
        Segment((begin_s + 1) * S, (begin_s + 9) * S, 'jog'),
    ]
    # the instants are 0.48, 0.98 and 1.48 s: walk, walk, jog, and the model says walk
    assert evaluation.scores.confusion == [[2, 0], [1, 0]]


def moved(topics, tmp_path):
    """The stream of an IMU on each of these topics."""
    truth = [('/activity_truth', STRING, 1000 * S, string_message('walk'))]
    streams = [(topic, *rest) for topic in topics for _, *rest in imu_stream() if rest[0] == IMU]
    write_raw_bag(tmp_path / 'bag', sorted(truth + streams, key=lambda m: m[2]))
    return tmp_path / 'bag'


def test_evaluate_bag_takes_the_only_topic_of_the_type_and_says_so(tmp_path, model):
    found = evaluate_bag(moved(['/wrist/imu'], tmp_path), model)
    assert found.topic == '/wrist/imu'
    assert '/wrist/imu is read, the only topic for imu.' in found.scores.notes
    named = evaluate_bag(tmp_path / 'bag', model, source=BagSource(imu='/wrist/imu'))
    assert named.scores.notes == []
    assert named.scores.confusion == found.scores.confusion


def test_evaluate_bag_takes_the_usual_topic_of_several(tmp_path, model):
    found = evaluate_bag(moved(['/wrist/imu', '/imu/data_raw'], tmp_path), model)
    assert (found.topic, found.scores.notes) == ('/imu/data_raw', [])


def test_evaluate_bag_does_not_choose_between_two_topics(tmp_path, model):
    with pytest.raises(BagError, match=r'several topics for imu: /a, /b\. Name one with --imu\.'):
        evaluate_bag(moved(['/b', '/a'], tmp_path), model)


def test_evaluate_bag_other_topics_and_stride(tmp_path, model):
    messages = [('/t', STRING, 1000 * S, string_message('walk'))]
    messages += [('/i', *rest) for _, *rest in imu_stream()]
    write_raw_bag(tmp_path / 'bag', messages)
    scores = evaluate_bag(
        tmp_path / 'bag', model, source=BagSource(imu='/i'), truth_topic='/t', stride_s=0.02
    ).scores
    assert scores.n_windows == 51


@pytest.mark.parametrize(
    ('messages', 'match'),
    [
        ([], 'is empty: it has no topic at all'),
        ([truth_message(5, 'walk')], 'has no topic /imu/data_raw'),
        (imu_stream(n=3), 'has no topic /activity_truth'),
        ([truth_message(5, ''), *imu_stream()], 'there is no truth to score against'),
        ([truth_message(5, 'walk'), ('/imu/data_raw', IMU, 6, b'\0\1\0\0')],
         r'No message on /imu/data_raw in .* is usable: 1 truncated'),
    ],
)  # fmt: skip
def test_evaluate_bag_unusable_bag_is_refused(tmp_path, model, messages, match):
    write_raw_bag(tmp_path / 'bag', messages)
    with pytest.raises(BagError, match=match):
        evaluate_bag(tmp_path / 'bag', model)


@pytest.mark.parametrize(
    'data',
    [b'', b'\0\1\0\0', b'\0\1\0\0\xff\xff\xff\xffab', b'\0\1\0\0\2\0\0\0\xff\0'],
    ids=['empty', 'no length', 'endless', 'no text'],
)
def test_evaluate_bag_spoilt_truth_message_is_no_traceback(tmp_path, model, data):
    messages = [truth_message(999 * S, 'walk'), ('/activity_truth', STRING, 1000 * S, data)]
    write_raw_bag(tmp_path / 'bag', messages + imu_stream())
    try:
        evaluate_bag(tmp_path / 'bag', model)
    except DcatError as problem:
        assert '/activity_truth' in str(problem)  # noqa: PT017


def test_evaluate_bag_unusable_csv_is_refused(tmp_path, model):
    write_raw_bag(tmp_path / 'bag', imu_stream())
    with pytest.raises(InputError, match='cannot be read'):
        evaluate_bag(tmp_path / 'bag', model, truth_csv=tmp_path / 'no.csv')


def test_evaluate_bag_cut_off_says_so_in_the_notes(tmp_path, model):
    write_bag([piece('walk', 'walk')], tmp_path / 'bag')
    (tmp_path / 'bag' / 'metadata.yaml').unlink()
    scores = evaluate_bag(tmp_path / 'bag', model).scores
    assert scores.macro_f1 == 1.0
    assert 'read to its last whole message' in scores.notes[0]


def dataset(*pairs):
    trials = [
        Trial(f't{i}', truth, '1', f't{i}', {'imu': level(LEVELS[said], n)})
        for i, (truth, said, n) in enumerate(pairs)
    ]
    info = DatasetInfo('made', 'Made', 'here', 'none', ('walk', 'jog'), 50.0, 'made stamps')
    return Dataset(info, tuple(trials), (Skipped('bad', 'broken'),))


@pytest.mark.parametrize('segment', [True, False])
def test_evaluate_dataset_by_hand(segment):
    model = LevelModel(make_card(network={'ppv': True, 'segment': segment}))
    made = dataset(
        ('walk', 'walk', 100), ('walk', 'jog', 50), ('jog', 'jog', 75), ('jog', 'jog', 49)
    )
    scores = evaluate_dataset(made, model).scores
    assert (scores.n_windows, scores.n_trials, scores.n_messages) == (3 + 1 + 2, 3, 274)
    # windows: walk 3 of 4 found; jog 2 right of 3 said
    assert scores.macro_f1 == pytest.approx((6 / 7 + 4 / 5) / 2)
    # trials: walk 1 of 2 found; jog 1 right of 2 said
    assert scores.trial_macro_f1 == pytest.approx(2 / 3)
    assert scores.trial_accuracy == pytest.approx(2 / 3)
    assert scores.stamps == 'made stamps'
    assert scores.event_f1 is None
    assert scores.notes == [
        '1 trials are shorter than a window and have no label.',
        '1 recordings were skipped: bad: broken',
    ]


def test_evaluate_dataset_says_whom_the_model_knows():
    made = dataset(('walk', 'walk', 100))

    def notes(title, subjects):
        card = make_card(
            training=card_fields()['training'] | {'dataset': title, 'subjects': subjects}
        )
        return evaluate_dataset(made, LevelModel(card)).scores.notes[0]

    assert notes('Made', ('1', '2')).startswith('small was trained on subjects 1 of made: ')
    assert 'was trained on' not in notes('Made', ('2',))
    assert 'was trained on' not in notes('Somewhere else', ('1',))


def test_evaluate_dataset_trial_is_never_rest(model):
    scores = evaluate_dataset(dataset(('walk', 'rest', 100)), model).scores
    assert scores.confusion_labels == ['walk', 'rest']
    assert scores.confusion[0] == [0, 3]
    assert scores.n_trials == 1
    trial = dataset(('walk', 'rest', 100)).trials[0]
    found = classify_trial(Recogniser(model), trial)
    assert [p.label for p in found] == ['rest'] * 3
    assert trial_label(model, trial, found) in ('walk', 'jog')


def test_evaluate_dataset_without_a_window_has_no_scores(model):
    scores = evaluate_dataset(dataset(('walk', 'walk', 30)), model).scores
    assert (scores.n_windows, scores.macro_f1, scores.n_trials) == (0, None, None)


def test_evaluate_dataset_segment_model_gets_the_trial_on_its_grid():
    seen = []

    class Spy(LevelModel):
        def segment_log_probabilities(self, recording):
            seen.append(recording)
            return super().segment_log_probabilities(recording)

    model = Spy(make_card(network={'ppv': True, 'segment': True}))
    stamps = np.arange(0, 2 * S, S // 25)
    values = np.zeros((len(stamps), 6))
    values[:, 1] = stamps / 1e9
    made = dataset(('walk', 'walk', 100))
    slow = Trial('slow', 'walk', '1', 'slow', {'imu': Signal(stamps, values)})
    evaluate_dataset(Dataset(made.info, (*made.trials, slow)), model)
    assert [len(r) for r in seen] == [100, 99]
    np.testing.assert_allclose(seen[1][:, 1], np.arange(99) / 50, atol=1e-6)


def test_evaluate_bag_with_as_much_spoilt_truth_as_readings_is_scored(tmp_path, model):
    spoilt = [('/activity_truth', STRING, 1001 * S + i, b'\0\1\0\0') for i in range(100)]
    messages = [truth_message(1000 * S, 'walk'), *imu_stream(), *spoilt]
    write_raw_bag(tmp_path / 'bag', sorted(messages, key=lambda m: m[2]))
    assert evaluate_bag(tmp_path / 'bag', model).scores.n_windows == 3
