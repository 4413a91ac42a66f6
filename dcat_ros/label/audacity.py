"""Audacity's label track: a line for each label, start, end and text with tabs between.

Source: Audacity manual, "Importing and Exporting Labels". Its seconds count from the beginning of
the sound. A label of a range of frequencies has a second line that begins with a backslash.
"""

from collections.abc import Sequence

from dcat_ros.errors import InputError
from dcat_ros.label.intervals import checked
from dcat_ros.segment import Segment

__all__ = ['audacity_text', 'read_audacity']

_LONGEST_S = 2**62 / 1e9


def read_audacity(text: str, where: str) -> tuple[list[Segment], int]:
    """Intervals of a label track, in nanoseconds from the beginning of the sound.

    Args:
        text: of the file.
        where: its name, for the error.

    Returns:
        The intervals, and how many labels of a single moment, or without a text, were left out.

    Raises:
        InputError: a line makes no sense.
    """
    segments, n_left = [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith('\\'):
            continue
        start, end, label = ([*line.split('\t', 2), '', ''])[:3]
        try:
            times_s = float(start.replace(',', '.')), float(end.replace(',', '.'))
            if not all(abs(time_s) < _LONGEST_S for time_s in times_s):  # nor NaN
                raise ValueError('no time')
        except ValueError:
            raise InputError(
                f'{where}, line {number}: a line of a label track is start and end in seconds, and '
                'the label, with tabs between.'
            ) from None
        start_ns, end_ns = (round(time_s * 1e9) for time_s in times_s)
        if start_ns == end_ns or not label.strip():
            n_left += 1
        else:
            segments.append(Segment(start_ns, end_ns, label.strip()))
    return checked(segments, where), n_left


def audacity_text(segments: Sequence[Segment]) -> str:
    """The text of a label track; to the microsecond, as Audacity writes it.

    Args:
        segments: checked; in nanoseconds from the beginning of the sound.
    """
    return ''.join(f'{s.start_ns / 1e9:.6f}\t{s.end_ns / 1e9:.6f}\t{s.label}\n' for s in segments)
