"""Checking a connection: one free call that says whether address and key are right."""

from dataclasses import replace

import pytest

from icons.adapters.providers import check_connection
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest, ProviderError, ProviderFailed, ProviderTimeout, RequestRefused
from tests.adapters.providers.asking import KEY, PROVIDERS
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider


def a_connection(fake: FakeProvider, provider: str = "openai") -> Connection:
    return Connection("p", provider, KEY, fake.address(provider), timeout=5)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_good_connection_is_told_so(fake_provider: FakeProvider, provider: str) -> None:
    """The key goes along, and nothing is drawn."""
    said = check_connection(a_connection(fake_provider, provider), allow_private=True)
    assert said.startswith(f"{provider} accepts")
    (call,) = fake_provider.calls
    assert call.key == KEY
    assert call.body == {}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.WRONG_KEY, RequestRefused),
        (Fault.NO_MODEL, RequestRefused),
        (Fault.SERVER_ERROR, ProviderFailed),
        (Fault.MALFORMED, ProviderFailed),
        (Fault.HANG, ProviderTimeout),
    ],
)
def test_a_bad_one_says_what_is_wrong(fake_provider: FakeProvider, fault: Fault, kind: type[ProviderError]) -> None:
    """In the same terms as a failed drawing."""
    fake_provider.fail(fault)
    with pytest.raises(kind) as caught:
        check_connection(replace(a_connection(fake_provider), timeout=0.5), allow_private=True)
    assert KEY not in str(vars(caught.value))


def test_inner_addresses_are_not_called(fake_provider: FakeProvider) -> None:
    """A check must not be a way to look around inside."""
    with pytest.raises(RequestRefused, match="public internet"):
        check_connection(a_connection(fake_provider))
    assert not fake_provider.calls


def test_a_provider_without_pictures_is_named_as_such() -> None:
    """Before anything is called."""
    with pytest.raises(InvalidRequest):
        check_connection(Connection("p", "anthropic", KEY))
