"""What a connection profile may say."""

import pytest

from icons.domain.errors import InvalidRequest
from icons.domain.profiles import Profile, check_complete, checked_base_url, provider_name


@pytest.mark.parametrize(
    ("written", "name"),
    [("openai", "openai"), ("OPENAI_COMPATIBLE", "openai-compatible"), (" Grok ", "xai"), ("GAB_AI", "gab")],
)
def test_providers_are_known_by_several_spellings(written: str, name: str) -> None:
    """Case, underscores and common names do not matter."""
    assert provider_name(written) == name


def test_a_provider_that_only_chats_is_refused_with_a_reason() -> None:
    """The text says why, and what to choose instead."""
    with pytest.raises(InvalidRequest, match=r"draws no pictures.*openai") as raised:
        provider_name("ANTHROPIC")
    assert list(raised.value.fields) == ["provider"]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"provider": "openai"}, "apiKey"),
        ({"provider": "ollama"}, "baseUrl"),
        ({"provider": "openai-compatible", "sealed_key": "x"}, "baseUrl"),
        ({"provider": "local", "sealed_key": "x"}, "apiKey"),
        ({"provider": "local", "base_url": "https://a.example"}, "baseUrl"),
    ],
)
def test_each_provider_gets_what_it_needs(parts: dict[str, str], field: str) -> None:
    """What is missing, or has no use, is named."""
    with pytest.raises(InvalidRequest) as raised:
        check_complete(Profile("1", "ann", "mine", **parts))
    assert list(raised.value.fields) == [field]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "ftp://api.example.com",
        "https://api.example.com/?key=1",
        "https://api.example.com/#a",
        "https://api.example.com/a b",
        "https://api.exämple.com",
        "https://api.example.com\\@evil.example",
        "https://api.example.com/\n",
        "https://" + "x" * 500,
    ],
)
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    """Everything else is refused, naming baseUrl."""
    with pytest.raises(InvalidRequest) as raised:
        checked_base_url(url, allow_http=False)
    assert list(raised.value.fields) == ["baseUrl"]


def test_http_is_for_operators_who_allow_it() -> None:
    """And the slash at the end does not count."""
    assert checked_base_url("http://10.0.0.1:11434/v1/", allow_http=True) == "http://10.0.0.1:11434/v1"
