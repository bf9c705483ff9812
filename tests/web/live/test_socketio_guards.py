"""Who has to leave or stays outside: ended sessions, a full house, peers that mean no good."""

import contextlib
import json
import socket
import threading

import pytest
import requests
import socketio
import websocket

from icons.core import metrics
from icons.web.live.guard import GuardedSocket
from tests.conftest import eventually
from tests.web.drawn import claim, complete, submit
from tests.web.live.ears import connect, hear_out, idle, listening, log_of, own_server, raw_socket, refusal

ENDS = ConnectionError, websocket.WebSocketConnectionClosedException
TWO_STRANGERS = 32  # places of a process with room for so many at each door
POLLING = "/socket.io/?EIO=4&transport=polling"
UPGRADE = "/socket.io/?EIO=4&transport=websocket"


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


def test_a_listener_finds_room_among_any_number_of_strangers(house):
    """Connections without a credential make room for each other, also those that never answer a goodbye."""
    with own_server(house, check_seconds=1.0, max_listeners=1, places=TWO_STRANGERS) as (url, _):
        crowd = [raw_socket(url) for _ in range(30)]
        with listening(url, house.key()) as ear:
            for silent in crowd:
                with pytest.raises(ENDS):
                    hear_out(silent)
            ear.barrier()


def test_sessions_that_nobody_uses_cost_no_threads(house):
    """However many are opened by polls: those of Engine.IO would each sleep for 25 seconds."""
    with own_server(house) as (url, live):
        before = threading.active_count()
        for _ in range(100):
            assert requests.get(f"{url}{POLLING}", timeout=10).status_code == 200
        assert threading.active_count() < before + 20
        assert len(live._engine.sockets) < 60


def test_one_session_holds_few_threads(house):
    """One of its polls waits, the others are refused; it ends with the session."""
    with own_server(house) as (url, live):
        opened = requests.get(f"{url}{POLLING}", timeout=10).text
        poll, answers = f"{url}{POLLING}&sid={json.loads(opened[1:])['sid']}", []
        polls = [threading.Thread(target=lambda: answers.append(requests.get(poll, timeout=30))) for _ in range(10)]
        for each in polls:
            each.start()
        eventually(lambda: len(answers) == 9)
        assert {answer.status_code for answer in answers} == {503}
        live.close()
        for each in polls:
            each.join()


def test_what_a_stranger_leaves_undone_ends_with_its_session(house):
    """A message that does not come to its end, and an upgrade that does not begin, make room for a newcomer, too."""
    with own_server(house, places=TWO_STRANGERS) as (url, _):
        host, port = url.removeprefix("http://").split(":")
        opened = json.loads(requests.get(f"{url}{POLLING}", timeout=10).text[1:])["sid"]
        lines = [f"POST {POLLING}&sid={opened} HTTP/1.1", f"Host: {host}", "Content-Length: 9999", "", ""]
        slow = socket.create_connection((host, int(port)), 20)
        slow.sendall("\r\n".join(lines).encode())
        upgrade = websocket.create_connection(f"ws{url[4:]}{UPGRADE}&sid={opened}", timeout=20)
        crowd = [raw_socket(url) for _ in range(4)]
        with contextlib.suppress(ConnectionError):
            assert not slow.recv(1)
        with pytest.raises(ENDS):
            hear_out(upgrade)
        for each in crowd:
            each.shutdown()


def test_everybody_is_pinged(house):
    """Again and again, as the protocol wants it."""
    with own_server(house) as (url, live):
        live._engine.ping_interval = 0.05
        peer = raw_socket(url)
        for _ in range(3):
            assert peer.recv() == "2"
            peer.send("3")
        peer.shutdown()


def test_a_giant_message_ends_the_connection_while_it_arrives(house):
    """A stranger cannot fill the memory with a message that never ends: it is cut off, or read no further."""
    with own_server(house) as (url, _):
        peer = raw_socket(url)
        with pytest.raises((*ENDS, websocket.WebSocketTimeoutException)):
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
        polling = f"{url}{POLLING}"
        assert requests.get(polling, headers={"Origin": url}, timeout=10).status_code == 200
        assert requests.get(polling, headers={"Origin": "https://evil.example"}, timeout=10).status_code == 400
        raw_socket(url, origin=url).shutdown()
        with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
            raw_socket(url, origin="https://evil.example")
