"""What a worker says at the end of a request, and how its pictures are made to fit into a message."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from icons.core.imaging import decode, encode
from icons.domain.errors import ProviderFailed, TooLarge
from icons.domain.images import Format, Picture
from icons.domain.pictures import ImageRequest
from icons.domain.requests import Answer
from icons.terminal.remote.messages import Json

GENERATED: Final = "image_generated"
FAILED: Final = "image_generation_failed"


def generated(request_id: str, request: ImageRequest, answers: Sequence[Answer], most: int | None) -> Json:
    """The result's message, of at most ``most`` bytes: pictures that are larger become WebP, without any loss.

    TooLarge when that is not enough.
    """
    pictures = [picture for answer in answers for picture in answer.pictures]
    message = _message(request_id, request, answers[0].model, pictures)
    if most is not None and _size(message) > most:
        message = _message(request_id, request, answers[0].model, [_smaller(each) for each in pictures])
        if _size(message) > most:
            raise TooLarge(f"The pictures are larger than the {most:,} bytes that the service takes.")
    return message


def failed(request_id: str, error: str, reason: str, *, retryable: bool) -> Json:
    """The message of a request that brings nothing."""
    return {"type": FAILED, "requestId": request_id, "error": error, "reason": reason, "retryable": retryable}


def _message(request_id: str, request: ImageRequest, model: str, pictures: Sequence[Picture]) -> Json:
    width, height = request.dimensions
    encoded = [base64.b64encode(picture.data).decode() for picture in pictures]
    return {
        "type": GENERATED,
        "requestId": request_id,
        **({"imageData": encoded[0]} if len(encoded) == 1 else {"images": [{"imageData": each} for each in encoded]}),
        "metadata": {
            "model": model,
            "prompt": request.prompt,
            "width": width,
            "height": height,
            "generatedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
    }


def _size(message: Json) -> int:
    """Bytes as it is sent, with room for the mark by which the service's log knows the request."""
    return len(json.dumps(message)) + 512


def _smaller(picture: Picture) -> Picture:
    """The same pixels in fewer bytes; as it is when it cannot be read here."""
    try:
        return Picture(encode(decode(picture.data), Format.WEBP), Format.WEBP)
    except ProviderFailed:
        return picture
