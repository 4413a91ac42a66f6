"""Pages for the tests of the HTML report, from bags whose labels and answers are known."""

import numpy as np
from helpers import LevelModel, make_card, resting

from dcat_ros.bags.write import Piece, write_bag
from dcat_ros.datasets import Signal
from dcat_ros.evaluation.bag_content import BagSource
from dcat_ros.evaluation.evaluate import evaluate_bag
from dcat_ros.evaluation.html.judged import Judged
from dcat_ros.evaluation.html.report import Page
from dcat_ros.evaluation.html.trace import trace_of
from dcat_ros.segment import Segment

S = 10**9
LABELS = ('walk', 'jog', 'rest')
#: What a label may hold; run as a script or as a tag, each of them sets window.hacked or loads.
HOSTILE = (
    '<script>window.hacked = 1</script>',
    '"><img src=x onerror="window.hacked = 2">',
    "</script><script>window.hacked = 3</script>&amp;'",
    '<a href="https://example.org/">%{x} $x$</a>',
    '<!--',
    'rest',
)


def level(value, n, noise=0.0):
    values = resting(n)
    if noise:
        values += np.random.default_rng(int(value)).normal(0, noise, (n, 6))
    values[:, 0] += value
    return Signal.at_rate(values, 50.0)


def piece(labels, truth, said, n=200):
    """A stretch of n rows at 50 Hz that is `truth`, and of which the model says `said`."""
    signal = level(labels.index(said), n)
    return Piece(signal, (Segment(0, int(signal.stamps_ns[-1]) + 1, truth),))


def make_page(folder, labels=('walk', 'jog', 'rest'), said=None, title='a bag', **card):
    """A page of a model that says `said` of each label's stretch, in a bag of its own."""
    labels = tuple(labels)
    pieces = [
        piece(labels, truth, says)
        for truth, says in zip(labels, said or (labels[1:] + labels[:1]), strict=True)
    ]
    pieces += [piece(labels, label, label) for label in labels]
    write_bag(pieces, folder)
    model = LevelModel(make_card(labels=labels, **card))
    evaluation = evaluate_bag(folder, model)
    trace = trace_of(folder, BagSource(), model.card)
    return Page(title, evaluation, trace, 0.4)


def window(instant_s, truth='walk', best='walk', confidence=0.8, said=None, state='ok'):
    """A judged window of a model that knows LABELS."""
    right = best == truth if truth in LABELS and state != 'stale' else None
    return Judged(round(instant_s * S), truth, best, said or best, state, confidence, right)
