"""How much memory this process takes at most: tracemalloc sees no library's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ['takes_at_most']


@contextmanager
def takes_at_most(n_bytes: int) -> Iterator[None]:
    """Fails where more resident memory is taken inside than so many bytes."""
    try:
        Path('/proc/self/clear_refs').write_text('5')  # begin to measure
    except OSError:
        pytest.skip('the kernel does not measure the peak of memory anew')
    before = _peak()
    yield
    grown = _peak() - before
    assert grown <= n_bytes, f'{grown >> 20} MiB were taken, and {n_bytes >> 20} may be'


def _peak() -> int:
    status = Path('/proc/self/status').read_text()
    return int(status.split('VmHWM:')[1].split()[0]) << 10
