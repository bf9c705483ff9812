"""Socket.IO: every event of one's own account, once, in order, over any number of reconnections."""

import contextlib
import json
import random
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import requests
import socketio
import websocket
from flask import Flask

from icons.core import metrics
from icons.web.auth import Gate
from icons.web.live import feed
from icons.web.live.guard import GuardedSocket
from icons.web.live.socketio import attach
from icons.web.parts import WebParts
from icons.web.settings import TokenSettings, WebSettings
from icons.web.signing import ImageSigner
from tests.conftest import Server, eventually, log_in
from tests.web.drawn import claim, complete, complete_all, fail, idle_studio, served, submit

NAMES = ("batch_progress", "job_output", "job_completed", "batch_completed")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house")) as studio:
        yield studio


@pytest.fixture(scope="module")
def server(house):
    with served(house.web.app) as url:
        yield Server(url, house, log_in(url, "ada"), log_in(url, "admin"))


@dataclass
class Ear:
    """A connected client and what it has heard."""

    client: socketio.Client
    heard: list[tuple[str, dict]] = field(default_factory=list)

    @property
    def seqs(self):
        return [body["seq"] for _, body in self.heard]

    def call(self, name, *payload):
        return self.client.call(name, *payload, timeout=10)

    def barrier(self):
        """Everything that was sent before has been heard after this."""
        self.call("subscribe", {})


def connect(url, secret, **auth):
    ear = Ear(socketio.Client(reconnection=False))
    for name in NAMES:
        ear.client.on(name, lambda body, name=name: ear.heard.append((name, body)))
    ear.client.connect(url, auth={"token": secret, **auth}, transports=["websocket"], wait_timeout=10)
    return ear


@contextmanager
def listening(url, secret, **auth):
    ear = connect(url, secret, **auth)
    try:
        yield ear
    finally:
        ear.client.disconnect()


@pytest.fixture
def ear(server):
    """Ada's client, from now on."""
    with listening(server.url, server.token) as ear:
        yield ear


@contextmanager
def own_server(studio, check_seconds=20.0, **settings):
    """A Socket.IO face of the test's own: its base URL and the face."""
    app = Flask("live")
    known = WebSettings(TokenSettings("a secret of at least thirty-two bytes"), **settings)
    signer = ImageSigner(known.tokens.secret.encode(), known.image_url_ttl)
    gate = Gate(studio.accounts, known)
    parts = WebParts(studio.service, studio.accounts, studio.gallery, studio.tail, gate, signer, known, dict)
    live = attach(app, parts, check_seconds)
    with served(app) as url:
        yield url, live
        live.close()


def raw_socket(url, **options):
    """A WebSocket without a client's help, behind Engine.IO's greeting."""
    peer = websocket.create_connection(f"ws{url[4:]}/socket.io/?EIO=4&transport=websocket", timeout=10, **options)
    assert peer.recv().startswith("0{")
    return peer


def log_of(studio, after=0, **topic):
    """What the event log holds for Ada."""
    events = []
    while page := studio.service.events(studio.caller(), after, 500, **topic):
        events += page
        after = page[-1].seq
    return [event.seq for event in events]


def idle(studio):
    """The tail has handed out everything."""
    eventually(lambda: studio.tail.position == studio.house.engines.store.events.last_seq())
    return studio.tail.position


def refusal(url, auth):
    client = socketio.Client(reconnection=False)
    errors = []
    client.on("connect_error", errors.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(url, auth=auth, transports=["websocket"], wait_timeout=10)
    return errors[0]


# Coming in


@pytest.mark.parametrize(
    "auth", [None, {}, {"token": ""}, {"token": 7}, {"token": "x"}, {"token": "é\ud800"}, "text", []]
)
def test_without_a_valid_credential_nobody_connects(server, auth):
    """One refusal for all: it does not tell what is wrong."""
    assert refusal(server.url, auth)["data"]["code"] in {"UNAUTHORIZED", "INVALID_REQUEST"}
    assert refusal(server.url, {"token": "isk_unknown"}) == refusal(server.url, {"token": "a.b.c"})


def test_a_key_opens_as_well_as_a_token(server):
    """Both lead to the same account."""
    with listening(server.url, server.studio.key()) as ear:
        batch = submit(server.studio, "by key")
        assert ear.call("subscribe", {"batch_id": batch.id})["ok"]
    complete_all(server.studio)


def test_a_malformed_position_is_refused(server):
    """`after` is a whole number."""
    for after in (-1, "7", 1.5, True, [1]):
        assert refusal(server.url, {"token": server.token, "after": after})["data"]["code"] == "INVALID_REQUEST"


# Live events


def test_a_batch_is_told_from_its_start_to_its_end(server, ear):
    """Every event of the log comes once and in order, and the last one says that the batch has ended."""
    start = idle(server.studio)
    batch = submit(server.studio, "tools", "music")
    complete_all(server.studio)
    eventually(lambda: ear.heard and ear.heard[-1][0] == "batch_completed")
    assert ear.seqs == log_of(server.studio, start)
    body = ear.heard[-1][1]
    assert (body["batch_id"], body["status"], body["progress"]) == (batch.id, "completed", 100)


def test_a_completed_job_brings_an_address_that_works(server, ear):
    """The image can be fetched at once, without a header."""
    submit(server.studio, "tools")
    image = complete(server.studio, claim(server.studio))
    body = eventually(lambda: [body for name, body in ear.heard if name == "job_completed"])[0]
    assert body["status"] == "completed"
    answer = requests.get(server.url + body["images"][0]["image_url"], timeout=10)
    assert (answer.status_code, len(answer.content)) == (200, image.size)


def test_a_failed_job_brings_its_error(server, ear):
    """Instead of images."""
    batch = submit(server.studio, "refused")
    fail(server.studio, claim(server.studio))
    body = eventually(lambda: [body for name, body in ear.heard if name == "job_completed"])[0]
    assert (body["batch_id"], body["status"], body["images"]) == (batch.id, "failed", [])
    assert body["error"]["code"] == "PROVIDER_REFUSED"


def test_accounts_hear_nothing_of_each_other(server, ear):
    """Each of two accounts hears its own batch only, and cannot subscribe to the other's."""
    with listening(server.url, server.admin_token) as other:
        mine = submit(server.studio, "mine")
        theirs = submit(server.studio, "theirs", account=server.studio.admin)
        complete_all(server.studio)
        for each, own, foreign in ((ear, mine, theirs), (other, theirs, mine)):
            eventually(lambda each=each: any(name == "batch_completed" for name, _ in each.heard))
            assert {body["batch_id"] for _, body in each.heard} == {own.id}
            unknown = each.call("subscribe", {"batch_id": UNKNOWN, "after": 0})
            assert each.call("subscribe", {"batch_id": foreign.id, "after": 0}) == unknown
            assert unknown["error"]["code"] == "BATCH_NOT_FOUND"


# Subscribing


def test_subscribing_answers_with_the_status(server, ear):
    """The batch's or job's status body, and the number up to which events are in it."""
    batch = submit(server.studio, "tools")
    position = idle(server.studio)
    answer = ear.call("subscribe", {"batch_id": batch.id})
    assert (answer["ok"], answer["seq"]) == (True, position)
    assert (answer["status"]["batch_id"], answer["status"]["total"]) == (batch.id, 1)
    job = server.studio.service.jobs_of(server.studio.caller(), batch.id)[0]
    complete_all(server.studio)
    answer = ear.call("subscribe", {"job_id": job.id})
    assert (answer["status"]["job_id"], answer["status"]["status"]) == (job.id, "completed")
    assert answer["status"]["result"]["image_url"].startswith("/api/images/")
    assert ear.call("unsubscribe", {"job_id": job.id}) == {"ok": True}


def test_missed_events_of_a_batch_are_replayed_once(server):
    """With `after`; neither a second subscription nor one to its jobs repeats any of them."""
    batch = submit(server.studio, "tools", "music")
    complete_all(server.studio)
    idle(server.studio)
    log = log_of(server.studio, batch_id=batch.id)
    jobs = server.studio.service.jobs_of(server.studio.caller(), batch.id)
    with listening(server.url, server.token) as ear:
        ear.call("subscribe", {"job_id": jobs[0].id, "after": 0})
        of_job = log_of(server.studio, job_id=jobs[0].id)
        assert ear.seqs == of_job
        ear.call("subscribe", {"batch_id": batch.id, "after": log[2]})
        assert sorted(ear.seqs) == sorted({*of_job, *log[3:]})
        ear.call("subscribe", {"batch_id": batch.id, "after": 0})
        assert sorted(ear.seqs) == log
        for again in ({"batch_id": batch.id}, {"job_id": jobs[0].id}, {"job_id": jobs[1].id}):
            ear.call("subscribe", {**again, "after": 0})
        assert sorted(ear.seqs) == log
        ear.call("unsubscribe", {"batch_id": batch.id})
        ear.call("unsubscribe", {"job_id": jobs[0].id})
        ear.call("unsubscribe", {"job_id": jobs[1].id})
        ear.call("subscribe", {"batch_id": batch.id, "after": log[-3]})
        assert ear.seqs[-2:] == log[-2:]


def test_without_a_position_nothing_is_replayed(server):
    """A new listener hears what is to come."""
    batch = submit(server.studio, "tools")
    complete_all(server.studio)
    idle(server.studio)
    with listening(server.url, server.token) as ear:
        assert ear.call("subscribe", {"batch_id": batch.id})["ok"]
        assert ear.heard == []


def test_what_came_live_is_not_replayed(server, ear):
    """`after: 0` on a connection that was there from the start brings nothing twice."""
    batch = submit(server.studio, "tools")
    complete_all(server.studio)
    log = log_of(server.studio, batch_id=batch.id)
    eventually(lambda: ear.seqs[-1:] == log[-1:])
    ear.call("subscribe", {"batch_id": batch.id, "after": 0})
    assert ear.seqs == log


def test_a_replay_that_is_too_long_is_refused_whole(server, monkeypatch):
    """Nothing is sent of it; the text says what to do. Also at connecting."""
    monkeypatch.setattr(feed, "MAX_REPLAY", 5)
    batch = submit(server.studio, "tools", "music", "sea")
    complete_all(server.studio)
    idle(server.studio)
    with listening(server.url, server.token) as ear:
        answer = ear.call("subscribe", {"batch_id": batch.id, "after": 0})
        assert (answer["ok"], answer["error"]["code"]) == (False, "REPLAY_TOO_LONG")
        assert ear.heard == []
    assert refusal(server.url, {"token": server.token, "after": 0})["data"]["code"] == "REPLAY_TOO_LONG"


@pytest.mark.parametrize(
    "payload",
    [
        (),
        ({},),
        ("text",),
        (None,),
        ([1],),
        (7,),
        ({"batch_id": 7},),
        ({"batch_id": "\ud800"},),
        ({"batch_id": "x' OR 1"},),
        ({"job_id": UNKNOWN},),
        ({"batch_id": UNKNOWN, "job_id": UNKNOWN},),
        ({"batch_id": UNKNOWN, "after": "x"},),
        ({"batch_id": UNKNOWN, "after": 10**40},),
        ({}, {}),
    ],
)
def test_nonsense_is_acknowledged_as_an_error(server, ear, payload):
    """Every question is answered; none breaks the connection."""
    answer = ear.call("subscribe", payload)
    assert answer["ok"] is False
    assert {"code", "message"} == set(answer["error"])
    assert "ok" in ear.call("unsubscribe", payload)
    assert ear.call("subscribe", {"batch_id": submit(server.studio, "still there").id})["ok"]
    complete_all(server.studio)


def test_unknown_events_and_the_reserved_names_do_nothing(server, ear):
    """A client that calls its events `connect` or `disconnect` keeps its place and gets no second one."""
    listeners = metrics.REGISTRY.get_sample_value("icons_socket_listeners")
    for name in ("no such event", "connect", "disconnect"):
        ear.client.eio.send(f'2["{name}",{{"token":"x"}}]')
    ear.barrier()
    assert metrics.REGISTRY.get_sample_value("icons_socket_listeners") == listeners
    batch = submit(server.studio, "tools")
    eventually(lambda: any(body["batch_id"] == batch.id for _, body in ear.heard))
    complete_all(server.studio)


# Resuming


def test_reconnections_at_random_moments_lose_and_repeat_nothing(server):
    """Several clients come and go while a batch runs, each resuming from its last event: each hears the whole log."""
    studio = server.studio
    start = idle(studio)
    stop = threading.Event()

    def listen(seed, heard):
        moments = random.Random(seed)
        last = start
        while not (stop.is_set() and last == studio.tail.position):
            with listening(server.url, server.token, after=last) as ear:
                time.sleep(moments.uniform(0, 0.15))
                ear.barrier()
            heard += ear.seqs
            last = heard[-1] if heard else start

    told = [[] for _ in range(3)]
    threads = [threading.Thread(target=listen, args=(seed, heard)) for seed, heard in enumerate(told)]
    for thread in threads:
        thread.start()
    submit(studio, *(f"category {number}" for number in range(60)))
    while lease := claim(studio):
        studio.house.engines.store.leases.report(lease, "drawing", 50, "half")
        complete(studio, lease, data=b"small")
        time.sleep(0.01)
    idle(studio)
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    log = log_of(studio, start)
    assert len(log) > 180
    for heard in told:
        assert heard == log


def test_a_new_listener_resumes_from_the_beginning(server, monkeypatch):
    """`after: 0` at connecting brings the account's whole log, page by page, before anything live."""
    monkeypatch.setattr(feed, "PAGE", 7)
    submit(server.studio, "earlier", "still earlier", "long ago")
    complete_all(server.studio)
    idle(server.studio)
    with listening(server.url, server.token, after=0) as ear:
        submit(server.studio, "tools")
        complete_all(server.studio)
        log = log_of(server.studio)
        assert len(log) > 14  # more than two pages
        eventually(lambda: ear.seqs[-1:] == log[-1:])
        assert ear.seqs == log


def test_a_position_of_the_future_is_the_present(server):
    """Who knows numbers of another log hears what is to come."""
    with listening(server.url, server.token, after=10**40) as ear:
        batch = submit(server.studio, "tools")
        log = log_of(server.studio, batch_id=batch.id)
        eventually(lambda: ear.seqs == log)
    complete_all(server.studio)


# Leaving


def test_whoever_loses_the_key_is_disconnected(house):
    """A revoked key ends its connections and nobody else's."""
    key = house.accounts.add_key(house.user.id, "soon revoked")
    with own_server(house, check_seconds=0.05) as (url, _), listening(url, house.key()) as other:
        ear = connect(url, key.secret)
        house.accounts.revoke_key(house.caller(), key.key.id)
        eventually(lambda: not ear.client.connected)
        other.barrier()
        assert other.client.connected


def test_the_house_is_full_at_its_limit(house):
    """One more is refused; there is room again when somebody leaves."""
    with own_server(house, max_listeners=2) as (url, _):
        first, second = connect(url, house.key()), connect(url, house.key())
        answer = refusal(url, {"token": house.key()})
        assert (answer["data"]["code"], "full" in answer["message"]) == ("NO_CAPACITY", True)
        first.client.disconnect()
        eventually(lambda: metrics.REGISTRY.get_sample_value("icons_socket_listeners") == 1)
        connect(url, house.key()).client.disconnect()
        second.client.disconnect()


def test_closing_disconnects_everybody(house):
    """All clients see their connection end, without the goodbye that would keep them from coming back."""
    with own_server(house) as (url, live):
        ears = [connect(url, house.key()) for _ in range(5)]
        reasons = []
        for ear in ears:
            ear.client.on("disconnect", reasons.append)
        live.close()
        eventually(lambda: len(reasons) == 5)
        assert set(reasons) != {socketio.Client.reason.SERVER_DISCONNECT}
        eventually(lambda: metrics.REGISTRY.get_sample_value("icons_socket_listeners") == 0)


# Peers that mean no good


def test_a_client_that_does_not_read_holds_nobody_up(house):
    """Far more than the kernel buffers for it is waiting, and another client hears everything."""
    lease_of = house.house.engines.store.leases
    small = (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with own_server(house) as (url, _), listening(url, house.key()) as ear:
        lazy = raw_socket(url, sockopt=[small])
        lazy.send("40" + json.dumps({"token": house.key()}))
        assert lazy.recv().startswith("40")
        start = idle(house)
        submit(house, "much to tell")
        lease = claim(house)
        for _ in range(80):
            lease_of.report(lease, "drawing", 50, "x" * 100_000)
        complete(house, lease)
        log = log_of(house, start)
        eventually(lambda: ear.seqs[-1:] == log[-1:])
        assert ear.seqs == log
        lazy.shutdown()


def test_a_connection_that_takes_nothing_is_ended_after_the_deadline():
    """The writer gets a TimeoutError, the reader an end of file; before that every byte arrives in order."""
    ours, theirs = socket.socketpair()
    guarded = GuardedSocket(ours, 0.2)
    assert guarded.send(b"hello") == 5
    assert theirs.recv(5) == b"hello"
    with pytest.raises(TimeoutError):
        guarded.send(bytes(50_000_000))
    assert guarded.recv(1) == b""
    ours.close()
    theirs.close()


def test_messages_are_not_compressed(house):
    """Whatever the browser offers: a compressor per connection costs more memory than it saves bytes."""
    with own_server(house) as (url, _):
        peer = raw_socket(url, header=["Sec-WebSocket-Extensions: permessage-deflate"])
        assert "sec-websocket-extensions" not in peer.getheaders()
        peer.close()


def test_strangers_leave_threads_for_others(house):
    """Connections without a credential are bounded, and closed after a while; then there is room again."""
    with own_server(house, check_seconds=0.3, max_listeners=4) as (url, _):
        crowd = []
        with pytest.raises(websocket.WebSocketBadStatusException, match="503"):
            crowd.extend(raw_socket(url) for _ in range(100))
        for silent in crowd:
            silent.shutdown()
        silent = raw_socket_when_free(url)
        with pytest.raises(websocket.WebSocketConnectionClosedException):
            hear_out(silent)
        with listening(url, house.key()) as ear:
            ear.barrier()


def hear_out(peer):
    """Until the server ends it."""
    while True:
        peer.recv()


def raw_socket_when_free(url):
    """A connection, as soon as one of those before has gone."""

    def attempt():
        with contextlib.suppress(websocket.WebSocketBadStatusException):
            return raw_socket(url)

    return eventually(attempt)


def test_a_giant_message_ends_the_connection_while_it_arrives(house):
    """A stranger cannot fill the memory with a message that never ends."""
    with own_server(house) as (url, _):
        peer = raw_socket(url)
        with pytest.raises((ConnectionError, websocket.WebSocketConnectionClosedException)):
            send_without_end(peer)
        peer.shutdown()


def send_without_end(peer):
    """16 MB of one message, then wait for what the server does about it."""
    frame = websocket.ABNF
    for number in range(1000):
        peer.send_frame(frame.create_frame("4" * 16_384, frame.OPCODE_CONT if number else frame.OPCODE_TEXT, fin=0))
    hear_out(peer)


def test_pages_of_another_origin_are_refused(house):
    """Only this service's own pages, and clients that are no browsers, get in, by either transport."""
    with own_server(house) as (url, _):
        polling = f"{url}/socket.io/?EIO=4&transport=polling"
        assert requests.get(polling, headers={"Origin": url}, timeout=10).status_code == 200
        assert requests.get(polling, headers={"Origin": "https://evil.example"}, timeout=10).status_code == 400
        raw_socket(url, origin=url).shutdown()
        with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
            raw_socket(url, origin="https://evil.example")
