"""What the tests of dcat doctor share."""

from dcat_ros.doctor.finding import FAULT


def one(findings, level):
    """The line of the only finding, which has this level."""
    (finding,) = findings
    assert finding.level == level, finding
    assert finding.level != FAULT or finding.remedy
    assert '\n' not in finding.line()
    return finding.line()
