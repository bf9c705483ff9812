"""Backups of the embedded house: complete though it works meanwhile, restored to what it was, never over another."""

import shutil
import threading

import pytest

from icons.core.service import Context
from icons.domain.requests import BatchRequest, IconRequest
from icons.terminal.backup import _link


@pytest.fixture
def kept(run, folder):
    """A house of two icons; its storage folder."""
    shutil.rmtree(folder / "storage", ignore_errors=True)
    assert run("generate", "tools", "-n", "2", "--size", "64").returncode == 0
    return folder / "storage"


def pictures(storage):
    return {path.name: path.read_bytes() for path in storage.glob("files/*/*.png")}


def test_what_is_lost_comes_back(run, folder, kept):
    """Database, files and the secrets that open sealed keys; the administrator's key still works."""
    before, secrets = pictures(kept), {path.name: path.read_bytes() for path in kept.glob("secrets/*")}
    taken = run("backup", "monday")
    assert taken.returncode == 0, taken.stderr
    shutil.rmtree(kept)
    done = run("restore", "monday")
    assert done.returncode == 0, done.stderr
    assert pictures(kept) == before
    assert {path.name: path.read_bytes() for path in kept.glob("secrets/*")} == secrets
    deep = run("doctor", "--deep", PORT="35602")
    assert deep.returncode == 0, deep.stdout
    assert "1 accounts" in deep.stdout
    again = run("generate", "tools", "-n", "2", "--size", "64")
    assert again.returncode == 0
    assert pictures(kept) == before, "what was remembered was drawn again"
    shutil.rmtree(folder / "monday")


def test_a_backup_is_for_nobody_elses_eyes(run, folder, kept):
    """It holds the keys of everything."""
    done = run("backup", "private")
    assert done.returncode == 0, done.stderr
    assert (folder / "private").stat().st_mode & 0o077 == 0
    assert (folder / "private" / "icons.db").stat().st_mode & 0o077 == 0
    shutil.rmtree(folder / "private")


def test_nothing_is_overwritten(run, folder, kept):
    """Neither an earlier backup nor a house that is there."""
    assert run("backup", "first").returncode == 0
    again = run("backup", "first")
    assert (again.returncode, "exists" in again.stderr) == (1, True)
    over = run("restore", "first")
    assert (over.returncode, "there already" in over.stderr) == (1, True)
    none = run("restore", "storage/files")
    assert (none.returncode, "is no backup" in none.stderr) == (1, True)
    shutil.rmtree(folder / "first")


def test_a_missing_file_is_noticed(run, kept):
    """By `doctor --deep`, with how many and what to do."""
    next(kept.glob("files/*/*.png")).unlink()
    done = run("doctor", "--deep", PORT="35602")
    assert done.returncode == 1
    assert "1 images have rows but no files" in done.stdout


def test_a_fleet_is_told_where_to_look(run):
    """Its database and files are a server's."""
    done = run("backup", "anywhere", STORAGE_URL="s3://bucket")
    assert done.returncode == 1
    assert "docs/how-to/backup.md" in done.stderr


def test_files_are_linked_where_that_is_possible(tmp_path):
    """A backup on the same disk takes no space for them; what the writer has not finished is left out."""
    (tmp_path / "files/ab").mkdir(parents=True)
    (tmp_path / "files/.unfinished").mkdir()
    (tmp_path / "files/ab/one.png").write_bytes(b"one")
    (tmp_path / "files/.unfinished/tmp1").write_bytes(b"half")
    assert _link(tmp_path / "files", tmp_path / "copy") == 1
    assert (tmp_path / "copy/ab/one.png").samefile(tmp_path / "files/ab/one.png")
    assert not (tmp_path / "copy/.unfinished").exists()
    assert _link(tmp_path / "files", tmp_path / "copy") == 0


def test_a_backup_of_a_house_at_work_is_whole(new_studio, run, folder):
    """Every image that its database names is in it, however many come while it is taken."""
    shutil.rmtree(folder / "storage", ignore_errors=True)
    studio = new_studio(folder="busy")
    icons = BatchRequest(tuple(f"thing {n}" for n in range(40)), shared=IconRequest("", size=32), concurrency=4)
    batch = studio.service.submit_batch(studio.caller(), icons, Context())
    busy = {"STORAGE_DIR": str(studio.settings.storage_dir)}
    taken = []
    working = threading.Thread(target=lambda: taken.append(run("backup", "busy", **busy)))
    working.start()
    studio.service.wait_batch(studio.caller(), batch.id, 60)
    working.join()
    assert taken[0].returncode == 0, taken[0].stderr
    done = run("restore", "busy")
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder / "busy")
