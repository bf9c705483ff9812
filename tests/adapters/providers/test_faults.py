"""Whatever goes wrong at a provider becomes the right error of the house, over every adapter, and tells no secret."""

import traceback

import pytest

from icons.domain.errors import ProviderError, ProviderFailed, ProviderTimeout, RequestRefused
from tests.adapters.providers.asking import KEY, PROVIDERS, an_order, draw, say, with_provider
from tests.conftest import free_port
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider

TRANSIENT = {
    Fault.BUSY: (ProviderFailed, "PROVIDER_BUSY", "refused"),
    Fault.BUSY_WAIT: (ProviderFailed, "PROVIDER_BUSY", "refused"),
    Fault.SERVER_ERROR: (ProviderFailed, "PROVIDER_FAILED", "refused"),
    Fault.UNAVAILABLE: (ProviderFailed, "PROVIDER_FAILED", "refused"),
    Fault.GATEWAY: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.RESET: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.TRUNCATED: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.MALFORMED: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.WRONG_SHAPE: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.DEEP: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.TEXT: (ProviderFailed, "PROVIDER_FAILED", "unknown"),
    Fault.HANG: (ProviderTimeout, "PROVIDER_TIMEOUT", "unknown"),
    Fault.SLOW_BODY: (ProviderTimeout, "PROVIDER_TIMEOUT", "unknown"),
}
FINAL = {
    Fault.QUOTA: (RequestRefused, "PROVIDER_QUOTA", "refused"),
    Fault.WRONG_KEY: (RequestRefused, "PROVIDER_AUTH", "refused"),
    Fault.NO_MODEL: (RequestRefused, "MODEL_NOT_FOUND", "refused"),
    Fault.BAD_REQUEST: (RequestRefused, "PROVIDER_BAD_REQUEST", "refused"),
    Fault.MODERATION: (RequestRefused, "PROVIDER_MODERATION", "refused"),
    Fault.STRANGE_ERROR: (RequestRefused, "PROVIDER_BAD_REQUEST", "refused"),
    Fault.REDIRECT: (RequestRefused, "PROVIDER_BAD_REQUEST", "refused"),
}


def failure_of(fake: FakeProvider, provider: str, fault: Fault) -> ProviderError:
    fake.fail(fault)
    slow = fault in (Fault.HANG, Fault.SLOW_BODY)
    with pytest.raises(ProviderError) as caught:
        draw(fake, an_order(), provider, timeout=0.4 if slow else 10)
    return caught.value


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [*TRANSIENT, *FINAL])
def test_each_fault_is_one_error(fake_provider: FakeProvider, provider: str, fault: Fault) -> None:
    """Kind, code and outcome follow from the fault alone; the service is asked once, never again by an SDK."""
    error = failure_of(fake_provider, provider, fault)
    kind, code, outcome = (TRANSIENT | FINAL)[fault]
    assert (type(error), error.code, error.outcome) == (kind, code, outcome)
    assert error.transient == (fault in TRANSIENT)
    assert len(fake_provider.calls) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [Fault.WRONG_KEY, Fault.SERVER_ERROR, Fault.MODERATION, Fault.RESET, Fault.MALFORMED])
def test_errors_do_not_hold_the_key(fake_provider: FakeProvider, provider: str, fault: Fault) -> None:
    """Neither the text nor the traceback nor any exception behind it, though the service quotes the key."""
    error = failure_of(fake_provider, provider, fault)
    assert fake_provider.calls[0].key == KEY
    told = [repr(error), str(error), repr(vars(error)), "".join(traceback.format_exception(error))]
    assert not any(KEY in text for text in told)
    assert error.__context__ is None
    assert error.__cause__ is None


@pytest.mark.parametrize("provider", ["openai", "google"])
def test_an_answer_without_end_is_cut(fake_provider: FakeProvider, provider: str) -> None:
    """No more is read than ten large pictures take."""
    error = failure_of(fake_provider, provider, Fault.HUGE_BODY)
    assert type(error) is ProviderFailed
    assert "bytes" in error.message


@pytest.mark.parametrize(("fault", "seconds"), [(Fault.BUSY_WAIT, 7), (Fault.UNAVAILABLE, 3), (Fault.BUSY, None)])
def test_retry_after_is_passed_on(fake_provider: FakeProvider, fault: Fault, seconds: float | None) -> None:
    """The provider's own wish when to be asked again."""
    assert failure_of(fake_provider, "openai", fault).retry_after == seconds


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nobody_there_is_known_to_be_unsent(fake_provider: FakeProvider, provider: str) -> None:
    """A refused connection has bought nothing."""
    fake_provider.port = free_port()
    with pytest.raises(ProviderError) as caught:
        draw(fake_provider, an_order(), provider)
    assert caught.value.outcome == "unsent"
    assert caught.value.transient


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_next_call_works(fake_provider: FakeProvider, provider: str) -> None:
    """A fault leaves nothing behind."""
    fake_provider.fail(Fault.RESET, Fault.TRUNCATED)

    async def thrice(opened):
        for _ in range(2):
            with pytest.raises(ProviderFailed):
                await opened.draw(an_order())
        return await opened.draw(an_order())

    assert len(with_provider(fake_provider, provider, thrice).pictures) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [Fault.QUOTA, Fault.SERVER_ERROR, Fault.MALFORMED, Fault.WRONG_SHAPE])
def test_conversations_fail_alike(fake_provider: FakeProvider, provider: str, fault: Fault) -> None:
    """The same faults, the same errors."""
    fake_provider.fail(fault)
    with pytest.raises(ProviderError) as caught:
        say(fake_provider, "Hello", provider)
    assert (type(caught.value), caught.value.code) == (TRANSIENT | FINAL)[fault][:2]
