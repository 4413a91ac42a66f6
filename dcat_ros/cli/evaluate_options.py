"""The options of `dcat evaluate` that say what is read of a bag."""

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

from dcat_ros.bags.topics import TRUTH_TOPIC
from dcat_ros.sensors.names import named, topics_and_settings

__all__ = [
    'with_bag_options',
    'with_label_options',
    'with_meaning_options',
    'with_reading_options',
]


def _topic_options() -> Iterator[Any]:
    """Which topics."""
    for one in named():
        usual = f"without it {one.topic}, or the bag's only one of the kind."
        yield click.option(f'--{one.called}', default='', help=f'Topic of {one.what}; {usual}')
        for part in one.parts:
            others = ' and '.join(f'--{other}' for other in one.parts if other != part)
            text = f'With {others}, where a driver publishes the {one.parts_are} apart.'
            yield click.option(f'--{part}', default='', help=text)


def _setting_options() -> Iterator[Any]:
    """What messages do not say of themselves."""
    for one in named():
        for setting in one.settings:
            if not setting.is_option:
                continue
            name = f'--{setting.name.replace("_", "-")}'
            if isinstance(setting.default, bool):
                yield click.option(name, is_flag=True, help=setting.text)
            else:
                yield click.option(
                    name,
                    default=setting.default,
                    type=click.Choice(setting.choices) if setting.choices else None,
                    show_default=setting.default != 0,
                    help=setting.text,
                )


#: and the truth beside them
_MEANING = (
    click.option(
        '--use-receive-time',
        is_flag=True,
        help='Times are those of receipt; header stamps without it.',
    ),
    click.option(
        '--truth-topic', default=TRUTH_TOPIC, show_default=True, help='Topic of std_msgs/String.'
    ),
    click.option(
        '--truth',
        type=click.Path(path_type=Path),
        metavar='CSV|DIR',
        help='Truth from a file with the columns start, end (s) and label instead of a topic; for '
        'several bags a folder with BAG.csv for each.',
    ),
)
#: how it is scored
_SCORING = (
    click.option(
        '--stride', type=float, help="Distance of two windows in s; the model's without it."
    ),
    click.option(
        '--label-hold',
        default=0.0,
        show_default=True,
        help="As the nodes' parameter: so long in s another label must be decided for.",
    ),
    click.option(
        '--label-margin',
        default=0.0,
        show_default=True,
        help="As the nodes' parameter: by so much it must be likelier.",
    ),
    click.option(
        '--backend',
        default='auto',
        show_default=True,
        help='What runs the model: auto, onnxruntime or torch.',
    ),
)


def with_meaning_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions` of all topics."""
    return _given(command, (*_setting_options(), *_MEANING))


def with_reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions` without scoring."""
    return _given(command, (*_topic_options(), *_setting_options(), *_MEANING))


def with_label_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions` without --truth."""
    return _given(command, (*_topic_options(), *_setting_options(), *_MEANING[:-1]))


def with_bag_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `options`, a `BagOptions`."""
    return _given(command, (*_topic_options(), *_setting_options(), *_MEANING, *_SCORING))


def _given(command: Callable[..., None], options: tuple[Any, ...]) -> Callable[..., None]:
    @wraps(command)
    def call(
        *,
        use_receive_time: bool,
        truth_topic: str,
        truth: Path | None = None,
        stride: float | None = None,
        label_hold: float = 0.0,
        label_margin: float = 0.0,
        backend: str = 'auto',
        **rest: Any,
    ) -> None:
        from dcat_ros.evaluation.bag_content import BagSource
        from dcat_ros.evaluation.many import BagOptions

        given = {name: rest.pop(name) for name in topics_and_settings({}) if name in rest}
        source = BagSource(receive_time=use_receive_time, **given)
        steady = (label_hold, label_margin)
        options = BagOptions(source, truth_topic, truth, stride, steady, backend)
        command(options=options, **rest)

    for option in reversed(options):
        call = option(call)
    return call
