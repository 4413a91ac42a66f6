"""A card as Markdown: what `dcat info` prints, and the file that lies beside the weights."""

from collections.abc import Sequence

import yaml

from dcat_ros.card.card import Card, Result

__all__ = ['card_text']

_MOST_NAMED = 20  # subjects or channels; of sounds, every source is a subject


def card_text(card: Card) -> str:
    """Markdown with all that the record says."""
    spec, training, calibration = card.input, card.training, card.calibration
    lines = [
        f'# {card.name}',
        '',
        card.description,
        '',
        f'- **Sensor**: {card.modality}; {", ".join(_channels(card))}; {spec.frame}',
        *_encoder(card),
        f'- **Window**: {spec.window_s:g} s at {spec.rate_hz:g} Hz, every {spec.stride_s:g} s; a '
        f'label speaks for {spec.lag_s:g} s before the end of its window',
        f'- **Labels** ({len(card.labels)}): {", ".join(card.labels)}',
        f'- **Calibration**: temperature {calibration.temperature:g}, `unknown` below '
        f'{calibration.unknown_threshold:g}; fitted on {calibration.fitted_on}',
        *_taught(card),
        '',
        '## Measured',
        '',
        '| on | figure | value | 95 % interval | n |',
        '|---|---|---|---|---|',
        *(_row(result) for result in card.results),
        '',
        '## Training',
        '',
        f'- **Recordings**: {training.dataset}; {_subjects(training.subjects)}; '
        f'{training.n_trials} trials',
        f'- **Source**: {training.source}',
        f'- **Licence of the recordings**: {training.licence}',
        f'- **Transfer**: {_transfer(card)}',
        f'- **Made** {training.created} by dcat_ros {training.package_version}'
        f'{f", commit {training.git_commit}" if training.git_commit else ""}, torch '
        f'{training.torch_version}',
        '',
        '```',
        training.command,
        '```',
        '',
        '```yaml',
        yaml.safe_dump(training.config, sort_keys=False, allow_unicode=True).rstrip(),
        '```',
        '',
    ]
    return '\n'.join(lines)


def _encoder(card: Card) -> list[str]:
    if card.encoder is None:
        return []
    of = card.encoder
    return [f'- **Needs** `dcat models get {of.name}`, the network that it was trained behind']


def _taught(card: Card) -> list[str]:
    if card.taught is None:
        return []
    base = card.taught.base
    return [
        '',
        '## Taught',
        '',
        f'On {base}, weights {card.taught.base_sha256[:12]}; what follows below, but for what was '
        'taught, is of that model.',
        '',
        *(
            f'- **{lesson.label}** by {lesson.person}, {lesson.taught}: {lesson.n_takes} takes'
            for lesson in card.taught.lessons
        ),
    ]


def _subjects(subjects: Sequence[str]) -> str:
    if len(subjects) > _MOST_NAMED:
        return f'{len(subjects)} subjects, whom `dcat info --json` names'
    return f'subjects {", ".join(subjects)}'


def _transfer(card: Card) -> str:
    training = card.training
    if not training.source_modality:
        return f'{training.method}: labels alone'
    known_by = f', weights {training.source_sha256[:12]}' if training.source_sha256 else ''
    return f'{training.method}, from {training.source_modality}{known_by}'


def _channels(card: Card) -> list[str]:
    spec = card.input
    if len(spec.channels) > _MOST_NAMED and len(set(spec.units)) == 1:
        return [f'{spec.channels[0]} to {spec.channels[-1]} ({spec.units[0]})']
    return [f'{c} ({u})' for c, u in zip(card.input.channels, card.input.units, strict=True)]


def _row(result: Result) -> str:
    has_interval = result.low is not None and result.high is not None
    interval = f'{result.low:.3f} – {result.high:.3f}' if has_interval else ''
    n = '' if result.n is None else str(result.n)
    return f'| {result.split} | {result.metric} | {result.value:.3f} | {interval} | {n} |'
