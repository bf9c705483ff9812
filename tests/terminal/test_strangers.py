"""What a server logs about those whom it does not let in."""

import json
import signal
from pathlib import Path

import pytest
import requests
import socketio
import websocket

from ..conftest import eventually, free_port
from ..web.live.hands import Hand

SECRET = "isk_a-secret-of-somebody-else"
FORGED = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.Zm9yZ2VkLWZvcmdlZA"
FOREIGN = "https://elsewhere.example"


def knock_by_http(url: str) -> None:
    for headers in ({}, {"X-API-Key": SECRET}, {"Authorization": f"Bearer {FORGED}"}):
        assert requests.get(f"{url}/api/jobs", headers=headers, timeout=10).status_code == 401
    assert requests.get(f"{url}/api/sse/jobs/x?ticket={SECRET}", timeout=10).status_code == 401
    wrong = {"username": "admin", "password": SECRET}
    assert requests.post(f"{url}/api/auth/login", json=wrong, timeout=10).status_code == 401


def knock_by_socketio(url: str) -> None:
    for token in (None, SECRET, FORGED):
        client = socketio.Client(reconnection=False)
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(url, auth={"token": token}, transports=["websocket"], wait_timeout=10)
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(f"ws{url[4:]}/socket.io/?EIO=4&transport=websocket", origin=FOREIGN, timeout=10)
    for query in ("EIO=3&transport=polling", f"EIO=4&transport=websocket&sid={SECRET}%0Aaction", "transport=x"):
        assert requests.get(f"{url}/socket.io/?{query}", timeout=10).status_code == 400
    greeting = requests.get(f"{url}/socket.io/?EIO=4&transport=polling", timeout=10).text
    session = f"{url}/socket.io/?EIO=4&transport=polling&sid={json.loads(greeting[1:])['sid']}"
    assert requests.post(session, data="4x\x1e" * 100, timeout=10).status_code in (200, 400)


def knock_as_worker(url: str) -> None:
    for metadata in ({}, {"token": SECRET}):
        hand = Hand(url, f"/ws?ticket={SECRET}")
        hand.hear("authentication_required")
        hand.say("authenticate", extensionId="stranger", metadata=metadata)
        assert hand.closing_code() == 4401
    with pytest.raises(websocket.WebSocketBadStatusException):
        Hand(url, origin=FOREIGN)
    assert requests.get(f"{url}/ws", timeout=10).status_code == 426


@pytest.mark.parametrize("runtime", ["threads", "gevent", "eventlet"])
def test_who_is_not_let_in_is_no_error_of_the_house(start, tmp_path: Path, runtime: str) -> None:
    """Strangers at every door leave no line above WARNING, no traceback, and nothing of their secrets."""
    port = free_port()
    settings = {"STORAGE_DIR": str(tmp_path), "PORT": str(port), "WEB_RUNTIME": runtime, "LOG_FORMAT": "json"}
    process = start("serve", **settings, LOG_LEVEL="INFO", PYTHONWARNINGS="ignore", RATELIMIT_ENABLED="false")
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: answers(url), 60)
        for knock in (knock_by_http, knock_by_socketio, knock_as_worker):
            knock(url)
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    lines = [json.loads(line) for line in log.splitlines()]  # nothing is written past the log's format
    assert any(line.get("status") == 401 for line in lines)
    assert [line for line in lines if line["level"] not in ("info", "warning")] == []
    for secret in (SECRET, FORGED, SECRET[4:]):
        assert secret not in log


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/ready", timeout=2).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False
