"""How many workers find a place at `/ws`, and what a crowd of strangers can do about it: nothing."""

import contextlib
import socket
from urllib.parse import urlsplit

import pytest
import websocket

from icons.web.live.places import Strangers, address_of
from tests.conftest import eventually
from tests.web.drawn import idle_studio, served
from tests.web.live.hands import NAME, Hand, hired, own_door

Refused = websocket.WebSocketBadStatusException
TWO_STRANGERS = 32  # places of a process with room for so many at each door


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house"), ratelimit_enabled=False) as studio:
        yield studio


def coming_from(address: str, url: str) -> Hand:
    """A stranger who connects from this address."""
    parts = urlsplit(url)
    return Hand(url, socket=socket.create_connection((parts.hostname, parts.port), 10, (address, 0)))


def is_gone(hand: Hand) -> bool:
    """Whether its connection ends, past all that it is told before."""
    with contextlib.suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
        while True:
            if hand.socket.recv() == "":
                break
    return True


def refusal(hand: Hand, token: str) -> tuple[str, int]:
    """Code of the error that answers its introduction, and of the goodbye."""
    hand.hear("authentication_required")
    hand.say("authenticate", extensionId=NAME, metadata={"token": token})
    return hand.hear("error")["code"], hand.closing_code()


def test_a_newcomer_finds_room_among_any_number_of_strangers(house) -> None:
    """Who has waited longest makes room for it, and known workers stay."""
    with own_door(house, places=TWO_STRANGERS) as url, hired(url, house.key()) as known:
        crowd = [Hand(url) for _ in range(30)]
        with hired(url, house.key()) as newcomer:
            assert all(is_gone(each) for each in crowd[:-2])
            for hand in (known, newcomer):
                hand.say("dance")
                assert hand.hear("error")["error"] == "Invalid message format"


def test_a_crowd_from_one_address_displaces_itself(house) -> None:
    """Somebody from another address may take its time."""
    with own_door(house, places=TWO_STRANGERS) as url:
        slow = coming_from("127.0.0.2", url)
        crowd = [Hand(url) for _ in range(10)]
        slow.introduce(house.key())
        for hand in (slow, *crowd):
            hand.vanish()


def test_who_gives_way_is_of_the_largest_crowd() -> None:
    """Of those the one who has waited longest; of crowds of the same size the first of all."""
    strangers = Strangers[str](3)
    assert [strangers.enter(*each) for each in (("a", "one"), ("b", "two"), ("c", "two"))] == [None, None, None]
    assert strangers.enter("d", "three") == "b"
    assert strangers.enter("e", "four") == "a"
    strangers.leave("c")
    assert strangers.enter("f", "five") is None


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("", ""),
    ],
)
def test_a_site_counts_as_one_address(told: str, address: str) -> None:
    """Who has an IPv6 network has more addresses than there are grains of sand."""
    assert address_of({"REMOTE_ADDR": told}) == address


def test_the_door_is_full_at_its_limit(house) -> None:
    """503, before anybody has shown a credential; there is room again when somebody leaves."""
    with own_door(house, max_workers=2) as url, hired(url, house.key()) as second, hired(url, house.key()) as first:
        with pytest.raises(Refused, match="503"):
            Hand(url)
        first.vanish()

        def attempt():
            with contextlib.suppress(Refused):
                return Hand(url)

        eventually(attempt).vanish()
        second.vanish()


def test_who_comes_before_the_last_place_is_taken_is_told_so(house) -> None:
    """NO_CAPACITY, and a goodbye that says to try again later."""
    with own_door(house, max_workers=1) as url:
        late = Hand(url)
        with hired(url, house.key()):
            assert refusal(late, house.key()) == ("NO_CAPACITY", 1013)


def test_an_account_has_so_many_workers_and_no_more(new_studio) -> None:
    """Others are not held up by it; there is room again when one of its own leaves."""
    studio = new_studio(work=False, max_workers_per_account=2)
    with served(studio.web.app) as url, hired(url, studio.key()) as first, hired(url, studio.key()):
        third = Hand(url)
        assert refusal(third, studio.key()) == ("NO_CAPACITY", 1013)
        with hired(url, studio.key(studio.admin)):
            pass
        first.vanish()
        eventually(lambda: len(studio.service.workers(studio.caller())) == 1)
        with hired(url, studio.key()):
            assert len(studio.service.workers(studio.caller())) == 2
