"""What the topics of the nodes are for; everything else about them is read from the nodes."""

from topics import Endpoint

__all__ = ['OF_VISION_MSGS', 'RECOGNISER', 'TEXTS']

RECOGNISER = 'recogniser'

#: (node, direction, topic) -> what it is for, in the order of the tables
TEXTS = {
    (RECOGNISER, 'out', '~/label'): 'the label, or `unknown`',
    (RECOGNISER, 'out', '~/activity'): (
        "stamped with the window's end and the sensor's frame: `state` (`ok`, `unknown`, `stale`), "
        '`label`, `confidence`, `window_start`, `window_end`, `model`, `model_macro_f1`, and every '
        "class's probability as `p/LABEL`"
    ),
    (RECOGNISER, 'out', '~/markers'): (
        "the label as text at the sensor's frame, while somebody subscribes"
    ),
    (RECOGNISER, 'out', '~/classification'): (
        'where vision_msgs is installed: all labels, the likeliest first'
    ),
    (RECOGNISER, 'out', '~/label_info'): 'likewise: which labels there are',
    (RECOGNISER, 'out', '/diagnostics'): (
        'once a second: rates, latency, windows dropped, gaps, messages rejected and why, why no '
        'label comes, publishers, QoS that does not fit, model, backend, device'
    ),
    ('imu_node', 'in', 'imu/data_raw'): (
        'after REP-145: m/s² with gravity, rad/s; the QoS is that of `qos_reliability` and '
        '`qos_depth`'
    ),
    ('image_node', 'in', 'image_raw'): (
        'depth, `16UC1` (mm) or `32FC1` (m), or, for a camera model, colour or grey; with '
        '`transport` image_raw/compressed or image_raw/compressedDepth, '
        'sensor_msgs/CompressedImage; the QoS is that of '
        '`qos_reliability` and `qos_depth`'
    ),
    ('image_node', 'in', 'camera_info'): 'the focal length, unless `focal_px` is set',
    ('image_node', 'out', '~/debug_image'): (
        'rgb8, the newest frame with label and bar, of an ordinary camera with joints, while '
        'somebody subscribes'
    ),
    ('audio_node', 'in', 'audio'): (
        'of the type that `message_type` names; the QoS is that of `qos_reliability` and '
        '`qos_depth`'
    ),
    ('microphone_node', 'out', 'audio'): 'interleaved samples of 16 bits; the layout says how many',
    ('microphone_node', 'out', '/diagnostics'): 'once a second: device, blocks, overruns',
    ('presence_node', 'out', '~/label'): 'the label of the best sensor present, or `unknown`',
    ('presence_node', 'out', '~/activity'): (
        "a status for each group of models, as a recogniser's, with `source` (the recogniser's "
        'name) and `score`; the first is the one of `~/label`'
    ),
    ('presence_node', 'out', '~/markers'): "the labels as texts at their sensors' frames",
    ('presence_node', 'out', '/diagnostics'): (
        'once a second: who is believed, and how each recogniser is'
    ),
    ('presence_node', 'in', 'NAME/activity'): 'of every recogniser',
    ('presence_node', 'in', '/diagnostics'): 'what the recognisers tell of themselves',
}

#: Made only where vision_msgs is installed, which has no wheel: so they are written down here.
OF_VISION_MSGS = {
    Endpoint('~/classification', 'out', 'vision_msgs/Classification', 'reliable, 10'),
    Endpoint('~/label_info', 'out', 'vision_msgs/LabelInfo', 'reliable, transient local, 1'),
}
