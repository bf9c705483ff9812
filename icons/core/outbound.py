"""Where addresses that strangers name may lead: to the public internet, and nowhere else."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from icons.domain.errors import InvalidRequest

MAX_URL: Final = 2048  # characters
_MAX_HOST: Final = 253  # characters of a DNS name

# `ipaddress.is_global` lets multicast, 6to4, NAT64 and 192.0.0.192 pass, so the answer is written out: IANA's
# special-purpose registries, and Azure's host address, which looks public.
_CLOSED_V4: Final = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        ),
    )
)
_OPEN_V6: Final = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6: Final = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
"""As `socket.getaddrinfo` gives it: the last element begins with the address."""


class AddressClosed(OSError):
    """Somebody was about to be led inside. An OSError, so that HTTP clients treat it as a connection that failed."""


def is_public(address: str) -> bool:
    """Whether a numeric IPv4 or IPv6 address belongs to the public internet. ValueError when it is not an address."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        return parsed in _OPEN_V6 and not any(parsed in network for network in _CLOSED_V6)
    return not any(parsed in network for network in _CLOSED_V4)


def check_url(url: str, *, allow_private: bool = False, allow_http: bool = True, field: str = "url") -> None:
    """InvalidRequest naming ``field`` unless the address may be called, as far as its text tells.

    A name is looked up only when it is called, and `open_socket` has the last word.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _unfit(field, "a complete address, such as https://api.example.com/v1") from None
    known = parts.scheme in ("http", "https") and 0 < len(host) <= _MAX_HOST and port != 0
    if not known or len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise _unfit(field, "a complete address, such as https://api.example.com/v1")
    if parts.scheme == "http" and not allow_http:
        raise _unfit(field, "an address that begins with https://")
    if parts.username is not None or parts.password is not None:
        raise _unfit(field, "an address without a user name and password")
    if not allow_private and _names_closed_address(host):
        raise _unfit(field, "an address on the public internet")


def _names_closed_address(host: str) -> bool:
    host = host.rstrip(".")  # a name may end with the root's dot
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public(host)
    except ValueError:
        pass
    try:  # 2130706433, 0177.0.0.1 and 0x7f.1 are addresses to the resolver
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        return False


def _unfit(field: str, advice: str) -> InvalidRequest:
    return InvalidRequest(f"Write {advice}.", {field: advice})


def open_socket(info: AddrInfo) -> socket.socket:
    """A socket for an address that a name has led to; AddressClosed when it is not public.

    It sees the very address that is connected to, so a name that changes its mind between check and call gains nothing.
    """
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise AddressClosed("The address does not lead to the public internet.")
    return socket.socket(family, kind, protocol)


def socket_factory(allow_private: bool) -> Callable[[AddrInfo], socket.socket] | None:
    """What an HTTP client opens its sockets with; None = as it likes."""
    return None if allow_private else open_socket
