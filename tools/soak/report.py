"""A soak as tables in Markdown."""

import os
import platform
from collections import defaultdict

import numpy as np

from tools.soak.course import Course
from tools.soak.hearing import Word
from tools.soak.processes import SENSORS
from tools.soak.verdict import MOST_MB_PER_HOUR, slope_of

__all__ = ['text', 'wrong']

_LOADED = 'two busy loops'


def wrong(course: Course) -> list[str]:
    """Everything that must not be."""
    found = [sentence for account in course.accounts.values() for sentence in account.wrong]
    found += [f'crashed: {sentence}' for sentence in course.crashes]
    found += course.wrong
    found += [f'{node} ended with code {code}' for node, code in course.codes.items() if code]
    found += [f'left behind: {path}' for path in course.left]
    for name, node in course.nodes.items():
        slope, minutes = slope_of(node.use, node.use.private_mb)
        if slope > MOST_MB_PER_HOUR:
            found.append(
                f'{name}: private memory grows by {slope:.1f} MB an hour over {minutes:.0f} min'
            )
    return found


def text(course: Course, minutes: float) -> str:
    """All tables, and what is wrong."""
    problems = wrong(course)
    lines = [
        f'Soak of {minutes:g} min, {len(course.spells)} faults, {os.cpu_count()} cores, '
        f'Python {platform.python_version()}, ROS 2 {os.environ.get("ROS_DISTRO", "jazzy")}.',
        '',
        *_accounts(course),
        '',
        *_times(course),
        '',
        *_latencies(course),
        '',
        *_use(course),
        '',
        f'Wrong states: {len(course.wrong)}, judged in '
        f'{sum(s.is_judged for s in course.spells)} of {len(course.spells)} faults: '
        f'in the others the machine let a process wait for '
        f'{_most_late(course)}. Crashes: {len(course.crashes)}. '
        f'Shared memory left behind: {len(course.left)}.'
        + ('' if course.full_disk else ' No file system could be mounted: no full disk was tried.'),
        *(f'- WRONG: {problem}' for problem in problems),
    ]
    return '\n'.join(lines)


def _table(head: list[str], rows: list[list[object]]) -> list[str]:
    return [
        f'| {" | ".join(head)} |',
        f'|{"---|" * len(head)}',
        *(f'| {" | ".join(map(str, row))} |' for row in rows),
    ]


def _accounts(course: Course) -> list[str]:
    nodes = list(course.accounts)
    keys = list(next(iter(course.accounts.values())).row)
    return _table(
        ['account', *nodes],
        [[key, *(course.accounts[node].row[key] for node in nodes)] for key in keys],
    )


def _times(course: Course) -> list[str]:
    """Time until labels come again, by fault and node."""
    back: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for spell in course.spells:
        for kind, node in SENSORS.items():
            if kind in spell.fault.kinds and node in spell.back_s:
                waited_s = spell.back_s[node] - spell.mended_s[kind]
                back[spell.fault.name][node].append(waited_s)
    rows: list[list[object]] = []
    for name, nodes in back.items():
        n = max(map(len, nodes.values()))
        cells = [
            f'{np.median(nodes[node]):.1f} ({max(nodes[node]):.1f})' if nodes[node] else '–'
            for node in SENSORS.values()
        ]
        rows.append([name, n, *cells])
    return _table(['labels again after, s: median (greatest)', 'times', *SENSORS.values()], rows)


def _latencies(course: Course) -> list[str]:
    rows: list[list[object]] = []
    for title, spans in (
        ('all is well', [(s.over_s, s.calm_until_s) for s in course.spells]),
        (
            _LOADED,
            [(s.begun_s, s.ended_s) for s in course.spells if s.fault.name == _LOADED],
        ),
    ):
        for node in SENSORS.values():
            late_ms = [w.late_ms for w in course.ear.words[node] if _counts(w, spans)]
            if late_ms:
                p50, p99 = np.percentile(late_ms, [50, 99])
                rows.append(
                    [title, node, len(late_ms), f'{p50:.0f}', f'{p99:.0f}', f'{max(late_ms):.0f}']
                )
    head = ["from the window's end to its label, ms", 'node', 'labels', 'p50', 'p99', 'greatest']
    return _table(head, rows)


def _counts(word: Word, spans: list[tuple[float, float]]) -> bool:
    return word.is_label and word.of_window and any(a < word.time_s < b for a, b in spans)


def _use(course: Course) -> list[str]:
    rows: list[list[object]] = []
    for name, node in course.nodes.items():
        use = node.use
        warm = len(use.fds) // 3
        slope, minutes = slope_of(use, use.private_mb)
        shared, _ = slope_of(use, use.rss_mb)
        rows.append(
            [
                name,
                f'{max(use.rss_mb):.0f}',
                f'{max(use.private_mb):.0f}',
                '–' if np.isnan(slope) else f'{slope:+.2f} (over {minutes:.0f} min)',
                '–' if np.isnan(slope) else f'{shared:+.2f}',
                f'{min(use.fds[warm:])} to {max(use.fds[warm:])}',
                f'{min(use.threads[warm:])} to {max(use.threads[warm:])}',
                course.codes[name],
            ]
        )
    head = ['node', 'resident, MB', 'private, MB', 'slope of private, MB an hour', 'of resident']
    head += ['file descriptors', 'threads', 'exit code']
    return _table(head, rows)


def _most_late(course: Course) -> str:
    late = [spell.machine_late_s for spell in course.spells if not spell.is_judged]
    return f'up to {max(late):.1f} s' if late else 'no time'
