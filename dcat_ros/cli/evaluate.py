"""dcat evaluate: score models on bags, or a model on a data set."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcat_ros.cli.evaluate_live import evaluate_live
from dcat_ros.cli.evaluate_options import with_bag_options
from dcat_ros.cli.options import DATA, DATASET, SUBJECTS, complete_model, subjects_of

if TYPE_CHECKING:
    from dcat_ros.evaluation.evaluation import Evaluation
    from dcat_ros.evaluation.many import BagOptions
    from dcat_ros.evaluation.record import Failure

__all__ = ['command']


@click.command('evaluate')
@click.argument('bags', nargs=-1, metavar='[BAG]...', type=click.Path())
@DATASET
@DATA
@SUBJECTS
@click.option(
    '--model',
    'models',
    multiple=True,
    required=True,
    shell_complete=complete_model,
    help='Weights file, or name of a shipped model; again for another one.',
)
@click.option(
    '--baseline',
    metavar='MODEL',
    shell_complete=complete_model,
    help='Another model that each one is compared with.',
)
@with_bag_options
@click.option(
    '--group-by',
    metavar='REGEX',
    help="Intervals draw subjects in place of bags: its first group in a bag's path is the name.",
)
@click.option('--workers', type=click.IntRange(min=1), help='Processes; one a core without it.')
@click.option(
    '--ray', 'ray_address', metavar='ADDRESS', help="A Ray cluster; 'local' starts one here."
)
@click.option(
    '--live',
    'node',
    metavar='NODE',
    help='Score a running recogniser against the truth topic; a BAG is played to it, and its '
    'labels are compared with those offline.',
)
@click.option('--seconds', type=click.FloatRange(min=0, min_open=True), help='So long of --live.')
@click.option(
    '--rate',
    type=click.FloatRange(min=0, min_open=True, max=1000),
    default=1.0,
    show_default=True,
    help='Times real time, of a BAG with --live.',
)
@click.option('--json', 'json_out', type=click.Path(path_type=Path), help='Write all scores there.')
@click.option(
    '--html', 'html_out', type=click.Path(path_type=Path), help='Write a page to look at there.'
)
@click.option(
    '--plot', type=click.Path(path_type=Path), help='Write timeline and confusion as PNG there.'
)
@click.option(
    '--write-bag',
    'bag_out',
    type=click.Path(path_type=Path),
    help='Write the bag with the predictions as topics there; several bags into this folder.',
)
@click.option(
    '--require',
    'required',
    multiple=True,
    metavar='SCORE=NUMBER',
    help='Exit code 1 if a model has less (more where less is better); again for another one.',
)
def command(
    bags: tuple[str, ...],
    dataset: str | None,
    data: Path | None,
    subjects: str | None,
    models: tuple[str, ...],
    baseline: str | None,
    options: 'BagOptions',
    group_by: str | None,
    workers: int | None,
    ray_address: str | None,
    node: str | None,
    seconds: float | None,
    rate: float,
    json_out: Path | None,
    html_out: Path | None,
    plot: Path | None,
    bag_out: Path | None,
    required: tuple[str, ...],
) -> None:
    """Score models on BAGs, or on a data set by window and by trial; no ROS needed.

    A BAG may also be a folder of bags, or a pattern in quotes. Exit code 1: some bag could not be
    scored, its data are not to be believed, or a requirement is not met; 2: nothing could be read.

    Example: dcat evaluate watch_1 --model imu_watch --json scores.json
    """
    from dcat_ros.evaluation.make_report import make_report, subjects_of_bags
    from dcat_ros.evaluation.report_text import report_text
    from dcat_ros.evaluation.requirements import failed, read_requirements
    from dcat_ros.files import write_whole

    if (bool(bags) or bool(node)) == bool(dataset):
        raise click.UsageError('give either BAGs or --dataset NAME.')
    requirements = read_requirements(required)
    same = True
    all_models = [*models, baseline] if baseline else list(models)
    if dataset:
        if baseline or html_out or bag_out:
            raise click.UsageError('--baseline, --html and --write-bag need BAGs.')
        results = _of_dataset(dataset, data, subjects, all_models, options)
        whose = None
    elif node:
        if len(bags) > 1 or len(all_models) > 1 or bag_out:
            raise click.UsageError('--live takes one BAG at most, one model, and no --write-bag.')
        bag = Path(bags[0]) if bags else None
        evaluation, same = evaluate_live(node, models[0], bag, options, seconds, rate)
        results, whose = [[evaluation]], None
    else:
        from dcat_ros.bags.find import find_bags

        paths = find_bags(bags)
        whose = subjects_of_bags(paths, group_by)
        results = _of_bags(paths, all_models, options, workers, ray_address)
    report = make_report(results, with_baseline=baseline is not None, subjects=whose)
    click.echo(report_text(report))
    if json_out is not None:
        write_whole(json_out, report.model_dump_json(indent=2).encode())
    _write_files(results, all_models, options, plot, html_out, bag_out)
    unmet = [
        f'{model.model}: {sentence}'
        for model in report.models
        if not model.baseline
        for sentence in failed(model.scores, requirements)
    ]
    for sentence in unmet:
        click.echo(f'dcat: {sentence}', err=True)
    doubted = any(model.scores.doubts for model in report.models)
    if unmet or report.failures or doubted or not same:
        sys.exit(1)


def _of_dataset(
    dataset: str,
    data: Path | None,
    subjects: str | None,
    models: list[str],
    options: 'BagOptions',
) -> 'list[list[Evaluation | Failure]]':
    from dcat_ros.datasets import load
    from dcat_ros.evaluation.evaluate_dataset import evaluate_dataset
    from dcat_ros.model.runtime import load_model
    from dcat_ros.sensors.registry import sensor_of

    results: list[list[Evaluation | Failure]] = []
    for model in (load_model(name, options.backend) for name in models):
        signals = [sensor_of(model.card).signal]
        found = load(dataset, data, subjects_of(subjects), signals)
        results.append([evaluate_dataset(found, model, stride_s=options.stride_s)])
    return results


def _of_bags(
    paths: list[Path],
    models: list[str],
    options: 'BagOptions',
    workers: int | None,
    ray_address: str | None,
) -> 'list[list[Evaluation | Failure]]':
    from dcat_ros.cli.progress import stage_progress
    from dcat_ros.evaluation.many import evaluate_bags

    if len(paths) * len(models) == 1:
        return evaluate_bags(paths, models, options, ray_address=ray_address)
    with stage_progress('evaluate') as show:
        return evaluate_bags(
            paths,
            models,
            options,
            workers=workers,
            ray_address=ray_address,
            progress=lambda done, total: show('bags', done, total),
        )


def _write_files(
    results: 'list[list[Evaluation | Failure]]',
    models: list[str],
    options: 'BagOptions',
    plot: Path | None,
    html_out: Path | None,
    bag_out: Path | None,
) -> None:
    from dcat_ros.evaluation.evaluation import Evaluation
    from dcat_ros.files import write_whole

    good = [r for of_model in results for r in of_model if isinstance(r, Evaluation)]
    if plot is not None:
        from dcat_ros.evaluation.picture import figure_png

        if len(good) != 1:
            raise click.UsageError('--plot draws one model on one bag; --html shows several.')
        write_whole(plot, figure_png(good[0]))
    if html_out is not None:
        from dcat_ros.evaluation.html.pages import report_of
        from dcat_ros.model.runtime import load_model

        cards = {card.name: card for card in (load_model(model).card for model in models)}
        by_bag = sorted(good, key=lambda e: str(e.path))
        html, remarks = report_of([(e, cards[e.scores.model]) for e in by_bag], options.source)
        write_whole(html_out, html.encode())
        for remark in remarks:
            click.echo(remark, err=True)
    if bag_out is not None:
        from dcat_ros.evaluation.annotated import write_annotated

        for note in write_annotated(good, options.source, bag_out):
            click.echo(note, err=True)
