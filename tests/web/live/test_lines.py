"""Lasting connections at the end: those that go by themselves, and those that do not."""

import socket
import threading
import time

from icons.web.live.lines import Lines


def test_who_writes_to_somebody_who_does_not_read_is_woken() -> None:
    """The writer gets an error instead of waiting for ever."""
    ours, theirs = socket.socketpair()
    lines, woken = Lines(), threading.Event()

    def write() -> None:
        try:
            ours.sendall(bytes(50_000_000))
        except OSError:
            woken.set()

    lines.hold(ours)
    threading.Thread(target=write, daemon=True).start()
    lines.cut(0.1)
    assert woken.wait(10)
    theirs.close()


def test_who_goes_in_time_is_waited_for_and_not_cut() -> None:
    """The end comes with the last that goes, and what it has said arrives."""
    ours, theirs = socket.socketpair()
    lines = Lines()
    lines.hold(ours)

    def leave() -> None:
        time.sleep(0.2)
        lines.release(ours)

    threading.Thread(target=leave).start()
    lines.cut(60)
    ours.sendall(b"goodbye")
    assert theirs.recv(100) == b"goodbye"
    theirs.close()
