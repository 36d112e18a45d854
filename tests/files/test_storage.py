import hashlib
import os
import stat
import threading

import pytest

from files.storage import FolderStorage, MissingFile, UnsupportedStorage, storage_from_url

DIGEST = hashlib.sha256(b"lease").hexdigest()


def stored(storage, data=b"lease"):
    temp = storage.new_temp()
    temp.write_bytes(data)
    return storage.put(temp)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_kept_under_its_digest_for_its_owner_only(storage):
    assert stored(storage) == DIGEST
    place = storage.path(DIGEST)
    assert place == storage.root / DIGEST[:2] / DIGEST
    assert place.read_bytes() == b"lease"
    assert mode(place) == 0o600
    assert {mode(storage.root), mode(place.parent), mode(storage.root / "tmp")} == {0o700}


def test_a_temporary_file_is_private_from_the_start(storage):
    temp = storage.new_temp()
    assert mode(temp) == 0o600
    assert temp.parent == storage.root / "tmp"
    temp.unlink()


def test_the_same_bytes_are_stored_once_and_count_as_new(storage):
    place = storage.path(stored(storage))
    os.utime(place, (1, 1))
    inode = place.stat().st_ino
    assert stored(storage) == DIGEST
    assert place.stat().st_ino == inode
    assert place.stat().st_mtime > 1


def test_a_file_that_lost_bytes_is_replaced_by_the_whole_one(storage):
    place = storage.path(stored(storage))
    place.write_bytes(b"")
    stored(storage)
    assert place.read_bytes() == b"lease"


def test_bytes_are_on_disk_before_the_name_and_the_name_before_the_answer(storage, monkeypatch):
    steps = []
    flush, rename = os.fsync, type(storage.root).rename

    def fsync(handle):
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        flush(handle)

    def move(path, target):
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(type(storage.root), "rename", move)
    stored(storage)
    assert steps == ["file", "folder", "rename", "folder"]


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_failed_put_leaves_no_half_file(storage, monkeypatch, step):
    def fail(*_):
        raise OSError("disk full")

    owner = os if step == "fsync" else type(storage.root)
    temp = storage.new_temp()
    temp.write_bytes(b"lease")
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fail)
        with pytest.raises(OSError, match="disk full"):
            storage.put(temp)
    with pytest.raises(MissingFile):
        storage.path(DIGEST)
    assert storage.put(temp) == DIGEST


def test_many_may_store_the_same_file_at_once(storage):
    digests = []
    threads = [threading.Thread(target=lambda: digests.append(stored(storage))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert digests == [DIGEST] * 8
    assert storage.path(DIGEST).read_bytes() == b"lease"


@pytest.mark.parametrize("name", [DIGEST, "", "../../etc/passwd", DIGEST.upper(), DIGEST + "\n", "tmp"])
def test_what_is_not_stored_is_missing(storage, name):
    with pytest.raises(MissingFile):
        storage.path(name)


def test_a_removed_file_is_gone_and_may_be_removed_again(storage):
    stored(storage)
    storage.remove(DIGEST)
    storage.remove(DIGEST)
    with pytest.raises(MissingFile):
        storage.path(DIGEST)
    with pytest.raises(MissingFile):
        storage.remove("../" + DIGEST)


def test_only_old_leftovers_are_swept(storage):
    old, young = storage.new_temp(), storage.new_temp()
    folder = storage.root / "tmp" / "folder"
    (folder / "deep").mkdir(parents=True)
    for path in (old, folder):
        os.utime(path, (1, 1))
    assert storage.sweep_temp(3600) == 2
    assert not old.exists()
    assert not folder.exists()
    assert young.exists()
    young.unlink()


def test_a_lent_folder_is_private_and_disappears(storage):
    with storage.temp_folder() as folder:
        (folder / "clean.pdf").write_bytes(b"x")
        assert mode(folder) == 0o700
    assert not folder.exists()


def test_a_storage_url_names_a_folder(tmp_path):
    storage = storage_from_url(f"file://{tmp_path}/data%20files")
    assert isinstance(storage, FolderStorage)
    assert storage.root == tmp_path / "data files"


@pytest.mark.parametrize("url", ["s3://bucket/files", "file://host/files", "file:files", "/files", ""])
def test_other_storages_are_refused_clearly(url):
    with pytest.raises(
        UnsupportedStorage, match="not available yet" if url.startswith("s3") else "expected file"
    ):
        storage_from_url(url)
