"""A film with picture, sound and inertial sensor as a bag: sensors at their true rates.

GPMF, the track of the sensors, is a tree of key, type, size, count and values, all big endian and
padded to 4 bytes (gopro/gpmf-parser, README).
"""

from pathlib import Path
from struct import unpack_from

import av
import cv2
import numpy as np

from dcat_ros.bags.messages import Messages
from dcat_ros.bags.write import new_bag
from dcat_ros.messages.image import COMPRESSED_IMAGE_TYPE
from dcat_ros.sensors.depth.to_bag import compressed_image
from dcat_ros.sensors.inertial.messages import IMU_TYPE
from dcat_ros.sensors.inertial.to_bag import imu
from dcat_ros.sensors.sound.messages import AUDIO_TYPES
from dcat_ros.sensors.sound.to_bag import sound as sound_message

BEGIN_NS = 1_600_000_000 * 10**9
COMPRESSED_TOPIC, IMU_TOPIC, AUDIO_TOPIC = '/image_raw/compressed', '/imu/data_raw', '/audio'
KINDS = {
    COMPRESSED_TOPIC: COMPRESSED_IMAGE_TYPE,
    IMU_TOPIC: IMU_TYPE,
    AUDIO_TOPIC: AUDIO_TYPES[0],
}


def streams(data: bytes):
    """Yield key and payload of every leaf, with the structure of its values."""
    at = 0
    while at + 8 <= len(data):
        key, kind, size, count = unpack_from('>4scBH', data, at)
        body = data[at + 8 : at + 8 + size * count]
        if kind == b'\0':
            yield from streams(body)
        else:
            yield key.decode(), kind, size, body
        at += 8 + -(-size * count // 4) * 4


def inertial(packets):
    """Acceleration in m/s² and angular rate in rad/s with stamps in s: {key: (times, values)}."""
    found = {'ACCL': ([], []), 'GYRO': ([], [])}
    for begin_s, duration_s, data in packets:
        scale = 1.0
        for key, kind, size, body in streams(data):
            if key == 'SCAL':
                scale = unpack_from('>h' if kind == b's' else '>i', body)[0]
            elif key in found:
                values = np.frombuffer(body, '>i2').reshape(-1, size // 2) / scale
                times, rows = found[key]
                times.append(begin_s + np.arange(len(values)) / len(values) * duration_s)
                rows.append(values)
    return {k: (np.concatenate(t), np.concatenate(v)) for k, (t, v) in found.items()}


def read(path: Path):
    """Frames as JPEG, sound and motion of a film.

    Returns:
        [(time in s, JPEG)], (sound (n, channels) in [-1, 1], rate), (times in s, (n, 6)).
    """
    frames, sound, packets = [], [], []
    with av.open(str(path)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        rate_hz = audio.rate
        sensors = next(s for s in film.streams if 'GoPro MET' in s.metadata.get('handler_name', ''))
        for packet in film.demux(video, audio, sensors):
            if packet.stream is sensors:
                if packet.size:
                    base = float(sensors.time_base)
                    packets.append((packet.pts * base, packet.duration * base, bytes(packet)))
                continue
            for frame in packet.decode():
                if packet.stream is video:
                    ok, jpeg = cv2.imencode('.jpg', frame.to_ndarray(format='bgr24'))
                    assert ok
                    frames.append((frame.time, jpeg.tobytes()))
                else:
                    sound.append(frame.to_ndarray().reshape(audio.channels, -1).T)
    motion = inertial(packets)
    times, acceleration = motion['ACCL']
    rate_times, rates = motion['GYRO']
    rates = np.stack([np.interp(times, rate_times, r) for r in rates.T], axis=1)
    return frames, (np.concatenate(sound), rate_hz), (times, np.hstack([acceleration, rates]))


def write_bag(path: Path, out: Path) -> dict[str, int]:
    """Write a film as a bag: /imu/data_raw, /image_raw/compressed and /audio.

    Returns:
        Number of messages by topic.
    """
    frames, (sound, rate_hz), (times, values) = read(path)
    counts: dict[str, int] = {}
    with new_bag(out, 'mcap') as writer:
        messages = Messages(writer)
        todo = []
        for time_s, jpeg in frames:
            stamp = BEGIN_NS + round(time_s * 1e9)
            message = compressed_image(messages.types, stamp, 'jpeg', jpeg)
            todo.append((stamp, COMPRESSED_TOPIC, message))
        for time_s, row in zip(times, values, strict=True):
            stamp = BEGIN_NS + round(time_s * 1e9)
            todo.append((stamp, IMU_TOPIC, imu(messages.types, stamp, row)))
        mono = sound.mean(axis=1).astype(np.float32)
        step = rate_hz // 20
        for start in range(0, len(mono), step):
            chunk = mono[start : start + step]
            stamp = BEGIN_NS + round((start + len(chunk)) / rate_hz * 1e9)
            todo.append((stamp, AUDIO_TOPIC, sound_message(messages.types, chunk)))
        for stamp, topic, message in sorted(todo, key=lambda one: one[0]):
            messages.write(topic, KINDS[topic], stamp, message)
            counts[topic] = counts.get(topic, 0) + 1
    return counts
