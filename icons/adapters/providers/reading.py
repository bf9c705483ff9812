"""Reading what OpenAI-shaped services answer, without trusting its shape."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

from icons.adapters.providers.drawing import Drawn
from icons.adapters.providers.headers import notice
from icons.adapters.providers.line import Heard
from icons.adapters.providers.refusals import broken, moderated
from icons.domain.images import Picture
from icons.domain.requests import Message, Order, Reply, Usage

MAX_TEXT: Final = 100_000  # characters
MAX_COUNT: Final = 2**31 - 1  # tokens: more is not believed


def images(provider: str, heard: Heard) -> Drawn:
    """Answers of /images/generations and /images/edits. Raises ProviderFailed when there is no picture in it."""
    found = items(heard)
    files = tuple(decoded(provider, item.get("b64_json") or item.get("url")) for item in found)
    if not files:
        raise broken(provider)
    return drawn(heard, files, [item.get("revised_prompt") for item in found])


def items(heard: Heard) -> list[dict[str, Any]]:
    """The entries of an images answer, one per picture."""
    return [item for item in _list(heard.body.get("data")) if isinstance(item, dict)]


def drawn(heard: Heard, files: tuple[bytes, ...], revised: Sequence[Any] = ()) -> Drawn:
    """Files with what the answer says beside them."""
    facts: dict[str, Any] = {}
    if texts := [text for text in revised if isinstance(text, str) and text]:
        facts["revised_prompt"] = storable(texts[0])
    if request_id := heard.headers.get("x-request-id"):
        facts["request_id"] = request_id
    return Drawn(files, usage(heard.body.get("usage"), len(files)), notice(heard.headers), facts)


def usage(given: Any, pictures: int = 0) -> Usage:
    """Token counts of either shape: images (input_tokens...) or chat (prompt_tokens...). What is missing counts 0."""
    counts: Mapping[str, Any] = given if isinstance(given, dict) else {}
    details = counts.get("input_tokens_details")
    details = details if isinstance(details, dict) else {}
    image = _count(details.get("image_tokens"))
    total = _count(counts.get("input_tokens")) or _count(counts.get("prompt_tokens"))
    return Usage(
        text_tokens=max(0, total - image),
        image_tokens=image,
        output_tokens=_count(counts.get("output_tokens")) or _count(counts.get("completion_tokens")),
        images=pictures,
    )


def storable(text: str) -> str:
    """A stranger's text as any database takes it: no lone surrogates, no NUL, no end of it."""
    return text[:MAX_TEXT].replace("\0", "").encode(errors="replace").decode()


def decoded(provider: str, text: Any) -> bytes:
    """Base64, or a data URL of it."""
    if not isinstance(text, str) or not text:
        raise broken(provider)
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise broken(provider) from None


def uploads(order: Order) -> dict[str, Any]:
    """The pictures to work from, as /images/edits takes them; nothing when there are none."""
    parts: dict[str, Any] = {}
    if order.references:
        parts["image"] = [_upload(f"image-{number}", each) for number, each in enumerate(order.references)]
    if order.mask:
        parts["mask"] = _upload("mask", order.mask)
    return parts


def _upload(name: str, picture: Picture) -> tuple[str, bytes, str]:
    return f"{name}.{picture.format}", picture.data, picture.format.media_type


def data_url(picture: Picture) -> str:
    """The picture as text, for chat messages."""
    return f"data:{picture.format.media_type};base64,{base64.b64encode(picture.data).decode()}"


def message(provider: str, heard: Heard) -> Mapping[str, Any]:
    """The first message of a chat completion. Raises RequestRefused when its content was filtered away."""
    choices = _list(heard.body.get("choices"))
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    if first.get("finish_reason") == "content_filter":
        raise moderated(provider)
    found = first.get("message")
    if not isinstance(found, dict):
        raise broken(provider)
    return found


def reply(provider: str, heard: Heard, asked: str) -> Reply:
    """A chat completion as what was said."""
    text = message(provider, heard).get("content")
    if not isinstance(text, str):
        raise broken(provider)
    model = heard.body.get("model")
    model = storable(model) if isinstance(model, str) else asked
    return Reply(storable(text), model, usage(heard.body.get("usage")), notice(heard.headers))


def turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    """A conversation as /chat/completions takes it."""
    return [{"role": each.role, "content": each.text} for each in messages]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value <= MAX_COUNT else 0
