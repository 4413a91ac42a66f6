"""Recordings to be labelled, and the page on which that is done."""

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import urllib.error
import urllib.request

import cv2
import numpy as np
from helpers import IMU, STORE, imu_message, write_raw_bag

S = 10**9
BEGIN_NS = 1_700_000_000 * S + 123_456_789
SOUND = 'audio_common_msgs/msg/AudioStamped'
ARRAY = 'std_msgs/msg/Int16MultiArray'
PICTURE = 'sensor_msgs/msg/CompressedImage'


def imu_messages(seconds, rate_hz=50, begin_ns=BEGIN_NS, topic='/imu/data_raw'):
    """Of somebody who moves in every second interval of four seconds."""
    data = bytearray(imu_message())
    at = len(data) - 9 * 8 - 3 * 8  # acceleration and its covariance are the last
    step_ns = S // rate_hz
    for i in range(round(seconds * rate_hz)):
        stamp_ns = begin_ns + i * step_ns
        t = i / rate_hz
        swing = np.sin(2 * np.pi * 1.5 * t) * (t % 8 >= 4)
        struct.pack_into('<II', data, 4, *divmod(stamp_ns, S))
        struct.pack_into('<ddd', data, at - 12 * 8, 0.02, swing, 5 * swing)
        struct.pack_into('<ddd', data, at, 4 * swing, 0.05 * np.cos(31 * t), 9.81 + 2 * swing)
        yield topic, IMU, stamp_ns, bytes(data)


def sound_messages(seconds, rate_hz=16000, begin_ns=BEGIN_NS, topic='/audio'):
    """A tone that rises, in every second interval of four seconds; as std_msgs/Int16MultiArray."""
    chunk = rate_hz // 10
    layout = STORE.types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0)
    for i in range(round(seconds * 10)):
        t = (i * chunk + np.arange(chunk)) / rate_hz
        loud = 0.3 * (t % 8 >= 4) + 0.002
        wave = np.sin(2 * np.pi * (300 + 60 * (t % 8)) * t) * loud
        message = STORE.types[ARRAY](layout=layout, data=(wave * 32767).astype(np.int16))
        stamp_ns = begin_ns + (i + 1) * S // 10
        yield topic, ARRAY, stamp_ns, bytes(STORE.serialize_cdr(message, ARRAY))


def picture_messages(seconds, rate_hz=10, begin_ns=BEGIN_NS, topic='/image_raw/compressed'):
    """A figure of lines that lifts an arm."""
    for i in range(round(seconds * rate_hz)):
        t = i / rate_hz
        pixels = np.full((240, 320, 3), 40, np.uint8)
        up = 60 * np.sin(2 * np.pi * 1.5 * t) * (t % 8 >= 4)
        white = (235, 235, 235)
        cv2.circle(pixels, (160, 60), 18, white, 3)
        for a, b in (
            ((160, 78), (160, 150)),
            ((160, 150), (135, 220)),
            ((160, 150), (185, 220)),
            ((160, 95), (115, 130)),
            ((160, 95), (210, round(110 - up))),
        ):
            cv2.line(pixels, a, b, white, 4)
        _, file = cv2.imencode('.jpg', pixels)
        stamp_ns = begin_ns + i * S // rate_hz
        sec, nanosec = divmod(stamp_ns, S)
        head = STORE.types['std_msgs/msg/Header'](
            stamp=STORE.types['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec),
            frame_id='camera',
        )
        message = STORE.types[PICTURE](header=head, format='jpeg', data=file.ravel())
        yield topic, PICTURE, stamp_ns, bytes(STORE.serialize_cdr(message, PICTURE))


def make_bag(path, seconds=24, *, sensors=('imu',), truth=(), begin_ns=BEGIN_NS):
    """A bag; `truth` are (second, label) of the topic /activity_truth."""
    from helpers import string_message

    makers = {'imu': imu_messages, 'sound': sound_messages, 'picture': picture_messages}
    messages = [m for name in sensors for m in makers[name](seconds, begin_ns=begin_ns)]
    messages += [
        ('/activity_truth', 'std_msgs/msg/String', begin_ns + round(s * S), string_message(label))
        for s, label in truth
    ]
    write_raw_bag(path, sorted(messages, key=lambda message: message[2]))
    return path


@contextlib.contextmanager
def served(*arguments):
    """`dcat label` as a process; gives the address and the process."""
    code = 'from dcat_ros.cli.entry import main; main()'
    command = [sys.executable, '-c', code, 'label', *map(str, arguments)]
    env = {**os.environ, 'PYTHONUNBUFFERED': '1', 'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        line = process.stdout.readline()
        assert line.startswith('Open http://127.0.0.1:'), line
        yield line.split()[1], process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def ask(url, data=None, method=None, **headers):
    """Status, headers and bytes of an answer."""
    if data is not None and not isinstance(data, bytes):
        data = json.dumps(data).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def ask_json(url, data=None, method=None):
    """Status and value of an answer."""
    status, _, text = ask(url, data, method)
    return status, json.loads(text)


def when_ready(address, number=0):
    """What is told of a recording once all of it is read, or it turns out that it cannot be."""
    from time import sleep

    while True:
        _, told = ask_json(f'{address}bags/{number}')
        model = told.get('proposals', {'ready': True})
        if told['problem'] or (told['ready'] and (model['ready'] or model.get('why_none'))):
            return told
        sleep(0.05)
