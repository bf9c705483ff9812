"""Signed addresses of images: an `<img>` sends no headers, so the address itself carries a permission that expires."""

import hashlib
import hmac
import math
import time
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# A key of its own: a leaked address signature tells nothing about the tokens that the same secret signs.
_KEY_LABEL: Final = b"icon-studio/image-address/1"


class ImageSigner:
    """Signs the file name and the end of the address's life, and nothing else.

    A caller may add ``w`` or ``download`` to a signed address: they choose a rendering, not another image.
    """

    def __init__(self, secret: bytes, ttl: int, public_url: str = "", clock: Callable[[], float] = time.time) -> None:
        """``ttl``: seconds an address lives at least. ``public_url``: prefix of addresses; empty = relative ones."""
        self._key = HKDF(SHA256(), 32, salt=None, info=_KEY_LABEL).derive(secret)
        self._ttl, self._prefix, self._clock = ttl, public_url.rstrip("/"), clock

    def url(self, filename: str) -> str:
        """An address that works for ``ttl`` to 1.25 ``ttl`` seconds.

        It changes every quarter of ``ttl`` only, so that browsers find the image in their cache.
        """
        expires = self.expires()
        signature = self._signature(filename, expires)
        return f"{self._prefix}/api/images/{filename}?expires={expires}&signature={signature}"

    def expires(self) -> int:
        """Until when addresses work that are signed now: epoch seconds."""
        step = max(1, self._ttl // 4)
        return math.ceil((self._clock() + self._ttl) / step) * step

    def valid(self, filename: str, expires: int, signature: str) -> bool:
        """Whether the signature fits, compared in constant time, and has not expired."""
        expected = self._signature(filename, expires).encode()
        return hmac.compare_digest(expected, signature.encode()) and self._clock() < expires

    def _signature(self, filename: str, expires: int) -> str:
        return hmac.new(self._key, f"{filename}\n{expires}".encode(), hashlib.sha256).hexdigest()
