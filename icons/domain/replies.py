"""Answers that are kept under a caller's own key, so that a request sent twice is done once."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer the first request that carries a key."""

    account: str
    key: str  # the caller's own
    digest: str  # of the request: another one under the same key is a mistake
    mark: str  # tells this claim from a later one of the same key


@dataclass(frozen=True, slots=True)
class StoredReply:
    """An answer as it was sent. Addresses in its body are those of then."""

    status: int
    headers: Mapping[str, str]  # those that matter to the caller
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What a key stands for already."""

    digest: str
    reply: StoredReply | None  # None: the first request is still being answered
