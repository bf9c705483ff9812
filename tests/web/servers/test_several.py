"""Several processes behind one port: whichever is asked, everybody hears everything."""

import pytest
import requests

from .listening import Listener
from .processes import RUNTIMES, Running, running

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("servers")]


@pytest.fixture(scope="module", params=RUNTIMES)
def server(request, tmp_path_factory):
    """Two processes in each runtime."""
    folder = tmp_path_factory.mktemp(request.param)
    with running(folder, WEB_RUNTIME=request.param, WEB_WORKERS="2") as server:
        yield server


def test_listeners_of_both_processes_hear_the_same(server: Running) -> None:
    """Without a message queue between them: each reads the same event log."""
    crowd = [Listener(server.url, server.key) for _ in range(20)]
    server.batch(10, "both")
    heard = [each.until("batch_completed") for each in crowd]
    assert all(numbers == heard[0] for numbers in heard)
    assert heard[0] == sorted(set(heard[0]))
    for each in crowd:
        each.socket.shutdown()


def test_polling_is_not_offered(server: Running) -> None:
    """It would fail now and then; clients are told at once, and use a WebSocket."""
    answer = requests.get(f"{server.url}/socket.io/?EIO=4&transport=polling", timeout=10)
    assert answer.status_code == 400


def test_waiting_callers_are_answered_by_either_process(server: Running) -> None:
    """Ten requests on connections of their own."""
    for number in range(10):
        body = {"category": f"either {number}", "size": 64}
        headers = {"Prefer": "wait=60", "Connection": "close"}
        answer = server.session().post(f"{server.url}/api/icons/generate", json=body, headers=headers, timeout=90)
        assert answer.status_code == 200


def test_it_stops_as_a_whole(server: Running) -> None:
    """Both processes end, and nothing is complained about."""
    crowd = [Listener(server.url, server.key) for _ in range(6)]
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()
    for each in crowd:
        each.socket.shutdown()
