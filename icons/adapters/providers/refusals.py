"""A provider's error answers, in the house's own terms. All of them speak one of a few shapes of JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from icons.adapters.providers.headers import retry_after
from icons.domain.errors import CallOutcome, ProviderError, ProviderFailed, ProviderTimeout, RequestRefused

MAX_TEXT: Final = 300  # characters of a provider's own words that are passed on
_QUOTA: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_MODERATION: Final = frozenset({"moderation_blocked", "content_policy_violation", "content_filter", "safety"})
_WRONG_KEY: Final = frozenset({"api_key_invalid", "invalid_api_key"})
_SECRET_LIKE: Final = re.compile(r"\b(?:sk|xai|gsk|AIza)[-_]?[\w*-]{6,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Words:
    """What an error answer says."""

    text: str
    codes: frozenset[str]  # lower case
    readable: bool  # it is the provider's own error, not a gateway's page

    def any_of(self, codes: frozenset[str]) -> bool:
        return bool(self.codes & codes)


def refusal(provider: str, secret: str, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """The error for an answer that is not a success."""
    words = _read(body, secret)
    if 300 <= status < 400:
        return _final(provider, "PROVIDER_BAD_REQUEST", "its address leads elsewhere; correct the base URL")
    if words.any_of(_QUOTA) or status == 402:
        return _final(provider, "PROVIDER_QUOTA", "the account behind this key has nothing left to spend")
    if status in (408, 409, 425, 429) or status >= 500:
        return _transient(provider, status, headers, words)
    if words.any_of(_MODERATION):
        return _final(provider, "PROVIDER_MODERATION", f"its moderation refuses this request. {words.text}")
    if status == 401 or words.any_of(_WRONG_KEY):
        return _final(provider, "PROVIDER_AUTH", "the key is not accepted; check it and store it anew")
    if status == 403:
        return _final(provider, "PROVIDER_AUTH", "this key may not do that; check its rights and the account's access")
    if status == 404:
        return _final(provider, "MODEL_NOT_FOUND", f"there is no such model, or no such address. {words.text}")
    return _final(provider, "PROVIDER_BAD_REQUEST", f"it cannot do what was asked. {words.text}")


def streamed_refusal(provider: str, secret: str, error: object) -> ProviderError:
    """The error that arrives as an event in a stream that had begun well."""
    words = _read(json.dumps({"error": error}).encode(), secret)
    if words.any_of(_MODERATION):
        return _final(provider, "PROVIDER_MODERATION", f"its moderation refuses this request. {words.text}")
    return ProviderFailed(f"{provider} gave up in the middle of its answer. {words.text}".strip())


def moderated(provider: str, text: str = "") -> RequestRefused:
    """For providers that say it in an answer that looks like a success."""
    return _final(provider, "PROVIDER_MODERATION", f"its moderation refuses this request. {text}")


def broken(provider: str) -> ProviderFailed:
    """For an answer that lacks what it should bring; it may well be on the bill."""
    return ProviderFailed(f"{provider} gave an answer that cannot be used.")


def _final(provider: str, code: str, text: str) -> RequestRefused:
    return RequestRefused(f"{provider}: {text.strip()}", code=code, outcome="refused")


def _transient(provider: str, status: int, headers: Mapping[str, str], words: _Words) -> ProviderError:
    """An error in the provider's own words means that nothing was delivered or billed; a gateway cannot know."""
    outcome: CallOutcome = "refused" if status < 500 or status == 503 or words.readable else "unknown"
    wait = retry_after(headers)
    if status in (408, 504):
        return ProviderTimeout(f"{provider} took too long ({status}).", retry_after=wait, outcome=outcome)
    if status == 429:
        text, code = f"{provider} is asked too often for now.", "PROVIDER_BUSY"
    else:
        text, code = f"{provider} has trouble of its own ({status}).", "PROVIDER_FAILED"
    return ProviderFailed(text, code=code, retry_after=wait, outcome=outcome)


def _read(body: bytes, secret: str) -> _Words:
    """OpenAI ``{"error": {"message", "code", "type"}}``, Google's ``status`` and ``details``, xAI's plain texts."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return _Words("", frozenset(), False)
    data = data[0] if isinstance(data, list) and data else data
    if not isinstance(data, dict):
        return _Words("", frozenset(), False)
    error = data.get("error", data)
    fields: dict[str, Any] = {**data, **error} if isinstance(error, dict) else {**data, "message": error}
    codes = [fields.get(name) for name in ("code", "type", "status")]
    details = fields.get("details")
    codes += [each.get("reason") for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    message = fields.get("message")
    return _Words(
        _clean(message, secret) if isinstance(message, str) else "",
        frozenset(code.lower() for code in codes if isinstance(code, str)),
        isinstance(message, str),
    )


def _clean(text: str, secret: str) -> str:
    """One printable line without anything that is, or looks like, a key."""
    text = text.replace(secret, "***") if secret else text
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return _SECRET_LIKE.sub("***", line)[:MAX_TEXT]
