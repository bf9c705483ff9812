"""The fleet's backup as docs/how-to/backup.md describes it: dumped, destroyed, restored, looked through."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.drawn import complete_all, submit

from ..conftest import Studio, free_port
from ..servers.postgres import PostgresServer, new_database, postgres, program  # noqa: F401 - fixtures
from ..servers.s3 import KEY, SECRET, S3Server, s3_server  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]


@pytest.fixture
def studio(new_studio, new_database, s3_server) -> Studio:  # noqa: F811
    """A house whose rows are in PostgreSQL and whose files are in S3."""
    return new_studio(work=False, database_url=new_database(), storage_url=s3_server.url("backup"))


def doctor(studio: Studio, database: str) -> subprocess.CompletedProcess:
    environment = {
        "PATH": "/usr/bin:/bin",
        "STORAGE_DIR": str(studio.settings.storage_dir),
        "DATABASE_URL": database,
        "STORAGE_URL": studio.settings.storage_url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "PORT": str(free_port()),
    }
    command = [sys.executable, ROOT / "app.py", "doctor", "--deep"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)


def test_a_dump_brings_the_database_back(
    studio: Studio,
    postgres: PostgresServer,  # noqa: F811
    s3_server: S3Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Every image has its file afterwards; when one is gone `doctor --deep` says so."""
    batch_id = submit(studio, "pens", "tools", "plants").id
    complete_all(studio)
    before = studio.service.jobs_of(studio.caller(), batch_id)
    database, dump = studio.settings.database_url, tmp_path / "icons.dump"
    name = database.partition("?")[0].rpartition("/")[2]
    subprocess.run([program("pg_dump"), "--format=custom", f"--file={dump}", database], check=True, timeout=60)
    postgres.drop(name)
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    restore = [program("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={database}", dump]
    subprocess.run(restore, check=True, timeout=60)
    done = doctor(studio, database)
    assert done.returncode == 0, done.stdout + done.stderr
    assert studio.service.jobs_of(studio.caller(), batch_id) == before
    (lost,) = studio.house.engines.store.images.blobs("", 1)
    s3_server.client.delete_object(Bucket="icons", Key=f"backup/{lost}")
    assert "1 images have rows but no files" in doctor(studio, database).stdout
