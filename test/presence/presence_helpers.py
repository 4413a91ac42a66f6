"""Activities as a recogniser would say them."""

from dcat_ros.presence.activity import Activity
from dcat_ros.streaming.decision import OK, STALE, UNKNOWN, Prediction

BODY = ('walk', 'wave', 'rest')
SOUND = ('kettle', 'blender')


def activity(confidence=0.8, labels=BODY, state=OK, macro_f1=1.0):
    """The first label with this confidence, the others share what is left."""
    rest = (1 - confidence) / (len(labels) - 1)
    p = () if state == STALE else (confidence, *[rest] * (len(labels) - 1))
    prediction = Prediction(
        label=labels[0] if state == OK else UNKNOWN,
        state=state,
        confidence=0.0 if state == STALE else confidence,
        probabilities=p,
        start_ns=0,
        end_ns=2_000_000_000,
        frame_id='a_frame',
    )
    return Activity(prediction, () if state == STALE else labels, 'a_model', macro_f1)
