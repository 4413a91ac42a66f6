"""What a run says at its end."""

from collections.abc import Mapping

from tools.fuzz.case import Outcome

__all__ = ['table']

_HEAD = ('kind', 'cases', 'accepted', 'windows', 'peak MiB', 'slowest CPU s', 'findings', 'refused')


def table(outcomes: Mapping[str, Outcome]) -> str:
    """A line for each kind and one for all, in Markdown."""
    rows = [_row(name, one) for name, one in outcomes.items() if one.n or one.findings]
    total = Outcome()
    for one in outcomes.values():
        total.add(one)
    total.results = type(total.results)(
        {k: n for k, n in total.results.items() if k.startswith('accepted')}
        | {'refused': sum(n for k, n in total.results.items() if not k.startswith('accepted'))}
    )
    rows.append(_row('all', total))
    lines = [' | '.join(_HEAD), ' | '.join('---' for _ in _HEAD), *(' | '.join(r) for r in rows)]
    return '\n'.join(f'| {line} |' for line in lines)


def _row(name: str, one: Outcome) -> tuple[str, ...]:
    refused = {k: n for k, n in one.results.most_common() if not k.startswith('accepted')}
    accepted = sum(n for k, n in one.results.items() if k.startswith('accepted'))
    return (
        name,
        f'{one.n:,}',
        f'{accepted:,}',
        f'{one.windows:,}',
        f'{one.peak / 2**20:.0f}',
        f'{one.slowest_s:.2f}',
        f'{len(one.findings)}',
        ', '.join(f'{k} {n:,}' for k, n in refused.items()),
    )
