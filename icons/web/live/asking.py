"""What clients ask for, read from the JSON of their events. Everything here raises InvalidRequest for nonsense."""

import re
from dataclasses import dataclass
from typing import Final

from icons.domain.errors import InvalidRequest, NotFound, Unauthenticated
from icons.web.wire import Json

_ID: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Topic:
    """One batch or one job; with neither, everything of the account."""

    batch_id: str | None = None
    job_id: str | None = None

    @property
    def id(self) -> str:
        """Of whichever it is."""
        return self.batch_id or self.job_id or ""


ACCOUNT: Final = Topic()


def as_object(value: object) -> Json:
    """The one JSON object that an event, or the handshake's ``auth``, has to be."""
    if not isinstance(value, dict):
        raise InvalidRequest("Send one object.")
    return value


def token_of(asked: Json) -> str:
    """The credential; Unauthenticated when there is none."""
    token = asked.get("token")
    if not isinstance(token, str) or not token:
        raise Unauthenticated
    return token


def after_of(asked: Json) -> int | None:
    """Number of the last event that the client has; None when it wants no replay."""
    after = asked.get("after")
    if after is None:
        return None
    if isinstance(after, bool) or not isinstance(after, int) or after < 0:
        raise InvalidRequest("`after` is the seq of the last event you have.", {"after": "a whole number from 0"})
    return after


def topic_of(asked: Json) -> Topic:
    """The one batch or job that is meant; NotFound for what cannot be an id."""
    names = [name for name in ("batch_id", "job_id") if asked.get(name) is not None]
    if len(names) != 1:
        raise InvalidRequest("Name one batch_id or one job_id.", {"batch_id": "or job_id", "job_id": "or batch_id"})
    value = asked[names[0]]
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise NotFound(names[0].removesuffix("_id"))
    return Topic(batch_id=value) if names[0] == "batch_id" else Topic(job_id=value)
