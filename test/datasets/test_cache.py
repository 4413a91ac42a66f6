import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from dcat_ros import user_cache
from dcat_ros.datasets import cache


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'cache'))
    return tmp_path / 'cache'


class Build:
    """Makes the same arrays again and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self, progress):
        self.times += 1
        if progress:
            progress(1, 1)
        rng = np.random.default_rng(0)
        values = rng.normal(size=(40, 6))
        return {'a': values.astype(np.float16), 'b': values.T, 'c': np.array(3), 'none': values[:0]}


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], strict=True)


def test_cached_second_time_is_read(folder):
    build, seen = Build(), []
    first = cache.cached('key', build, lambda *steps: seen.append(steps))
    second = cache.cached('key', build, lambda *steps: seen.append(steps))
    assert build.times == 1
    assert seen == [(1, 1)]
    same(first, second)
    same(second, Build()(None))
    assert len(list(folder.iterdir())) == 1


def test_cached_every_key_has_its_own(folder):
    build = Build()
    for key in ('one', 'two', b'two', '../../three', 'x' * 10_000):
        cache.cached(key, build)
    # 'two' and b'two' are the same digest
    assert build.times == 4
    assert len(list(folder.iterdir())) == 4


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def flipped(data, at):
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    'damage',
    [
        lambda data: b'',
        lambda data: data[:7],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data + b'x',
        lambda data: flipped(data, 0),
        lambda data: flipped(data, len(data) - 1),
        lambda data: data.replace(b'"b"', b'"d"'),
        lambda data: data.replace(b'[40,6]', b'[6,40]'),
        lambda data: data.replace(b'sha256', b'sha257'),
        lambda data: safetensors.numpy.save({'a': np.zeros(3)}),
        lambda data: safetensors.numpy.save({'a': np.zeros(3)}, {'sha256': '0' * 64}),
        lambda data: np.random.default_rng(0).bytes(5000),
    ],
)
def test_cached_damaged_file_is_made_again_with_a_sentence(folder, damage):
    cache.cached('key', Build())
    path = only_file(folder)
    data = path.read_bytes()
    path.write_bytes(damage(data))
    assert path.read_bytes() != data
    build = Build()
    with pytest.warns(RuntimeWarning, match=r'is damaged \(.+\); it is made again') as warned:
        same(cache.cached('key', build), Build()(None))
    assert (build.times, len(warned)) == (1, 1)
    cache.cached('key', build)
    assert build.times == 1


def test_cached_where_nothing_can_be_written_still_works(tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'file' / 'cache'))
    for _ in range(2):
        with pytest.warns(RuntimeWarning, match='cannot be written.*Set DCAT_CACHE') as warned:
            same(cache.cached('key', Build()), Build()(None))
        assert len(warned) == 1


def test_cached_file_that_cannot_be_read_is_made_again(folder):
    cache.cached('key', Build())
    path = only_file(folder)
    path.unlink()
    path.mkdir()
    with pytest.warns(RuntimeWarning, match='cannot be written'):
        same(cache.cached('key', Build()), Build()(None))


def test_cached_build_that_fails_leaves_nothing(folder):
    def build(progress):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.cached('key', build)
    assert not folder.exists()


@pytest.mark.parametrize(
    ('given', 'xdg', 'expected'),
    [
        ('/given', '/xdg', '/given'),
        ('', '/xdg', '/xdg/dcat_ros'),
        ('', 'relative', '/home/me/.cache/dcat_ros'),
        ('', '', '/home/me/.cache/dcat_ros'),
    ],
)
@pytest.mark.skipif(sys.platform == 'win32', reason='paths of POSIX')
def test_folder(monkeypatch, given, xdg, expected):
    monkeypatch.setenv('DCAT_CACHE', given)
    monkeypatch.setenv('XDG_CACHE_HOME', xdg)
    monkeypatch.setenv('HOME', '/home/me')
    assert user_cache.folder() == Path(expected)


def test_cached_without_a_home_still_works(monkeypatch):
    def no_home():
        raise RuntimeError

    monkeypatch.delenv('DCAT_CACHE', raising=False)
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setattr(Path, 'home', no_home)
    with pytest.warns(RuntimeWarning, match='no home folder'):
        same(cache.cached('key', Build()), Build()(None))
