"""Webhooks as the JSON that receivers get, in camelCase."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from icons.core.gallery import Gallery
from icons.core.imaging import SHOWN_WIDTH
from icons.core.ports.hooks import Owed
from icons.domain.hooks import HookEvent
from icons.domain.images import Image
from icons.web.signing import ImageSigner
from icons.web.wire import Json, iso, iso_or_none

_COUNTS: Final = ("total", "completed", "failed", "cancelled")


class HookBodies:
    """Makes the body of each attempt: addresses in it are absolute, and signed at that moment."""

    def __init__(self, signer: ImageSigner, base_url: str) -> None:
        """``signer`` signs under ``base_url``, where receivers reach this service."""
        self._signer, self._base_url = signer, base_url.rstrip("/")

    def __call__(self, owed: Owed, images: Mapping[str, Image]) -> bytes:
        """``images`` by id: those of the message that are still there."""
        message = owed.delivery
        data = self._batch(owed) if message.event is HookEvent.BATCH_COMPLETED else self._job(owed, images)
        return _encoded(message.event.value, message.created_at, data)

    def _job(self, owed: Owed, images: Mapping[str, Image]) -> Json:
        message, told = owed.delivery, owed.data
        return {
            "jobId": message.job_id,
            "batchId": message.batch_id,
            "status": told["status"],
            "images": [self._image(images[each]) for each in told["images"] if each in images],
            "error": told["error"],
            "metadata": told["metadata"],
            **_common(owed),
        }

    def _batch(self, owed: Owed) -> Json:
        batch_id, told = owed.delivery.batch_id, owed.data
        return {
            "batchId": batch_id,
            "status": told["status"],
            **{name: told[name] for name in _COUNTS},
            "statusUrl": f"{self._base_url}/api/icons/batch/{batch_id}/status",
            **_common(owed),
        }

    def _image(self, image: Image) -> Json:
        url = self._signer.url(image.filename)
        thumbnail = {"thumbnailUrl": f"{url}&w={SHOWN_WIDTH}"} if Gallery.has_thumbnail(image, SHOWN_WIDTH) else {}
        return {
            "id": image.id,
            "url": url,
            **thumbnail,
            "width": image.width,
            "height": image.height,
            "mimeType": image.format.media_type,
        }


def ping() -> bytes:
    """What a test sends."""
    return _encoded("ping", time.time(), {})


def _common(owed: Owed) -> Json:
    told: Mapping[str, Any] = owed.data
    return {
        "userId": told["user_id"],
        "correlationId": owed.delivery.correlation_id,
        "createdAt": iso(told["created_at"]),
        "finishedAt": iso_or_none(told["finished_at"]),
    }


def _encoded(kind: str, at: float, data: Json) -> bytes:
    """As https://www.standardwebhooks.com has it."""
    return json.dumps({"type": kind, "timestamp": iso(at), "data": data}, separators=(",", ":")).encode()
