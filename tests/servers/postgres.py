"""A real PostgreSQL for the tests: one server for each test process, a fresh database for each test that asks."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from icons.adapters.store import open_store

from ..conftest import free_port

USER, PASSWORD = "icons", "correct/horse@battery"
_TEMPLATE = "migrated"
_SPEED = ("fsync=off", "full_page_writes=off", "max_connections=200")


class PostgresServer:
    """A server on a socket (no password) and a port (with one), its data in a folder that goes with it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self.port = free_port()
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            for path in (self._folder, secret):
                shutil.chown(path, "postgres")
        self._run(
            *("initdb", "-D", self._data, "-U", USER, "--pwfile", secret, "--no-sync"),
            *("--auth-local=trust", "--auth-host=scram-sha-256", "--locale=C.UTF-8", "--encoding=UTF8"),
        )

        # Ends the server also when the test process is killed: the pipe then closes.
        ending = 'read _; "$0" stop -D "$1/data" -m immediate; rm -rf "$1"'
        self._end = subprocess.Popen(
            _as_server("sh", "-c", ending, program("pg_ctl"), self._folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start(self) -> None:
        """Returns once it answers."""
        told = [f"-c {each}" for each in (*_SPEED, f"port={self.port}", "listen_addresses=127.0.0.1")]
        options = " ".join([*told, f"-c unix_socket_directories={self._folder}"])
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", self._folder / "log", "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """``fast``: open transactions are rolled back; ``immediate``: as if the machine had failed."""
        self._run("pg_ctl", "stop", "-w", "-D", self._data, "-m", mode)

    def restart(self, mode: str) -> None:
        """Off and on again."""
        self.stop(mode)
        self.start()

    def remove(self) -> None:
        """Stop it and delete its data."""
        self._end.communicate()

    def url(self, database: str) -> str:
        """The address by the socket."""
        return f"postgresql://{USER}@/{database}?host={self._folder}&port={self.port}"

    def url_by_port(self, database: str, user: str = USER, password: str = PASSWORD) -> str:
        """The address by the port; it takes the password."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """A new database's name."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement, outside a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, name: str, *arguments: object) -> None:
        command = _as_server(program(name), *arguments)
        # No pipes: the server would keep them open.
        with (self._folder / "output").open("w+") as output:
            ended = subprocess.run(command, stdout=output, stderr=output, timeout=60, cwd=self._folder)
            output.seek(0)
            assert ended.returncode == 0, output.read()


def _as_server(*command: object) -> list[str]:
    """The command as the user that a server runs as: it refuses to be root's."""
    return [*(["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []), *map(str, command)]


def program(name: str) -> str:
    """Its path: Debian keeps the server's programs out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    assert found, f"{name} is missing: install PostgreSQL (on Debian: apt-get install postgresql)"
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of this test process, with a migrated database to clone."""
    server = PostgresServer()
    server.start()
    server.execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
    open_store(server.url(_TEMPLATE)).close()
    yield server
    server.remove()


@pytest.fixture
def new_database(postgres: PostgresServer) -> Iterator[Callable[..., str]]:
    """Makes a database of the test's own and answers its URL; migrated unless ``empty``."""
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        made.append(postgres.create("template0" if empty else _TEMPLATE))
        return postgres.url(made[-1])

    yield make
    for name in made:
        postgres.drop(name)
