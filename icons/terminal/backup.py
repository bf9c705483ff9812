"""`backup` and `restore`: the embedded house as a folder, taken while it works."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from icons.domain.errors import StudioError
from icons.terminal.opening import Opening, Places

_DATABASE: Final = "icons.db"
_FILES: Final = "files"
_KEPT: Final = ("secrets", "templates")  # of the storage folder; without the secrets, sealed keys stay sealed
_UNFINISHED: Final = ".unfinished"  # what the files' own writer has not finished
_WRITE_AHEAD: Final = ("-wal", "-shm")


def commands(opening: Opening) -> list[click.Command]:
    """`backup` and `restore`."""

    @click.command("backup")
    @click.argument("folder", type=click.Path(path_type=Path))
    def backup(folder: Path) -> None:
        """Copy database, files, templates and secrets into a new FOLDER. The service may go on working.

        On the same disk files are linked rather than copied: they never change. Whoever has the folder can read
        everything in it.
        """
        count = _take(opening.places, folder)
        click.echo(f"{folder} holds the database and {count} files.")

    @click.command("restore")
    @click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
    def restore(folder: Path) -> None:
        """Put what `backup` has written to FOLDER in the place of a house that is not there any more."""
        _put_back(opening.places, folder)
        house = opening.house()
        try:
            missing = sum(1 for _ in house.gallery.missing())
        finally:
            house.close()
        if missing:
            raise StudioError(f"Restored, but {missing} image files are not in the backup.")
        click.echo("Restored; every image has its file. Start the service.")

    return [backup, restore]


def _take(places: Places, folder: Path) -> int:
    """How many files there are in the new backup.

    Files first: what is purged afterwards is there already. Then the database. Then the files that have come
    meanwhile: the database may name them.
    """
    database, files = _embedded(places)
    if folder.exists():
        raise StudioError(f"{folder} exists. Name a new folder for each backup.")
    growing = folder.with_name(f"{folder.name}.unfinished")
    growing.mkdir(parents=True, mode=0o700)
    try:
        count = _link(files, growing / _FILES)
        _copy_database(database, growing / _DATABASE)
        count += _link(files, growing / _FILES)
        for name in _KEPT:
            if (places.storage / name).is_dir():
                shutil.copytree(places.storage / name, growing / name)
        growing.rename(folder)
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise
    return count


def _put_back(places: Places, folder: Path) -> None:
    database, files = _embedded(places)
    if not (folder / _DATABASE).is_file():
        raise StudioError(f"{folder} is no backup: it holds no {_DATABASE}.")
    if database.exists():
        raise StudioError(f"{database.name} is there already. Stop the service and move its storage folder away first.")
    for rest in _WRITE_AHEAD:  # of a database that is gone; it would be replayed into this one
        database.with_name(database.name + rest).unlink(missing_ok=True)
    _link(folder / _FILES, files)
    for name in _KEPT:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, places.storage / name, dirs_exist_ok=True)
    database.parent.mkdir(parents=True, exist_ok=True)
    _copy_database(folder / _DATABASE, database)


def _embedded(places: Places) -> tuple[Path, Path]:
    """Database and files; StudioError when others look after them."""
    if places.database is None or places.files is None:
        raise StudioError(
            "Only SQLite and files on this disk are backed up here. A fleet's PostgreSQL and S3 have means of "
            "their own: see docs/how-to/backup.md."
        )
    return places.database, places.files


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy, whoever writes meanwhile: https://sqlite.org/backup.html."""
    try:
        with closing(sqlite3.connect(source)) as present, closing(sqlite3.connect(target)) as copy:
            present.backup(copy)
    except sqlite3.Error as error:
        raise StudioError(f"The database cannot be copied: {error}.") from error
    target.chmod(0o600)


def _link(source: Path, target: Path) -> int:
    """Have all files of a folder in another, too; how many were not there yet."""
    count = 0
    for folder, below, names in os.walk(source):
        below[:] = [each for each in below if each != _UNFINISHED]
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for name in names:
            count += _link_one(Path(folder, name), there / name)
    return count


def _link_one(source: Path, target: Path) -> bool:
    """Whether there is a new file. One that has been deleted meanwhile is left out: no row names it any more."""
    try:
        os.link(source, target)
    except (FileExistsError, FileNotFoundError):
        return False
    except OSError:  # another disk, or one that knows no links
        if target.exists():
            return False
        shutil.copy2(source, target)
    return True
