"""What every files engine promises."""

import os
import threading
import uuid
from pathlib import Path

import pytest

from icons.adapters.files import open_files
from icons.core.ports import Files
from icons.domain.errors import SettingsError

from ..servers.s3 import s3_server  # noqa: F401 - a fixture

LARGE = bytes(range(256)) * 12_000  # about 3 MB: more than comes in one piece


@pytest.fixture(params=["file", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "s3":
        return open_files(request.getfixturevalue("s3_server").url(uuid.uuid4().hex))
    return open_files((tmp_path / "files").as_uri())


def test_what_is_put_is_read_back(files: Files) -> None:
    """Bytes come back as they were put, under a seekable reader."""
    files.put("ab/one.png", b"0123456789")
    with files.open("ab/one.png") as file:
        file.seek(4)
        assert file.read() == b"456789"


def test_a_large_file_is_read_from_anywhere(files: Files) -> None:
    """Its size, its end, a piece of its middle and all of it."""
    files.put("ab/large.png", LARGE)
    with files.open("ab/large.png") as file:
        assert file.seek(0, os.SEEK_END) == len(LARGE)
        file.seek(-10, os.SEEK_END)
        assert file.read() == LARGE[-10:]
        file.seek(1_500_001)
        assert file.read(1000) == LARGE[1_500_001:1_501_001]
        file.seek(0)
        assert file.read() == LARGE
        assert file.read(1) == b""


def test_an_empty_file_is_a_file(files: Files) -> None:
    """It exists, and reading it gives nothing."""
    files.put("ab/empty.txt", b"")
    assert files.exists("ab/empty.txt")
    with files.open("ab/empty.txt") as file:
        assert file.read() == b""


def test_a_second_put_replaces_the_first(files: Files) -> None:
    """A reader that was open keeps the old bytes; the next sees the new ones."""
    files.put("ab/one.png", b"old")
    with files.open("ab/one.png") as before:
        files.put("ab/one.png", b"new bytes")
        assert before.read() == b"old"
    with files.open("ab/one.png") as after:
        assert after.read() == b"new bytes"


def test_readers_never_see_half_a_file(files: Files) -> None:
    """While a file is rewritten again and again, each reading is one whole version."""
    versions = [bytes([letter]) * 200_000 for letter in b"ab"]
    files.put("x/y.bin", versions[0])
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.is_set():
            for version in versions:
                files.put("x/y.bin", version)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(200):
            with files.open("x/y.bin") as file:
                assert file.read() in versions
    finally:
        stop.set()
        writer.join()


def test_missing_names_and_double_deletes(files: Files) -> None:
    """An unknown name is FileNotFoundError; deleting it is no error."""
    with pytest.raises(FileNotFoundError):
        files.open("ab/none.png")
    assert not files.exists("ab/none.png")
    files.put("ab/one.png", b"1")
    files.delete("ab/one.png")
    files.delete("ab/one.png")
    assert not files.exists("ab/one.png")


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "a/../../b", "a//b", "", ".hidden", "a\0b", "A B"])
def test_names_that_are_not_ours_lead_nowhere(files: Files, name: str) -> None:
    """No name reaches outside of the folder or a hidden file in it."""
    with pytest.raises(FileNotFoundError):
        files.open(name)
    with pytest.raises(FileNotFoundError):
        files.put(name, b"x")


def test_nothing_is_left_behind_by_a_put(tmp_path: Path) -> None:
    """The temporary file has become the final one."""
    open_files((tmp_path / "files").as_uri()).put("ab/one.png", b"1")
    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == ["one.png"]


def test_an_unknown_engine_is_refused_with_a_sentence() -> None:
    """A STORAGE_URL that nothing serves stops the start."""
    with pytest.raises(SettingsError, match="write file:///"):
        open_files("ftp://example.com/files")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The sentence names the folder, not its whole path."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(SettingsError, match="The folder taken cannot be written"):
        open_files((tmp_path / "taken").as_uri())


def test_what_a_killed_process_was_writing_is_removed_later(tmp_path: Path) -> None:
    """An hour-old unfinished file goes at the next start; a fresh one may be somebody's work."""
    folder = tmp_path / "files"
    open_files(folder.as_uri())
    old, fresh = folder / ".unfinished" / "old", folder / ".unfinished" / "fresh"
    for file in (old, fresh):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    open_files(folder.as_uri())
    assert not old.exists()
    assert fresh.exists()
