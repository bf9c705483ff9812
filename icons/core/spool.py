"""Answers of providers as files: what has been paid for lies on disk before anything else is done with it."""

import base64
import json
from dataclasses import asdict
from typing import Any

from icons.domain.images import Format, Picture
from icons.domain.requests import Answer, Reply, Usage


def name(call_id: str) -> str:
    """Of the file, for a ledger entry's id."""
    return f"spool/{call_id}.json"


def packed(answer: Answer | Reply) -> bytes:
    """An answer but for its notice, which is of the moment only."""
    if isinstance(answer, Reply):
        return _encoded({"text": answer.text, "model": answer.model, "usage": asdict(answer.usage)})
    pictures = [{"format": each.format, "data": base64.b64encode(each.data).decode()} for each in answer.pictures]
    return _encoded(
        {"pictures": pictures, "model": answer.model, "facts": dict(answer.facts), "usage": asdict(answer.usage)}
    )


def _encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def unpacked_answer(data: bytes) -> Answer:
    """The inverse of `packed`."""
    stored: dict[str, Any] = json.loads(data)
    return Answer(
        pictures=tuple(Picture(base64.b64decode(each["data"]), Format(each["format"])) for each in stored["pictures"]),
        model=stored["model"],
        facts=stored["facts"],
        usage=Usage(**stored["usage"]),
    )


def unpacked_reply(data: bytes) -> Reply:
    """The inverse of `packed`."""
    stored: dict[str, Any] = json.loads(data)
    return Reply(stored["text"], stored["model"], Usage(**stored["usage"]))
