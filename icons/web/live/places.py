"""How many connections may last: each holds a thread of the server, and requests need threads, too."""

import ipaddress
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Peer = TypeVar("Peer")

_DOOR: Final = 16  # a door's strangers are at most one to so many places
_SITE: Final = 64  # bits of an IPv6 address that tell one customer from another


class Places:
    """What all kinds of lasting connections of a process share."""

    def __init__(self, total: int = 750) -> None:
        self._free = threading.BoundedSemaphore(total)
        self.strangers = max(1, total // _DOOR)
        """How many at each door may have yet to say who they are."""

    def share(self, most: int) -> "Share":
        """For one kind: at most ``most`` of them, while there are free ones."""
        return Share(self._free, threading.BoundedSemaphore(most))


class Share:
    """The places that one kind of connection may take."""

    def __init__(self, *bounds: threading.BoundedSemaphore) -> None:
        self._all, self._own = bounds

    def take(self) -> bool:
        """Take one; False when there is none."""
        if not self._own.acquire(blocking=False):
            return False
        if not self._all.acquire(blocking=False):
            self._own.release()
            return False
        return True

    def give(self) -> None:
        """Give it back."""
        self._all.release()
        self._own.release()


class Strangers(Generic[Peer]):
    """Those at a door who have not said who they are yet. A newcomer always finds room among them.

    Where there is none left, one gives way: of the address that most of them come from the one that has waited
    longest. So a crowd from one address displaces itself, and one from everywhere those who have had the most time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[Peer, str] = {}  # with their addresses; the longest waiting first
        self._lock = threading.Lock()

    def enter(self, peer: Peer, address: str) -> Peer | None:
        """Add one; who has to be sent away for it."""
        with self._lock:
            self._waiting[peer] = address
            if len(self._waiting) <= self._most:
                return None
            crowds = Counter(self._waiting.values())
            leaving = max(self._waiting, key=lambda each: crowds[self._waiting[each]])  # of equals the first
            del self._waiting[leaving]
            return leaving

    def leave(self, peer: Peer) -> None:
        """It is known now, or has gone."""
        with self._lock:
            self._waiting.pop(peer, None)


def address_of(environ: "WSGIEnvironment") -> str:
    """Where a peer comes from, as far as it cannot choose it at will: of IPv6 the network of its site."""
    text = str(environ.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # a local socket has none
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _SITE), strict=False))
    return text
