"""Bounds of lasting connections, and a goodbye that comes too late."""

import socket
import threading

import pytest

from icons.web.live.guard import GuardedSocket, Upgrade
from icons.web.live.places import Places

GREETING = {
    "HTTP_HOST": "localhost",
    "HTTP_UPGRADE": "websocket",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}


def test_a_kind_is_bounded_by_itself_and_by_all() -> None:
    """A refused one holds nothing; one that leaves makes room for either kind."""
    places = Places(3)
    streams, sockets = places.share(2), places.share(5)
    assert [streams.take(), streams.take(), streams.take()] == [True, True, False]
    assert [sockets.take(), sockets.take()] == [True, False]
    streams.give()
    assert [sockets.take(), streams.take()] == [True, False]
    sockets.give()
    assert streams.take()


def test_places_are_bounded_under_threads() -> None:
    """However many ask at once."""
    share, taken = Places(10).share(20), []
    crowd = [threading.Thread(target=lambda: taken.append(share.take())) for _ in range(50)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert taken.count(True) == 10


def test_a_goodbye_to_nobody_is_quiet() -> None:
    """The writer closes what the reader has closed: that is how connections end, not a fault."""
    ours, theirs = socket.socketpair()
    said = []

    def serve(upgraded: Upgrade) -> None:
        ours.close()
        upgraded.close()
        said.append("goodbye")

    environ = {**GREETING, "gunicorn.socket": GuardedSocket(ours, 5.0)}
    with pytest.raises(StopIteration):  # gunicorn's sign that the connection is used up
        Upgrade(serve, None)(environ, None)
    theirs.close()
    assert said == ["goodbye"]
