"""Many streams at once on the server that users start."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from tests.conftest import eventually, free_port

ROOT = Path(__file__).parents[3]
STREAMS = 300  # `WebSettings.max_streams`


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """`serve` in a process of its own: its port and the operator's key."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "STORAGE_DIR": str(tmp_path), "PORT": str(port), "LOG_LEVEL": "WARNING"}
    options = {"RATELIMIT_ENABLED": "false", "DRAW_PROCESSES": "1"}
    process = subprocess.Popen(
        [sys.executable, ROOT / "app.py", "serve"],
        cwd=tmp_path,
        env={**environment, **options},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: healthy(port), 60)
        yield port, (tmp_path / "secrets" / "operator.key").read_text().strip()
    finally:
        process.terminate()
        process.wait(40)


def healthy(port: int) -> bool:
    with suppress(requests.RequestException):
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
    return False


def opened(port: int, path: str, key: str) -> socket.socket:
    """A stream, up to its first event."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n".encode())
    heard = b""
    while b"connected" not in heard:
        piece = connection.recv(4096)
        assert piece, heard
        heard += piece
    return connection


def heard_out(connection: socket.socket) -> str:
    """What comes until the answer's last chunk."""
    heard = b""
    while b"\r\n0\r\n\r\n" not in heard:
        piece = connection.recv(4096)
        assert piece, heard
        heard += piece
    return heard.decode()


def test_requests_go_on_beside_three_hundred_streams(served: tuple[int, str]) -> None:
    """With every place taken, requests are answered and one stream more is refused; all hear the end."""
    port, key = served
    url, session = f"http://127.0.0.1:{port}", requests.Session()
    session.headers["X-API-Key"] = key
    body = {"categories": [f"thing {number}" for number in range(900)], "concurrency": 1}
    batch_id = session.post(f"{url}/api/icons/generate/batch", json=body, timeout=30).json()["batch_id"]
    last = session.get(f"{url}/api/icons/batch/{batch_id}/result", timeout=30).json()["results"][-1]["job_id"]
    path = f"/api/sse/jobs/{last}"
    with ExitStack() as stack:
        streams = [stack.enter_context(opened(port, path, key)) for _ in range(STREAMS)]
        full = session.get(url + path, timeout=30)
        assert (full.status_code, full.json()["code"]) == (503, "NO_CAPACITY")
        for _ in range(30):
            assert session.get(f"{url}/api/queue/stats", timeout=30).json()["total"] == 900
        assert session.delete(f"{url}/api/jobs/{last}/cancel", timeout=30).json()["status"] == "cancelled"
        endings = [heard_out(stream) for stream in streams]
    assert all(json.dumps("JOB_CANCELLED") in ending for ending in endings)
    session.post(f"{url}/api/icons/batch/{batch_id}/cancel", timeout=30)
