"""How smooth the page of `dcat label` stays with two hours of recording.

    python -m benchmarks.label_page [--out results/label_page.json] [--hours 2]

A bag is made: an inertial sensor at 100 Hz, sound at 16 kHz, a picture every half second. The page
is opened in headless Chromium, and goes along the recording and in and out by 400 turns of the
wheel, one a frame, at each of two widths. Measured are how long all work of a frame took (what the
browser calls at an animation frame), the time from frame to frame, and the bytes that were sent.
"""

import argparse
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import cv2
import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

S = 10**9
BEGIN_NS = 1_700_000_000 * S
STORE = get_typestore(Stores.ROS2_JAZZY)
IMU = 'sensor_msgs/msg/Imu'
ARRAY = 'std_msgs/msg/Int16MultiArray'
PICTURE = 'sensor_msgs/msg/CompressedImage'
TURNS = 400
#: A turn of the wheel a frame; what the page does in a frame is timed where the browser calls it.
TURN = """async ([turns, zoom]) => {
  const work = [], between = [];
  const real = window.requestAnimationFrame.bind(window);
  let spent = 0;
  window.requestAnimationFrame = act => real(now => {
    const since = performance.now();
    act(now);
    spent += performance.now() - since;
  });
  const box = document.getElementById('rows').getBoundingClientRect();
  const rows = document.getElementById('rows');
  await new Promise(done => {
    let last = null, n = 0;
    real(function frame(now) {
      if (last !== null) { between.push(now - last); work.push(spent); }
      last = now;
      spent = 0;
      if (n++ === turns) { done(); return; }
      const since = performance.now();
      const back = n % 100 >= 50 ? -1 : 1;
      rows.dispatchEvent(new WheelEvent('wheel', {bubbles: true, cancelable: true,
        clientX: box.left + box.width * .6, clientY: box.top + 40,
        deltaY: zoom ? -60 * back : 0, deltaX: zoom ? 0 : 40 * back}));
      spent += performance.now() - since;
      real(frame);
    });
  });
  window.requestAnimationFrame = real;
  return [work, between];
}"""


def messages(hours: float) -> Iterator[tuple[str, str, int, bytes]]:
    """Second by second."""
    types = STORE.types
    vector = types['geometry_msgs/msg/Vector3']
    header = types['std_msgs/msg/Header'](types['builtin_interfaces/msg/Time'](0, 0), 'imu')
    still = types[IMU](
        header, types['geometry_msgs/msg/Quaternion'](0, 0, 0, 1), np.zeros(9),
        vector(0, 0, 0), np.zeros(9), vector(0, 0, 9.81), np.zeros(9),
    )  # fmt: skip
    imu = bytearray(STORE.serialize_cdr(still, IMU))
    at = len(imu) - 12 * 8
    layout = types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0)
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, 16000)
    for second in range(round(3600 * hours)):
        loud = 0.02 + 0.2 * (second % 30 < 9)
        swings = rng.normal(0, 3 * (second % 20 < 6) + 0.02, (100, 3)).cumsum(axis=0) / 10
        for i in range(100):
            stamp_ns = BEGIN_NS + second * S + i * S // 100
            struct.pack_into('<II', imu, 4, *divmod(stamp_ns, S))
            struct.pack_into('<ddd', imu, at, *swings[i])
            yield '/imu/data_raw', IMU, stamp_ns, bytes(imu)
        for i in range(10):
            data = (noise[i * 1600 : (i + 1) * 1600] * loud * 8000).astype(np.int16)
            sound = types[ARRAY](layout=layout, data=data)
            stamp_ns = BEGIN_NS + second * S + (i + 1) * S // 10 - 1
            yield '/audio', ARRAY, stamp_ns, bytes(STORE.serialize_cdr(sound, ARRAY))
        for half in range(2):
            stamp_ns = BEGIN_NS + second * S + half * S // 2
            pixels = np.full((240, 320, 3), 40, np.uint8)
            cv2.putText(pixels, f'{second}', (60, 140), 0, 2.0, (230, 230, 230), 3)
            _, file = cv2.imencode('.jpg', pixels)
            head = types['std_msgs/msg/Header'](
                types['builtin_interfaces/msg/Time'](*divmod(stamp_ns, S)), 'camera'
            )
            picture = types[PICTURE](head, 'jpeg', file.ravel())
            yield (
                '/image_raw/compressed',
                PICTURE,
                stamp_ns,
                bytes(STORE.serialize_cdr(picture, PICTURE)),
            )


def make(path: Path, hours: float) -> None:
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        topics: dict[str, Any] = {}
        for topic, kind, stamp_ns, data in messages(hours):
            if topic not in topics:
                topics[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(topics[topic], stamp_ns, data)


def memory_mb(pid: int) -> float:
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) / 1024


def look(address: str, width: int) -> dict[str, Any]:
    """Figures of one width."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which('chromium'), args=['--no-sandbox'], timeout=300_000
        )
        page = chromium.new_context(viewport={'width': width, 'height': 900}).new_page()
        page.set_default_timeout(1_800_000)
        sent: list[int] = []
        page.on('response', lambda r: sent.append(int(r.headers.get('content-length', 0))))
        page.goto(address)
        page.wait_for_selector('canvas.spectrum')
        told: dict[str, Any] = {}
        for name, zoom, into in (('along', False, 60), ('in and out', True, 0)):
            for _ in range(into and 6):
                page.click('#in')
            page.wait_for_timeout(1000)
            work, between = page.evaluate(TURN, [TURNS, zoom])
            told[name] = {
                'work of a frame in ms, median': round(float(np.median(work)), 2),
                'work of a frame in ms, 95 %': round(float(np.percentile(work, 95)), 2),
                'work of a frame in ms, 99 %': round(float(np.percentile(work, 99)), 2),
                'from frame to frame in ms, median': round(float(np.median(between)), 2),
                'from frame to frame in ms, 95 %': round(float(np.percentile(between, 95)), 2),
            }
            page.click('#all')
        told['MB sent in all'] = round(sum(sent) / 1e6, 2)
        chromium.close()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('results/label_page.json'))
    parser.add_argument('--hours', type=float, default=2.0)
    parser.add_argument('--bag', type=Path, help='Where the bag is made, or lies from before.')
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        bag = arguments.bag or Path(folder) / 'long'
        if not bag.exists():
            make(bag, arguments.hours)
        size_mb = sum(file.stat().st_size for file in bag.iterdir()) / 1e6
        code = 'from dcat_ros.cli.entry import main; main()'
        command = [sys.executable, '-c', code, 'label', str(bag), '--out', folder]
        environment = os.environ | {'PYTHONUNBUFFERED': '1'}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[1]
            since = monotonic()
            wait_until_read(address)
            told: dict[str, Any] = {
                'hours': arguments.hours,
                'MB of the bag': round(size_mb),
                's until all is read': round(monotonic() - since, 1),
            }
            for width in (1400, 400):
                told[f'{width} pixels'] = look(address, width)
            told['greatest memory of dcat label in MB'] = round(memory_mb(process.pid))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
    arguments.out.write_text(json.dumps(told, indent=1) + '\n')
    print(json.dumps(told, indent=1))


def wait_until_read(address: str) -> None:
    from urllib.request import urlopen

    while True:
        told = json.load(urlopen(f'{address}bags/0'))
        if told['problem']:
            raise SystemExit(told['problem'])
        if told['ready']:
            return
        sleep(0.5)


if __name__ == '__main__':
    main()
