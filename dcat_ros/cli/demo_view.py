"""The live view of the demonstration."""

from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

if TYPE_CHECKING:  # the nodes import rclpy, which a training machine does not have
    from dcat_ros.nodes.monitor import Heard

__all__ = ['DemoView']

#: Where there is no terminal, one line for so many labels.
_EVERY = 20


class DemoView:
    """Label, probability, truth and latency, as they come.

    Args:
        node: name of the recogniser, for the title.
        rate: times real time, for the title.
    """

    def __init__(self, node: str, rate: float):
        self._node = node
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._rate = rate
        self._latencies_ms: list[float] = []

    def __enter__(self) -> 'DemoView':
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def show(self, heard: 'Heard', truth: str, latency_ms: float) -> None:
        """Draw one prediction."""
        self._latencies_ms.append(latency_ms)
        n = len(self._latencies_ms)
        prediction = heard.prediction
        if not self._console.is_terminal:
            if n % _EVERY == 1:
                self._console.print(
                    f'{prediction.label:20} {prediction.confidence:4.0%}   truth {truth or "–":20} '
                    f'latency {latency_ms:5.1f} ms'
                )
            return
        table = Table(title=f'{self._node}, {heard.model}, at {self._rate:g} times real time')
        for column in ('label', 'probability', 'truth', 'latency', 'labels'):
            table.add_column(column, min_width=9)
        right = prediction.label == truth
        table.add_row(
            f'[{"green" if right else "yellow"}]{prediction.label}',
            ProgressBar(total=1.0, completed=prediction.confidence, width=24),
            truth or '–',
            f'{latency_ms:.1f} ms',
            str(n),
        )
        self._live.update(table, refresh=True)

    def latency(self) -> tuple[float, float]:
        """Median and 99th percentile in ms; zeros without a label."""
        if not self._latencies_ms:
            return 0.0, 0.0
        p50, p99 = np.percentile(self._latencies_ms, [50, 99])
        return float(p50), float(p99)
