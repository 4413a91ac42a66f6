"""What a check found, as a record; its JSON is what `dcat check --json` prints."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ['CheckReport', 'ModelFit', 'Remark', 'TopicFacts', 'TruthFacts']


class Remark(BaseModel):
    """One thing that was found.

    Attributes:
        level: 'fault': something is wrong; 'note': worth knowing.
        about: a topic, or the recording.
        sentence: what it is, and what to do.
    """

    model_config = ConfigDict(extra='forbid')

    level: Literal['fault', 'note']
    about: str
    sentence: str


class TopicFacts(BaseModel):
    """What is known of a sensor's topic.

    Attributes:
        topic: its name.
        type: of its messages.
        modality: the sensor whose it is, as cards call it.
        n_messages: that came.
        n_refused: of those that cannot be used, by reason.
        rate_hz: messages a second, by their times; None if there are too few.
        longest_gap_s: between the times of two messages; None if there are too few.
        frames: every frame_id, at most eight.
        offset_s: header stamp less receive time of the last message; None without a stamp.
        values: what the values are like, in their units.
    """

    model_config = ConfigDict(extra='forbid')

    topic: str
    type: str
    modality: str
    n_messages: int
    n_refused: dict[str, int] = {}
    rate_hz: float | None = None
    longest_gap_s: float | None = None
    frames: list[str] = []
    offset_s: float | None = None
    values: str = ''


class TruthFacts(BaseModel):
    """What the recording says about what was really going on.

    Attributes:
        where: topic or file.
        seconds: by label.
    """

    model_config = ConfigDict(extra='forbid')

    where: str
    seconds: dict[str, float]


class ModelFit(BaseModel):
    """Whether a model can be given a sensor of the recording.

    Attributes:
        model: its name.
        topics: that it would get; none if there is none for its sensor.
        fits: whether it can.
        why: why it cannot, or what to know.
        known_labels: labels of the truth that it knows; None without a truth.
    """

    model_config = ConfigDict(extra='forbid')

    model: str
    topics: list[str]
    fits: bool
    why: str = ''
    known_labels: list[str] | None = None


class CheckReport(BaseModel):
    """All of it.

    Attributes:
        what: the recording, or the running robot.
        storage: 'mcap' or 'sqlite3'; empty for a running robot.
        duration_s: length.
        topics: of sensors that a model takes.
        others: topics of other types, with the type.
        truth: None if there is none.
        models: shipped ones, and those that were named.
        remarks: what was found, faults first.
        next: a command that goes on from here; empty where a fault comes first.
    """

    model_config = ConfigDict(extra='forbid')

    what: str
    storage: str = ''
    duration_s: float | None = None
    topics: list[TopicFacts] = []
    others: dict[str, str] = {}
    truth: TruthFacts | None = None
    models: list[ModelFit] = []
    remarks: list[Remark] = []
    next: str = ''

    @property
    def n_faults(self) -> int:
        """How many things are wrong."""
        return sum(remark.level == 'fault' for remark in self.remarks)
