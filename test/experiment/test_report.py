"""The report says what the files of the cells say, and nothing else."""

import re

import pytest
from experiment_helpers import SUBJECTS, config_fields, make_config

from dcat_ros.errors import OutputError, ResultsError
from dcat_ros.experiment.cells import CellResult, Run, save_cell
from dcat_ros.experiment.config import Claim, ExperimentConfig
from dcat_ros.experiment.report import _claim, write_report
from dcat_ros.experiment.statistics import Interval
from dcat_ros.experiment.table import Entry, Row, load_results, make_rows

N = 40  # tested trials of a run
DIRECTION = 'gyroscope>accelerometer'
BLOCK = config_fields()['blocks'][0]
#: share of right answers by method; all methods are right on the same trials first
RIGHT = {'none': 0.5, 'kd': 0.8, 'dcat_centred': 0.65, 'rkd': 0.7}


def made_run(share, rotation=0, source=None, shift=1):
    truth = [i % 2 for i in range(N)]
    right = [i // 2 < round(share * N / 2) for i in range(N)]
    return Run(
        rotation=rotation,
        trials=[100 * rotation + i for i in range(N)],
        subjects=[SUBJECTS[i % 4] for i in range(N)],
        truth=truth,
        predicted=[t if r else (t + shift) % 2 for t, r in zip(truth, right, strict=True)],
        source_macro_f1=source,
    )


def made_result(config, cell, share):
    source = None if cell.method == 'none' else 0.9
    return CellResult(
        **cell._asdict() | {'rotations': list(cell.rotations)},
        config=config.digest(),
        weights={},
        learning_rate=0.003,
        seconds=3.0 * max(1, len(cell.rotations)),
        package_version='0',
        runs=[made_run(share, r, source) for r in cell.rotations],
    )


def fill(config, folder, right=RIGHT, leave_out=()):
    for cell in config.cells():
        if cell.method not in leave_out:
            save_cell(folder / config.name, made_result(config, cell, right[cell.method]))


def configured(**changes):
    block = BLOCK | {'methods': tuple(RIGHT), 'rotations': (0, 2), 'seeds': (0, 1)}
    return make_config(**{'blocks': (block,)} | changes)


def report(config, tmp_path):
    out = tmp_path / 'docs' / 'results.md'
    assert write_report([config], tmp_path, out)[0] == out
    return out.read_text()


def test_rows_are_the_planted_figures(tmp_path):
    config = configured()
    fill(config, tmp_path)
    results, missing = load_results(config, tmp_path / config.name)
    rows = make_rows(results)
    assert missing == 0
    assert [row.key for row in rows] == [
        (DIRECTION, regime, 'same_labels', False) for regime in ('id_1', 'ood_1')
    ]
    row = rows[0]
    assert row.none.value == pytest.approx(0.5)
    assert row.source == pytest.approx(0.9)
    assert row.n_trials == 2 * N
    kd = row.entries['kd']
    assert kd.score.value == pytest.approx(0.8)
    assert kd.gain.value == pytest.approx(0.3)
    assert kd.gain.clear
    assert (kd.n_runs, kd.seconds) == (4, 3.0)
    assert kd.p < 0.001
    assert kd.over_rival is kd.p_over_rival is None
    ours = row.entries['dcat_centred']
    assert ours.over_rival.value == pytest.approx(0.65 - 0.8)
    assert ours.p_over_rival == pytest.approx(2 * 0.5**6)  # six trials a run, all for KD
    assert row.by_class['kd'] == pytest.approx([0.8, 0.8])


def test_gain_is_on_the_same_seeds_and_rotations_alone(tmp_path):
    """A seed that only one of both has counts for neither."""
    config = configured()
    fill(config, tmp_path)
    for cell in config.cells():
        if cell.seed == 1 and cell.method == 'none':
            (tmp_path / config.name / cell.file).unlink()
        elif cell.seed == 1:
            save_cell(tmp_path / config.name, made_result(config, cell, 0.0))
    results, missing = load_results(config, tmp_path / config.name)
    assert missing == 2
    entry = make_rows(results)[0].entries['kd']
    assert entry.gain.value == pytest.approx(0.3)
    assert entry.n_runs == 2


def test_twin_that_was_run_in_more_places_counts_where_both_were(tmp_path):
    """Rotations test other subjects: those of the twin alone must not be drawn."""
    block = BLOCK | {'methods': ('none',), 'rotations': (0, 1)}
    alone = BLOCK | {'methods': ('kd',), 'regimes': ('ood_1_alone',), 'rotations': (0,)}
    config = make_config(blocks=(block, alone))
    for cell in config.cells():
        result = made_result(config, cell, RIGHT[cell.method])
        for run in result.runs:
            run.subjects = [f'{run.rotation}{s}' for s in run.subjects]
        save_cell(tmp_path / config.name, result)
    (row,) = make_rows(load_results(config, tmp_path / config.name)[0])
    gain = row.entries['kd'].gain
    assert gain.value == pytest.approx(0.3)
    assert 0 < gain.low < gain.high
    assert row.n_trials == N


def test_report_has_tables_pictures_and_answers(tmp_path):
    claims = (
        {'text': 'kd gains', 'direction': DIRECTION, 'regime': 'id_1', 'at_least': 20},
        {
            'text': 'dcat gains as much',
            'direction': DIRECTION,
            'regime': 'id_1',
            'methods': ('dcat_centred',),
            'at_least': 20,
        },
        {'text': 'never run', 'direction': DIRECTION, 'regime': 'id_full'},
    )
    config = configured(claims=claims, classes=('down', 'up', 'none'))
    fill(config, tmp_path)
    text = report(config, tmp_path)
    assert re.search(
        r'\| kd gains \| .*id_1.same_labels. \| kd: \*\*\+30\.0\*\* \(.*\), 4 trainings '
        r'\| \*\*yes\*\* \|',
        text,
    )
    assert re.search(
        r'\| dcat gains as much \| .* \| dcat_centred: .*\+15\.0.* \| \*\*no\*\* \|', text
    )
    assert '| never run | `gyroscope_to_accelerometer/id_full.same_labels` | not run | – |' in text
    assert '28 trainings' not in text
    assert '32 trainings of targets' in text
    assert 'have not been run' not in text
    picture = tmp_path / 'docs' / 'images' / 'gains_tiny.png'
    assert picture.read_bytes().startswith(b'\x89PNG')
    assert '](images/gains_tiny.png)' in text
    assert '| gyroscope → accelerometer, id_1 | dcat_centred | 0.650 | 0.650 |' in text
    assert '| dcat_centred | 0 of 2 | 0 | 2 |' in text
    assert not re.search(r'\bnan\b', text)


def test_report_of_a_part_says_how_much_is_missing(tmp_path):
    config = configured()
    fill(config, tmp_path, leave_out=('rkd',))
    text = report(config, tmp_path)
    assert '; 4 cells of the grid have not been run.' in text


def test_report_keeps_controls_apart(tmp_path):
    torn = BLOCK | {'methods': ('kd',), 'shuffled': True}
    overfitted = BLOCK | {'methods': ('kd',), 'sources': ('overfitted',)}
    blocks = (BLOCK | {'methods': tuple(RIGHT)}, torn, overfitted)
    config = make_config(blocks=blocks)
    fill(config, tmp_path)
    text = report(config, tmp_path)
    controls = text[text.index('### Controls') : text.index('### Against KD and RKD')]
    rest = text.replace(controls, '')
    for name in ('id_1, torn pairs', 'id_1, overfitted source'):
        assert f'| gyroscope → accelerometer, {name} |' in controls
        assert name not in rest


def test_report_marks_the_best_try_of_each_method(tmp_path):
    config = configured(
        factors=(0.5, 2.0), tune_directions=(DIRECTION,), tune_regimes=('tune_ood',)
    )
    fill(config, tmp_path)
    for cell in config.tuning_cells():
        share = RIGHT[cell.method] - (0.3 if cell.attempt == 0 else 0)
        save_cell(tmp_path / config.name / 'tuning', made_result(config, cell, share))
    text = report(config, tmp_path)
    assert 'Chosen in this way among all methods: **kd**' in text
    assert '| method | x 0.5 | x 2 |' in text
    assert '| kd | 0.500 | **0.800** |' in text
    assert 'Of the 2 regimes with kd, it is clearly below labels alone in none.' in text


def test_report_names_the_regimes_in_which_the_chosen_method_does_harm(tmp_path):
    config = configured(
        factors=(0.5, 2.0), tune_directions=(DIRECTION,), tune_regimes=('tune_ood',)
    )
    fill(config, tmp_path, RIGHT | {'kd': 0.2})
    for cell in config.tuning_cells():
        save_cell(tmp_path / config.name / 'tuning', made_result(config, cell, RIGHT[cell.method]))
    text = report(config, tmp_path)
    assert (
        'with kd, it is clearly below labels alone in 2: gyroscope → accelerometer, id_1; '
        'gyroscope → accelerometer, ood_1.' in text
    )


def test_report_without_results_is_a_sentence(tmp_path):
    with pytest.raises(ResultsError, match='holds no result of tiny that can be compared; run "d'):
        report(configured(), tmp_path)


def test_report_of_a_damaged_cell_names_its_file(tmp_path):
    config = configured()
    fill(config, tmp_path)
    path = tmp_path / config.name / config.cells()[0].file
    path.write_text(path.read_text().replace('1', '2'))
    with pytest.raises(ResultsError, match=re.escape(str(path))):
        report(config, tmp_path)


def test_report_that_cannot_be_written_is_a_sentence(tmp_path):
    config = configured()
    fill(config, tmp_path)
    (tmp_path / 'docs').write_text('a file')
    with pytest.raises(OutputError, match='cannot be written'):
        report(config, tmp_path)


@pytest.mark.parametrize(
    ('gain', 'at_least', 'answer'),
    [
        (Interval(0.13, 0.05, 0.2), 12, 'yes'),
        (Interval(0.13, -0.01, 0.2), 12, 'not told apart from nothing'),
        (Interval(0.11, 0.05, 0.2), 12, 'no'),
        (Interval(-0.02, -0.1, 0.05), 0, 'no'),
        (Interval(0.02, 0.01, 0.05), 0, 'yes'),
    ],
)
def test_claim_needs_its_points_and_an_interval_clear_of_zero(gain, at_least, answer):
    claim = Claim(text='t', direction=DIRECTION, regime='id_1', at_least=at_least)
    half = Interval(0.5, 0.4, 0.6)
    entry = Entry(
        score=half, gain=gain, p=0.1, over_rival=None, p_over_rival=None, n_runs=3, seconds=1.0
    )
    row = Row((DIRECTION, 'id_1', 'same_labels', False), half, 0.9, {'kd': entry}, {}, 10)
    assert _claim(claim, row).endswith(f'**{answer}** |')


def test_shipped_results_are_whole_and_of_the_shipped_settings():
    """Every committed cell is readable, and was made with the configuration that lies here."""
    from helpers import REPO

    from dcat_ros.experiment.config import read_experiment

    seen = 0
    for path in sorted((REPO / 'config' / 'experiments').glob('*.yaml')):
        config = read_experiment(path)
        assert isinstance(config, ExperimentConfig)
        results, _ = load_results(config, REPO / 'results' / config.name)
        assert all(result.config == config.digest() for result in results)
        seen += len(results)
    assert seen > 0
