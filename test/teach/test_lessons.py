"""What a model is taught, kept in one file."""

import numpy as np
import pytest
from teach_helpers import OLD, movement

from dcat_ros.errors import ConfigError, InputError, WeightsError
from dcat_ros.model.find import load_card
from dcat_ros.model.runtime import load_model
from dcat_ros.teach.lessons import load_lessons, save_lessons
from dcat_ros.teach.memory import load_memory
from dcat_ros.teach.study import Studied, Take, study


def takes(lessons, label, n=3, person='anna', first=0):
    return [
        study(
            lessons.base,
            Take(label, person, '2026-01-02', f'take {i}', movement(label, seed=first + i)),
        )
        for i in range(n)
    ]


@pytest.fixture(scope='module')
def lessons(base):
    found = load_lessons(str(base))
    return found.more(takes(found, 'nod'))


@pytest.fixture(scope='module')
def path(lessons, tmp_path_factory):
    path = tmp_path_factory.mktemp('taught') / 'mine.safetensors'
    _, alike = save_lessons(path, lessons)
    assert alike == {}
    return path


def label_of(model, label, seed):
    samples = movement(label, seed=seed).astype(np.float32)
    whole = model.segment_log_probabilities(samples)
    window = model.log_probabilities(samples[None, :100])[0]
    return model.card.labels[whole.argmax()], model.card.labels[window.argmax()]


def test_further_takes_are_known_and_old_labels_stay(path):
    model = load_model(path)
    assert model.card.labels == (*OLD, 'rest', 'nod')
    for seed in range(50, 54):
        assert label_of(model, 'nod', seed) == ('nod', 'nod')
        for label in OLD:
            assert label_of(model, label, seed) == (label, label)


def test_old_probabilities_keep_their_proportions(base, path):
    before, after = load_model(base), load_model(path)
    windows = np.stack([movement(label, seed=7)[:100] for label in OLD]).astype(np.float32)
    p, q = (np.exp(m.log_probabilities(windows).astype(np.float64)) for m in (before, after))
    np.testing.assert_allclose(q[:, :3] / q[:, :3].sum(axis=1, keepdims=True), p, atol=1e-4)


def test_the_card_says_who_when_how_many_and_on_which_base(base, path):
    card = load_card(path)
    (lesson,) = card.taught.lessons
    assert (lesson.label, lesson.person, lesson.n_takes) == ('nod', 'anna', 3)
    assert (lesson.taught, card.taught.base) == ('2026-01-02', 'made')
    assert card.taught.base_sha256 == load_lessons(str(base)).base.weights_sha256


def test_it_goes_on_where_it_stopped(base, lessons, path, tmp_path):
    again = load_lessons(str(path))
    both = again.more(takes(again, 'twist', 2, 'ben'))
    save_lessons(tmp_path / 'both.safetensors', both)
    assert load_card(tmp_path / 'both.safetensors').labels == (*OLD, 'rest', 'nod', 'twist')
    # forgotten is as never taught
    save_lessons(tmp_path / 'again.safetensors', both.without('twist'))
    expected, found = (load_model(p) for p in (path, tmp_path / 'again.safetensors'))
    windows = movement('nod', seed=9)[None, :100].astype(np.float32)
    np.testing.assert_allclose(
        found.log_probabilities(windows), expected.log_probabilities(windows), atol=1e-4
    )


def test_what_is_like_an_old_label_is_said(base, tmp_path):
    lessons = load_lessons(str(base))
    shake = lessons.memory.windows.features[lessons.memory.windows.classes == 1]
    whole = lessons.memory.wholes.features[lessons.memory.wholes.classes == 1][0]
    same = Studied('tremble', 'eva', '2026-01-02', shake, np.zeros(len(shake), bool), whole)
    _, alike = save_lessons(tmp_path / 'alike.safetensors', lessons.more([same]))
    assert alike == {'tremble': 'shake'}


@pytest.mark.parametrize(
    ('label', 'why'),
    [
        ('circle', 'is a label of made already'),
        ('rest', 'is a label of made already'),
        ('unknown', 'what a model says by itself'),
        ('', 'can be no label'),
        (' nod', 'can be no label'),
        ('a\nb', 'can be no label'),
        ('x' * 201, 'can be no label'),
    ],
)
def test_some_labels_are_not_taught(lessons, label, why):
    with pytest.raises(ConfigError, match=why):
        lessons.check(label)


def test_nothing_is_forgotten_that_was_not_taught(lessons):
    with pytest.raises(ConfigError, match="'wink' was not taught; nod was"):
        lessons.without('wink')


def test_torch_does_not_run_it(path):
    with pytest.raises(ConfigError, match='onnxruntime alone'):
        load_model(path, 'torch')


def test_a_cut_or_changed_file_is_refused(path, tmp_path):
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    damaged = tmp_path / 'damaged.safetensors'
    for i in range(12):
        part = bytearray(data)
        if i % 2:
            part = part[: rng.integers(len(part))]
        else:
            part[int(rng.integers(200))] ^= 0x15
        damaged.write_bytes(bytes(part))
        try:
            load_lessons(str(damaged))
            load_model(damaged)
        except InputError:
            continue


def test_a_model_without_memory_says_so(base, tmp_path):
    for ending in ('.safetensors', '.onnx'):
        (tmp_path / f'made{ending}').write_bytes(base.with_suffix(ending).read_bytes())
    with pytest.raises(WeightsError, match='without it made cannot be taught'):
        load_lessons(str(tmp_path / 'made.safetensors'))


def test_a_memory_is_that_of_its_model(base, lessons, tmp_path):
    found = load_memory(base.with_suffix('.memory'), lessons.base)
    assert len(found.windows.classes) == 90 * 3
    assert len(found.wholes.classes) == 18
    (tmp_path / 'x.memory').write_bytes(b'\x00' * 40)
    with pytest.raises(WeightsError, match='no whole safetensors file'):
        load_memory(tmp_path / 'x.memory', lessons.base)
