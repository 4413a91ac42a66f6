"""The page's server as a process: what it tells, what it refuses, what it survives."""

import shutil
import signal
import struct

import numpy as np
import pytest
from label_helpers import BEGIN_NS, S, ask, ask_json, make_bag, served, when_ready

from dcat_ros.label.levels import BUCKETS
from dcat_ros.truth import read_csv

pytest.importorskip('starlette', reason='needs starlette: pip install "dcat_ros[label]"')
pytest.importorskip('uvicorn', reason='needs uvicorn: pip install "dcat_ros[label]"')


@pytest.fixture(scope='module')
def bags(tmp_path_factory):
    folder = tmp_path_factory.mktemp('bags')
    make_bag(folder / 'a', 8, sensors=('imu', 'sound', 'picture'))
    make_bag(folder / 'b', 8, truth=[(1, 'wave'), (3, '')])
    make_bag(folder / 'cut', 20)
    (part,) = (folder / 'cut').glob('*.mcap')
    part.write_bytes(part.read_bytes()[: part.stat().st_size * 2 // 3])
    (folder / 'd').mkdir()
    (folder / 'd' / 'metadata.yaml').write_text('nothing: true\n')
    make_bag(folder / 'e', 4)
    (folder / 'e.csv').write_text('start,end,label\n1,2,wave\n1.5,3,bow\n')
    return folder


@pytest.fixture(scope='module')
def page(bags):
    """The address of the page of five recordings, of which two are damaged."""
    with served(bags) as (address, _):
        yield address


def track_of(page, kind):
    told = when_ready(page)
    (number,) = [i for i, track in enumerate(told['tracks']) if track['kind'] == kind]
    return f'{page}bags/0/tracks/{number}'


def test_without_the_token_everything_is_refused(page):
    root = page.rsplit('/', 2)[0]
    for path in ('', '/', '/x/', '/x/bags', '//bags', f'/{page.split("/")[-2][:-1]}/bags', '/%FF/'):
        status, headers, text = ask(root + path)
        assert status == 403, path
        assert b'whole address' in text
        assert "default-src 'none'" in headers['Content-Security-Policy']


@pytest.mark.parametrize('host', ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', ''])
def test_under_another_name_everything_is_refused(page, host):
    assert ask(page, Host=host)[0] == 400
    assert ask(page, Host='localhost:1')[0] == 200


def test_every_answer_forbids_what_the_page_does_not_need(page):
    for path in ('', 'page/main.js', 'bags', 'bags/0'):
        _, headers, _ = ask(page + path)
        policy = headers['Content-Security-Policy']
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert 'unsafe' not in policy
        assert headers['X-Content-Type-Options'] == 'nosniff'
        assert headers['Referrer-Policy'] == 'no-referrer'
        assert 'Access-Control-Allow-Origin' not in headers


@pytest.mark.parametrize(
    'path',
    [
        *('page/../app.py', 'page/..%2Fapp.py', 'page/%2Fetc%2Fpasswd', 'page/app.py'),
        *('bags/99', 'bags/-1', 'bags/0x0', 'bags/%D9%A3', 'bags/' + '9' * 40, 'bags/a'),
        *('bags/0/tracks/99/tiles/0/0', 'bags/0/tracks/0/tiles/99/0', 'bags/0/tracks/0/tiles/0/x'),
        *('bags/0/labels/doc', 'bags/0/tracks/0/pictures/0', 'bags/0/tracks/0/heard/0/1'),
    ],
)
def test_what_is_not_there_is_not_found(page, path):
    when_ready(page)
    assert ask(page + path)[0] == 404


def test_tiles_of_a_signal_are_ranges_of_its_readings(page):
    path = track_of(page, 'signal')
    status, _, data = ask(f'{path}/tiles/2/0')
    assert status == 200
    low, high = np.frombuffer(data, '<f4').reshape(2, 6, BUCKETS)
    there = ~np.isnan(low[0])
    assert np.flatnonzero(there).tolist() == list(range(250))  # 8 s in buckets of 32 ms
    assert (low[:, there] <= high[:, there]).all()
    assert np.nanmax(high[0]) == pytest.approx(4, abs=0.1)
    assert np.isnan(np.frombuffer(ask(f'{path}/tiles/2/-1')[2], '<f4')).all()


def test_sound_is_heard_and_seen(page):
    path = track_of(page, 'heard')
    wav = ask(f'{path}/heard/{4 * S}/{S}')[2]
    assert wav[:4] == b'RIFF'
    samples = np.frombuffer(wav[44:], '<i2')
    assert len(samples) == 16000
    assert np.abs(samples).max() == pytest.approx(0.3 * 32767, rel=0.05)
    assert np.abs(np.frombuffer(ask(f'{path}/heard/{S}/{S}')[2][44:], '<i2')).max() < 200
    # a minute may be asked for, and is not given
    assert len(ask(f'{path}/heard/-{S}/{60 * S}')[2]) == 44 + 2 * 160_000
    assert ask(f'{path}/spectrum/0/0')[2][:4] == b'\x89PNG'


def test_pictures_are_those_of_the_time(page):
    path = track_of(page, 'pictures')
    assert ask_json(f'{path}/near/{4 * S + S // 20}')[1] == {'picture': 40, 'time': 4 * S}
    assert ask_json(f'{path}/near/-5')[1]['picture'] == 0
    assert ask_json(f'{path}/near/{10**15}')[1]['picture'] == 79
    assert ask(f'{path}/pictures/40')[2][:2] == b'\xff\xd8'
    assert ask(f'{path}/pictures/80')[0] == 404


def test_a_bag_that_is_cut_off_is_shown_as_far_as_it_goes(page):
    told = when_ready(page, 2)
    assert told['problem'] == ''
    assert 5 < told['span'][1] / S < 19
    assert any('cut off' in note for note in told['notes'])


def test_a_bag_that_is_none_and_labels_that_are_damaged_are_said_and_harm_no_other(page, bags):
    assert 'd' in when_ready(page, 3)['problem']
    told = when_ready(page, 4)
    assert 'overlap' in told['problem']
    assert told['problem'].endswith('Mend that, and start "dcat label" anew.')
    status, told = ask_json(f'{page}bags/4/labels', {'state': 'none', 'intervals': []}, 'PUT')
    assert status == 422
    assert (bags / 'e.csv').read_text() == 'start,end,label\n1,2,wave\n1.5,3,bow\n'
    assert when_ready(page, 0)['problem'] == ''


def test_labels_are_saved_to_the_nanosecond_and_told_again(page, bags):
    told = when_ready(page)
    ours = [[1, S, 'wave'], [S, 2 * S + 7, 'bow, "low" 挥手']]
    status, saved = ask_json(
        f'{page}bags/0/labels', {'state': told['state'], 'intervals': ours}, 'PUT'
    )
    assert status == 200
    assert when_ready(page)['intervals'] == ours
    assert 'intervals' not in ask_json(f'{page}bags/0?known={saved["state"]}')[1]
    first, second = read_csv(bags / 'a.csv')
    assert (first.start_ns, second.end_ns) == (BEGIN_NS + 1, BEGIN_NS + 2 * S + 7)
    # every recording offers the labels of all
    assert 'wave' in when_ready(page, 1)['vocabulary']


def test_who_saves_over_somebody_else_is_told_so(page):
    told = when_ready(page, 1)
    body = {'state': told['state'], 'intervals': [[0, S, 'a']]}
    assert ask_json(f'{page}bags/1/labels', body, 'PUT')[0] == 200
    status, refused = ask_json(f'{page}bags/1/labels', body, 'PUT')
    assert status == 409
    assert 'changed elsewhere' in refused['error']


@pytest.mark.parametrize(
    'intervals',
    [
        [[0, 0, 'a']],
        [[5, 3, 'a']],
        [[0, 5, 'a'], [4, 9, 'b']],
        [[0, 5, '']],
        [[0, 5, 'a\nb']],
        [[0, 5, 'x' * 201]],
        [[0.5, 5, 'a']],
        [[0, 5, 7]],
        [[0, 5]],
        [[0, 2**60, 'a']],
        [[2**52, 2**52 + 5, 'a']],
        'nothing',
    ],
)
def test_intervals_that_make_no_sense_are_refused_in_a_sentence(page, intervals):
    state = when_ready(page)['state']
    body = {'state': state, 'intervals': intervals}
    status, refused = ask_json(f'{page}bags/0/labels', body, 'PUT')
    assert status == 422
    assert refused['error']
    assert when_ready(page)['state'] == state


@pytest.mark.parametrize(
    'data',
    [b'', b'{', b'[' * 9999, b'\xff\xfe', b'{"state": 1}', b' ' * (9 << 20)],
    ids=['nothing', 'cut off', 'deep', 'no text', 'no state', 'too much'],
)
def test_what_is_no_json_or_too_much_is_refused(page, data):
    assert ask(f'{page}bags/0/labels', data, 'PUT')[0] == 422


def test_files_of_others_come_and_go(page):
    when_ready(page, 2)
    status, told = ask_json(f'{page}bags/2/labels/audacity', b'1\t2\twave\n3\t3\tmoment\n')
    assert (status, told['added'], told['empty']) == (200, 1, 1)
    status, headers, text = ask(f'{page}bags/2/labels/elan')
    assert "filename*=UTF-8''cut.eaf" in headers['Content-Disposition']
    status, told = ask_json(f'{page}bags/2/labels/elan', text)
    assert (status, told['added'], told['overlap']) == (200, 0, 0)
    assert ask_json(f'{page}bags/2/labels/csv', b'start,end\n')[0] == 422
    assert ask_json(f'{page}bags/2/labels/elan', b'<!DOCTYPE a><a/>')[0] == 422
    assert ask_json(f'{page}bags/2/labels/audacity', b'\xff\xff')[0] == 422


def test_nothing_is_lost_when_the_process_is_killed(tmp_path):
    make_bag(tmp_path / 'walk', 4)
    csv = tmp_path / 'walk.csv'
    with served(tmp_path / 'walk') as (page, process):
        state, n = when_ready(page)['state'], 0
        for n in range(1, 20):
            intervals = [[i * S // 10, (i + 1) * S // 10, 'wave'] for i in range(n)]
            body = {'state': state, 'intervals': intervals}
            state = ask_json(f'{page}bags/0/labels', body, 'PUT')[1]['state']
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(read_csv(csv)) == n
    assert sorted(path.name for path in tmp_path.iterdir()) == ['walk', 'walk.csv']


def test_an_odd_recording_is_shown_with_what_can_be_used(tmp_path):
    from helpers import IMU, imu_message, write_raw_bag

    far = BEGIN_NS + 400 * 24 * 3600 * S
    stamps = [BEGIN_NS, BEGIN_NS + S, far, BEGIN_NS + 2 * S]
    messages = [('/imu', IMU, BEGIN_NS + i, imu_message(stamp)) for i, stamp in enumerate(stamps)]
    messages += [('/imu', IMU, BEGIN_NS + 9, b'\x00\x01\x00\x00' + struct.pack('<I', 7))]
    write_raw_bag(tmp_path / 'odd', messages)
    with served(tmp_path / 'odd') as (page, _):
        told = when_ready(page)
    assert told['span'] == [0, 2 * S]
    assert any('1 readings lie over a month' in note for note in told['notes'])


def test_more_recordings_than_stay_open_are_read_again(tmp_path):
    bag = make_bag(tmp_path / 'bag0', 2)
    for i in range(1, 6):
        shutil.copytree(bag, tmp_path / f'bag{i}')
    with served(tmp_path) as (page, _):
        for i in (0, 1, 2, 3, 4, 5, 0):
            assert when_ready(page, i)['span'] == [0, 2 * S - S // 50]
            assert ask(f'{page}bags/{i}/tracks/0/tiles/0/0')[0] == 200
