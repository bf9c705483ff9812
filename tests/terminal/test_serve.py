"""`serve` as a user starts it: greeting, the pasted line, second starts, stops."""

import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
import requests

from ..conftest import eventually, free_port
from ..servers.postgres import new_database, postgres  # noqa: F401 - fixtures


@pytest.fixture
def served(start, tmp_path: Path):
    """Starts `serve` on a fresh storage; gives the process, its address and what it printed so far."""
    started = []

    def serve(storage: Path = tmp_path / "storage", **environment: str):
        port = free_port()
        process = start("serve", STORAGE_DIR=str(storage), PORT=str(port), LOG_LEVEL="WARNING", **environment)
        started.append(process)
        greeting = ""
        while "Stop with" not in greeting:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            greeting += line
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(url), 30)
        return process, url, greeting

    yield serve
    for process in started:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/ready", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


def test_the_pasted_line_draws_an_icon(served, folder: Path) -> None:
    """The curl line of the greeting works as it stands."""
    _, _, greeting = served()
    line = re.search(r"curl .*?\}'", greeting, re.DOTALL)
    assert line
    done = subprocess.run(["bash", "-c", line[0] + " --silent"], capture_output=True, text=True, cwd=folder, check=True)
    assert '"success":true' in done.stdout.replace(" ", "")


def test_the_password_is_printed_once_and_works(served, tmp_path: Path) -> None:
    """The first start shows it, the second does not; it logs in both times."""
    process, url, greeting = served()
    password = re.search(r"password (\S+)", greeting)
    assert password
    credentials = {"username": "admin", "password": password[1]}
    assert requests.post(f"{url}/api/auth/login", json=credentials, timeout=10).status_code == 200
    process.terminate()
    process.wait(30)
    _, url, greeting = served()
    assert "shown once" not in greeting
    assert requests.post(f"{url}/api/auth/login", json=credentials, timeout=10).status_code == 200


def test_on_a_shared_database_keys_are_made_by_hand(served, run, new_database, tmp_path: Path) -> None:  # noqa: F811
    """Two servers with empty folders leave no key behind; `keys add`, which the greeting names, makes one."""
    database = new_database()
    for folder in ("one", "two"):
        _, url, greeting = served(tmp_path / folder, DATABASE_URL=database)
        assert not (tmp_path / folder / "secrets" / "operator.key").exists()
    assert "python app.py keys add NAME" in greeting
    made = run("keys", "add", "mine", STORAGE_DIR=str(tmp_path / "three"), DATABASE_URL=database)
    headers = {"X-API-Key": made.stdout.strip()}
    keys = requests.get(f"{url}/api/auth/keys", headers=headers, timeout=10).json()["keys"]
    assert [key["name"] for key in keys] == ["mine"]


def test_tokens_survive_a_restart(served) -> None:
    """The signing key is kept: a token of the first start opens the second."""
    process, url, _ = served(ADMIN_PASSWORD="a password of mine")
    credentials = {"username": "admin", "password": "a password of mine"}
    token = requests.post(f"{url}/api/auth/login", json=credentials, timeout=10).json()["access_token"]
    process.terminate()
    process.wait(30)
    _, url, _ = served(ADMIN_PASSWORD="a password of mine")
    me = requests.get(f"{url}/api/auth/me", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert me.status_code == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_is_asked_for(served, tmp_path: Path, how: signal.Signals) -> None:
    """A request in flight is answered, the process ends by itself, and the next start has the batch."""
    process, url, _ = served()
    key = (tmp_path / "storage" / "secrets" / "operator.key").read_text().strip()
    headers = {"X-API-Key": key}
    body = {"categories": [f"thing {number}" for number in range(30)], "size": 256}
    batch = requests.post(f"{url}/api/icons/generate/batch", json=body, headers=headers, timeout=10).json()
    process.send_signal(how)
    started = time.monotonic()
    assert process.wait(40) == 0
    assert time.monotonic() - started < 30
    assert "Traceback" not in process.stderr.read()
    _, url, _ = served()
    address = f"{url}/api/icons/batch/{batch['batch_id']}/status"
    eventually(lambda: requests.get(address, headers=headers, timeout=10).json()["status"] == "completed", 60)


def test_no_process_outlives_a_kill(served) -> None:
    """After kill -9 of the whole server's parent nothing of it is left within seconds."""
    process, url, _ = served()
    assert answers(url)
    process.kill()
    process.wait()
    eventually(lambda: not answers(url), 20)


def test_a_taken_port_is_a_sentence(served, start) -> None:
    """The second server on the same port says which setting to change."""
    _, url, _ = served()
    second = start("serve", STORAGE_DIR="elsewhere", PORT=url.rsplit(":", 1)[1])
    _, err = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "set HOST and PORT" in err
    assert "Traceback" not in err
