"""The pytest plug-in: the fixture `assert_scores`, and the scores in the summary."""

from collections.abc import Callable
from typing import Any

import pytest

from dcat_ros.testing import assert_scores as _assert_scores

__all__ = ['assert_scores', 'pytest_terminal_summary']

_LINES = pytest.StashKey[list[str]]()


@pytest.fixture
def assert_scores(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`dcat_ros.testing.assert_scores`, whose scores are shown in the summary."""

    def score(*arguments: Any, **options: Any) -> Any:
        found = _assert_scores(*arguments, **options)
        scores = found.scores
        f1 = '–' if scores.macro_f1 is None else f'{scores.macro_f1:.3f}'
        line = f'{request.node.nodeid}: {found.model} on {scores.input}: macro-F1 {f1}'
        if scores.event_f1 is not None:
            line += f', event-F1 {scores.event_f1:.3f}'
        request.config.stash.setdefault(_LINES, []).append(line)
        return found

    return score


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show what was scored."""
    lines = config.stash.get(_LINES, [])
    if lines:
        terminalreporter.write_sep('=', 'activity recognition')
        for line in lines:
            terminalreporter.write_line(line)
