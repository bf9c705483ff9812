"""Which addresses may be called: the text of a URL, and the numbers that names lead to."""

import socket

import pytest

from icons.core.outbound import AddressClosed, check_url, is_public, open_socket
from icons.domain.errors import InvalidRequest

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - nothing listens here: it is an address to refuse
    "192.0.0.192",
    "168.63.129.16",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "fec0::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_inner_addresses_are_closed(address: str) -> None:
    """Private, local, shared, reserved, multicast, and IPv6 forms that wrap them."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_open(address: str) -> None:
    """The internet is still there."""
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_no_socket_opens_to_an_inner_address(address: str) -> None:
    """Whatever name led there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(AddressClosed):
        open_socket((family, socket.SOCK_STREAM, 6, "", (address, 80)))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://[::1]:8080/",
        "http://[::ffff:7f00:1]/",
        "http://localhost/",
        "http://sub.localhost/",
        "http://localhost./",
        "http://127.0.0.1./",
        "https://example.com/a\0b",
        "https://example.com/a\ud800b",
        "https://example.com/a\u2028b",
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com/",
        "http://",
        "http://user:secret@example.com/",
        "http://example.com:99999/",
        "http://[broken/",
        "https://example.com/" + "a" * 3000,
    ],
)
def test_unfit_addresses_are_named(url: str) -> None:
    """The field is named, and nothing of the address is repeated."""
    with pytest.raises(InvalidRequest) as caught:
        check_url(url, field="baseUrl")
    assert set(caught.value.fields) == {"baseUrl"}
    assert "secret" not in caught.value.message


def test_fit_addresses_pass() -> None:
    """With the operator's leave also inner ones, but never other schemes."""
    check_url("https://api.example.com/v1")
    check_url("http://127.0.0.1:11434/v1", allow_private=True)
    with pytest.raises(InvalidRequest):
        check_url("file:///etc/passwd", allow_private=True)
