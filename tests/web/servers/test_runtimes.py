"""Everything that lasts or waits, by real processes in each runtime."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import websocket

from ..live.hands import Hand
from .listening import Listener, polled
from .processes import Running, frames, running

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("servers")]

STREAMS = 300
ICONS, ROUNDS = 40, 100


def test_a_hundred_listeners_hear_the_same(server: Running) -> None:
    """Every event of a batch, in one order, without a gap or a repetition."""
    with ExitStack() as stack:
        crowd = [Listener(server.url, server.key) for _ in range(100)]
        for each in crowd:
            stack.callback(each.socket.shutdown)
        server.batch(20, "choir")
        heard = [each.until("batch_completed") for each in crowd]
    assert len(heard[0]) >= 21
    assert heard[0] == sorted(set(heard[0]))
    assert all(numbers == heard[0] for numbers in heard)


def test_a_slow_reader_gets_whole_frames(server: Running) -> None:
    """More than the kernel takes is sent to somebody who does not read for a while; then every message is whole."""
    first = Listener(server.url, server.key)
    batch_id = server.batch(ICONS, "patience")
    first.until("batch_completed")
    slow = flooded(server, batch_id)
    told = [name for name, _ in take_acknowledged(slow, 2 * ROUNDS)]
    first.socket.shutdown()
    slow.socket.shutdown()
    assert told.count("batch_completed") == ROUNDS
    assert told.count("job_completed") == ICONS * ROUNDS


def flooded(server: Running, batch_id: str) -> Listener:
    """A listener who has asked for a batch's story many times, and has not read what the server could send of it."""
    listener = Listener(server.url, server.key, small=True)
    for _ in range(ROUNDS):
        listener.ask("subscribe", batch_id=batch_id, after=0)
        listener.ask("unsubscribe", batch_id=batch_id)
    time.sleep(2)  # in which the server fills all there is
    return listener


def take_acknowledged(listener: Listener, count: int) -> Iterator[tuple[str, dict]]:
    """Messages up to so many acknowledgements, each of which is a good one."""
    for name, body in listener.messages():
        yield name, body
        if not name:
            assert body["ok"], body
            count -= 1
        if not count:
            return


def test_long_polling_works(server: Running) -> None:
    """A client without WebSockets is let in and hears of a batch."""
    with polled(server.url, server.key) as poll:
        server.batch(1, "poll")
        while "batch_completed" not in poll():
            pass


def test_a_caller_waits_for_its_icon(server: Running) -> None:
    """The web process, which does not draw, hears of the worker's result."""
    body = {"category": "waiting", "size": 64}
    answer = server.session().post(
        f"{server.url}/api/icons/generate", json=body, headers={"Prefer": "wait=60"}, timeout=90
    )
    assert (answer.status_code, answer.json()["success"]) == (200, True)


def test_requests_go_on_beside_three_hundred_streams(server: Running) -> None:
    """All streams hear the end of the same batch; meanwhile requests are answered."""
    slow = server.batch(300, "river", concurrency=1)
    with ExitStack() as stack:
        address = f"{server.url}/api/sse/batches/{slow}"
        session = server.session()
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=STREAMS))
        streams = [stack.enter_context(session.get(address, stream=True, timeout=60)) for _ in range(STREAMS)]
        assert {each.status_code for each in streams} == {200}
        assert all(server.session().get(f"{server.url}/health", timeout=10).ok for _ in range(20))
        server.session().post(f"{server.url}/api/icons/batch/{slow}/cancel", timeout=30)
        endings = [list(frames(each.iter_lines(1, decode_unicode=True)))[-1] for each in streams]
    assert {each["type"] for each in endings} == {"error"}


def test_a_worker_from_outside_is_let_in(server: Running) -> None:
    """Over `/ws`, beside Socket.IO."""
    hand = Hand(server.url)
    hand.introduce(server.key)
    hand.vanish()


@contextmanager
def provider() -> Iterator[str]:
    """Something that lists its models; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"data": [{"id": "one"}, {"id": "two"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            """Be silent."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/v1"
    http.shutdown()


def test_calls_to_the_outside_work_in_a_patched_process(tmp_path) -> None:
    """A connection test, whose client needs an event loop, and an import whose host does not exist."""
    with running(tmp_path, worker=False, WEB_RUNTIME="gevent", ALLOW_PRIVATE_BASE_URLS="true") as server:
        session = server.session()
        with provider() as address:
            profile = {"name": "mine", "provider": "openai-compatible", "baseUrl": address, "apiKey": "sk-test-123"}
            added = session.post(f"{server.url}/api/profiles", json=profile, timeout=30).json()
            tested = session.post(f"{server.url}/api/profiles/{added['id']}/test", timeout=60).json()
        assert tested["ok"], tested
        body = {"url": "http://nowhere.invalid/picture.png"}
        refused = session.post(f"{server.url}/api/images/import", json=body, timeout=60)
        assert (refused.status_code, refused.json()["code"]) == (502, "PROVIDER_FAILED")
        assert "sk-test-123" not in server.log.read_text()


def test_a_stop_closes_sockets_and_answers_what_is_asked(own_server: Running) -> None:
    """SIGTERM: everybody who listens is let go, who waits is answered, and the process ends well and in silence."""
    server = own_server
    batch = server.batch(1, "long")
    last = server.session().get(f"{server.url}/api/icons/batch/{batch}/result", timeout=30).json()["results"][-1]
    listeners = [Listener(server.url, server.key) for _ in range(10)]
    hand = Hand(server.url)
    hand.introduce(server.key)
    stream = server.session().get(f"{server.url}/api/sse/jobs/{last['job_id']}", stream=True, timeout=60)
    waiting = Waiting(server)
    waiting.begun()
    assert server.stop() == 0
    assert waiting.status == 202
    for each in listeners:
        hear_out(each)
    assert hand.closing_code() == 1001
    assert next(frames(stream.iter_lines(1, decode_unicode=True)))["type"] == "connected"
    assert "Traceback" not in server.log.read_text()


def test_a_stop_does_not_wait_for_who_does_not_read(own_server: Running) -> None:
    """Somebody who leaves the connection full is cut off, long before the 45 s in which peers may make room."""
    batch_id = own_server.batch(ICONS, "unread")
    own_server.session().post(f"{own_server.url}/api/icons/batch/{batch_id}/cancel", timeout=30)
    deaf = flooded(own_server, batch_id)
    assert own_server.stop(30) == 0
    assert "Traceback" not in own_server.log.read_text()
    deaf.socket.shutdown()


class Waiting(threading.Thread):
    """Asks for an icon and waits for it."""

    def __init__(self, server: Running) -> None:
        super().__init__(daemon=True)
        self._server, self._status = server, 0

    def begun(self) -> None:
        self.start()
        time.sleep(1)

    def run(self) -> None:
        body = {"category": "never drawn"}
        answer = self._server.session().post(
            f"{self._server.url}/api/icons/generate", json=body, headers={"Prefer": "wait=100"}, timeout=100
        )
        self._status = answer.status_code

    @property
    def status(self) -> int:
        self.join(30)
        return self._status


def hear_out(listener: Listener) -> None:
    """Until the server has ended the connection."""
    with suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
        for _ in listener.messages():
            pass
