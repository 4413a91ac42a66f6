"""dcat evaluate: score a model on a bag or a data set."""

from pathlib import Path

import click

from dcat_ros.bags.topics import AUDIO_TOPIC, IMAGE_TOPIC, IMU_TOPIC, TRUTH_TOPIC
from dcat_ros.cli.options import DATA, DATASET, SUBJECTS, subjects_of

__all__ = ['command']


@click.command('evaluate')
@click.argument('bag', type=click.Path(path_type=Path), required=False)
@DATASET
@DATA
@SUBJECTS
@click.option('--model', required=True, help='Weights file, or name of a shipped model.')
@click.option('--imu', default=IMU_TOPIC, show_default=True, help='Topic of sensor_msgs/Imu.')
@click.option(
    '--image',
    default=IMAGE_TOPIC,
    show_default=True,
    help='Topic of sensor_msgs/Image or CompressedImage.',
)
@click.option('--audio', default=AUDIO_TOPIC, show_default=True, help='Topic of sound.')
@click.option(
    '--focal',
    default=0.0,
    help='Focal length of the pictures in pixels; from the camera_info beside them without it.',
)
@click.option(
    '--sample-rate',
    default=16000,
    show_default=True,
    help='Samples of sound a second, where the messages do not say it.',
)
@click.option(
    '--channels',
    default=1,
    show_default=True,
    help='Channels of sound, where the messages do not say it.',
)
@click.option(
    '--truth-topic', default=TRUTH_TOPIC, show_default=True, help='Topic of std_msgs/String.'
)
@click.option(
    '--truth',
    type=click.Path(path_type=Path),
    metavar='CSV',
    help='Truth from a file with the columns start, end (s) and label instead of a topic.',
)
@click.option('--stride', type=float, help="Distance of two windows in s; the model's without it.")
@click.option(
    '--label-hold',
    default=0.0,
    show_default=True,
    help="As the nodes' parameter: so long in s another label must be decided for.",
)
@click.option(
    '--label-margin',
    default=0.0,
    show_default=True,
    help="As the nodes' parameter: by so much it must be likelier.",
)
@click.option('--json', 'json_out', type=click.Path(path_type=Path), help='Write all scores there.')
@click.option(
    '--plot', type=click.Path(path_type=Path), help='Write timeline and confusion as PNG there.'
)
def command(
    bag: Path | None,
    dataset: str | None,
    data: Path | None,
    subjects: str | None,
    model: str,
    imu: str,
    image: str,
    audio: str,
    focal: float,
    sample_rate: int,
    channels: int,
    truth_topic: str,
    truth: Path | None,
    stride: float | None,
    label_hold: float,
    label_margin: float,
    json_out: Path | None,
    plot: Path | None,
) -> None:
    """Score a model on a BAG, or on a data set by window and by trial; no ROS needed.

    Example: dcat evaluate watch_1 --model imu_watch --json scores.json
    """
    from dcat_ros.datasets import load
    from dcat_ros.datasets.modality import signal_name
    from dcat_ros.evaluation.bag_content import BagSource
    from dcat_ros.evaluation.evaluate import evaluate_bag, evaluate_dataset
    from dcat_ros.evaluation.report import figure_png, scores_text
    from dcat_ros.files import write_whole
    from dcat_ros.model.runtime import load_model

    if (bag is None) == (dataset is None):
        raise click.UsageError('give either a BAG or --dataset NAME.')
    loaded = load_model(model)
    if bag is not None:
        evaluation = evaluate_bag(
            bag,
            loaded,
            source=BagSource(imu, image, audio, focal, sample_rate, channels),
            truth_topic=truth_topic,
            truth_csv=truth,
            stride_s=stride,
            steady=(label_hold, label_margin),
        )
    else:
        signals = [signal_name(loaded.card.sensor)]
        found = load(dataset or '', data, subjects_of(subjects), signals)
        evaluation = evaluate_dataset(found, loaded, stride_s=stride)
    click.echo(scores_text(evaluation.scores))
    if json_out is not None:
        write_whole(json_out, evaluation.scores.model_dump_json(indent=2).encode())
    if plot is not None:
        write_whole(plot, figure_png(evaluation))
