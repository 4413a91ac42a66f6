"""Curves of a training as a picture."""

import io

from matplotlib.figure import Figure

from dcat_ros.training.checkpoint import History

__all__ = ['curves_png']


def curves_png(histories: dict[str, History]) -> bytes:
    """Loss, and macro-F1 on held-out subjects, by step, one line a network."""
    figure = Figure(figsize=(10, 4), layout='constrained')
    left, right = figure.subplots(1, 2)
    for name, history in histories.items():
        if history.loss:
            left.plot(*zip(*history.loss, strict=True), label=name)
        if history.validation:
            right.plot(*zip(*history.validation, strict=True), marker='.', label=name)
    left.set(xlabel='step', ylabel='training loss')
    right.set(xlabel='step', ylabel='macro-F1 of held-out windows', ylim=(0, 1))
    left.legend(fontsize='small')
    out = io.BytesIO()
    figure.savefig(out, format='png', dpi=110)
    return out.getvalue()
