import pydantic
import pytest
from helpers import card_fields, make_card

from dcat_ros.card.card import Card
from dcat_ros.card.text import card_text
from dcat_ros.sensors.registry import check_card


def test_card_json_round_trip_is_the_same():
    card = make_card(results=({'split': 's', 'metric': 'm', 'value': 0.5, 'n': 3},))
    assert Card.model_validate_json(card.model_dump_json()) == card


@pytest.mark.parametrize(
    ('changes', 'place'),
    [
        ({'name': ''}, 'name'),
        ({'modality': 'smell'}, 'modality'),
        ({'labels': ('walk',)}, 'labels'),
        ({'labels': ('walk', 'walk')}, 'a label stands twice'),
        ({'schema_version': 0}, 'schema_version'),
        ({'surprise': 1}, 'surprise'),
        ({'input': {'rate_hz': 0}}, 'rate_hz'),
        ({'input': {'rate_hz': float('nan')}}, 'rate_hz'),
        ({'input': {'window_s': float('inf')}}, 'window_s'),
        ({'input': {'stride_s': 1.5}}, 'stride_s must be at most window_s'),
        ({'input': {'lag_s': 1.5}}, 'lag_s must be at most window_s'),
        ({'input': {'lag_s': -0.1}}, 'lag_s'),
        ({'input': {'channels': ()}}, 'channels'),
        ({'input': {'units': ('m',)}}, 'every channel needs a unit'),
        ({'input': {'size': 32}}, 'input.size is for sensors that give frames'),
        ({'modality': 'accelerometer'}, 'a model for accelerometer has the channels ax, ay, az'),
        ({'network': {'width': 0}}, 'width'),
        ({'network': {'dropout': 1.1}}, 'dropout'),
        ({'network': {'ppv_weight': -0.1}}, 'ppv_weight'),
        ({'encoder': {'name': 'tagger', 'sha256': 'a' * 63}}, 'sha256'),
        ({'encoder': {'name': 'tagger', 'sha256': 'a' * 64}}, 'imu has no encoder .tagger.*none'),
        ({'calibration': {'temperature': 0}}, 'temperature'),
        ({'calibration': {'unknown_threshold': 1.2}}, 'unknown_threshold'),
        ({'training': {'n_trials': 0}}, 'n_trials'),
        ({'results': ({'split': 's', 'metric': 'm', 'value': float('nan')},)}, 'value'),
    ],
)
def test_card_wrong_field_is_refused(changes, place):
    with pytest.raises(ValueError, match=place):
        check_card(make_card(**changes))


@pytest.mark.parametrize('field', ['name', 'description', 'labels', 'input', 'training'])
def test_card_missing_field_is_refused(field):
    fields = card_fields()
    del fields[field]
    with pytest.raises(pydantic.ValidationError, match=field):
        Card.model_validate(fields)


def test_card_cannot_be_changed():
    with pytest.raises(pydantic.ValidationError, match='frozen'):
        make_card().name = 'other'


def test_card_text_contains_the_facts():
    card = make_card(
        calibration={'temperature': 1.25, 'unknown_threshold': 0.4, 'fitted_on': 'subject 2'},
        results=(
            {'split': 'new people', 'metric': 'F1', 'value': 0.75, 'low': 0.5, 'high': 1, 'n': 9},
            {'split': 'new people', 'metric': 'delay', 'value': 2.0},
        ),
        training={'git_commit': 'abc123'},
    )
    text = card_text(card)
    facts = [
        '# small',
        'A small model for tests.',
        'walk, jog, rest',
        'ax (m/s^2)',
        'wz (rad/s)',
        'right wrist',
        '1 s at 50 Hz, every 0.5 s',
        '0.5 s before the end',
        'temperature 1.25',
        '`unknown` below 0.4',
        'fitted on subject 2',
        '| new people | F1 | 0.750 | 0.500 – 1.000 | 9 |',
        '| new people | delay | 2.000 |  |  |',
        'Somewhere else',
        'subjects 1, 2; 7 trials',
        '**Licence of the recordings**: none',
        'dcat train --config small.yaml',
        'commit abc123',
        '2026-01-02',
        'seed: 5',
    ]
    assert [fact for fact in facts if fact not in text] == []


def test_card_text_says_who_taught():
    assert '**Transfer**: none: labels alone' in card_text(make_card())
    taught = {'method': 'kd', 'source_modality': 'skeleton', 'source_sha256': 'ab' * 32}
    text = card_text(make_card(training=taught))
    assert '**Transfer**: kd, from skeleton, weights abababababab' in text
