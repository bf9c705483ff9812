"""Processes that start at once on an empty database."""

import multiprocessing
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from app import build_house, build_opening
from icons.domain.access import Role
from icons.terminal.opening import ADMIN, welcome

from ..conftest import embedded
from ..servers.postgres import new_database, postgres  # noqa: F401 - fixtures

PROCESSES = 3


def first_start(folder: Path, database: str, begin: Barrier, told: SimpleQueue) -> None:
    """One process: it migrates together with the others, and greets together with them; tells its password."""
    settings = embedded(folder, database_url=database, admin_password="")
    begin.wait(60)
    house = build_house(settings)
    begin.wait(60)
    told.put(welcome(house, build_opening(settings)).password)
    house.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty one."""
    if request.param == "postgresql":
        return request.getfixturevalue("new_database")(empty=True)
    return f"sqlite:///{tmp_path}/icons.db"


def test_first_starts_at_once_make_one_administrator(database: str, tmp_path: Path) -> None:
    """All of them go on, one of them made the account, and only that one knows the password, which logs in."""
    spawn = multiprocessing.get_context("spawn")  # no process has anything of another
    begin, told = spawn.Barrier(PROCESSES), spawn.SimpleQueue()
    started = [
        spawn.Process(target=first_start, args=(tmp_path / str(number), database, begin, told))
        for number in range(PROCESSES)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [process.exitcode for process in started] == [0] * PROCESSES
    (password,) = (word for word in (told.get() for _ in started) if word)
    house = build_house(embedded(tmp_path / "later", database_url=database))
    try:
        (admin,) = house.accounts.all()
        assert (admin.subject, admin.role) == (ADMIN, Role.ADMIN)
        assert house.accounts.login(ADMIN, password) == admin
    finally:
        house.close()
