"""Which models a recording's sensors fit, and what to do next."""

from collections.abc import Sequence

from dcat_ros.card.card import Card
from dcat_ros.check.record import ModelFit, Remark, TruthFacts
from dcat_ros.check.sensor import SensorCheck
from dcat_ros.segment import REST

__all__ = ['fits_of', 'next_command']

#: A sensor that is slower than this share of the model's rate does not show what it learned from.
_TOO_SLOW = 0.3


def fits_of(
    cards: Sequence[Card],
    checks: Sequence[SensorCheck],
    remarks: Sequence[Remark],
    truth: TruthFacts | None,
) -> list[ModelFit]:
    """What each model would get, and whether it can be given that.

    Args:
        cards: of the models.
        checks: of the sensors.
        remarks: of those.
        truth: of the recording.
    """
    wrong = {remark.about for remark in remarks if remark.level == 'fault'}
    return [_fit(card, checks, wrong, truth) for card in cards]


def _fit(
    card: Card, checks: Sequence[SensorCheck], wrong: set[str], truth: TruthFacts | None
) -> ModelFit:
    known = None
    if truth is not None:
        known = [label for label in truth.seconds if label in card.labels]
    own = [check for check in checks if check.card.modality == card.modality]
    if not own:
        why = f'no topic for {card.modality}'
        return ModelFit(model=card.name, topics=[], fits=False, why=why, known_labels=known)
    # the first one without a fault, or else the first
    best = next((check for check in own if ' + '.join(check.topics) not in wrong), own[0])
    fit = ModelFit(model=card.name, topics=best.topics, fits=True, known_labels=known)
    rate_hz = min((facts.rate_hz or 0.0 for facts in best.facts()), default=0.0)
    if ' + '.join(best.topics) in wrong:
        fit.fits, fit.why = False, 'see the faults of its topic'
    elif not best.live.in_chunks and rate_hz < _TOO_SLOW * card.input.rate_hz:
        fit.fits = False
        fit.why = f'{rate_hz:.1f} Hz come, and it learned from {card.input.rate_hz:g} Hz'
    elif known is not None and not [label for label in known if label != REST]:
        fit.fits, fit.why = False, 'it knows no activity of the truth'
    return fit


def next_command(
    what: str, fits: Sequence[ModelFit], checks: Sequence[SensorCheck], truth_csv: str = ''
) -> str:
    """The command that scores the model that knows most of the truth; empty if none fits.

    Args:
        what: the recording.
        fits: of the models.
        checks: of the sensors.
        truth_csv: file with the truth; empty if that is on a topic.
    """
    fitting = [fit for fit in fits if fit.fits]
    if not fitting:
        return ''
    best = max(fitting, key=lambda fit: len(fit.known_labels or ()))
    check = next(check for check in checks if check.topics == best.topics)
    live = check.live
    if len(best.topics) > 1:
        named = zip(live.parts, best.topics, strict=True)
        options = ''.join(f' --{part} {topic}' for part, topic in named)
    else:
        options = '' if best.topics[0] == live.topic else f' --{live.called} {best.topics[0]}'
    on_topic = best.known_labels is not None and not truth_csv
    truth = '' if on_topic else f' --truth {truth_csv or "labels.csv"}'
    return f'dcat evaluate {what} --model {best.model}{options}{truth}'
