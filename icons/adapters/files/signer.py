"""Addresses of files in a bucket that a browser may fetch without the service, until they expire."""

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

from icons.adapters.files.address import S3Address
from icons.adapters.files.names import checked
from icons.domain.errors import SettingsError

_LONGEST: Final = 7 * 86400  # seconds; S3 takes no longer


class S3Signer:
    """Signature version 4 in the query. Not obstore's: that one signs no headers of the answer, so no file name.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """

    def __init__(self, address: S3Address, clock: Callable[[], float] = time.time) -> None:
        """SettingsError when the keys are not in the environment: a role's keys may end before an address does."""
        self._address, self._clock = address, clock
        self._key, self._secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not (self._key and self._secret):
            raise SettingsError("IMAGE_URLS=direct: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        token = os.environ.get("AWS_SESSION_TOKEN")
        self._session = {"X-Amz-Security-Token": token} if token else {}

    @property
    def origin(self) -> str:
        """See `Signer.origin`."""
        endpoint = urlsplit(self._address.public_endpoint)
        return f"{endpoint.scheme}://{endpoint.netloc}"

    def address(self, name: str, seconds: int, media_type: str, disposition: str) -> str:
        """See `Signer.address`. It changes every quarter of ``seconds`` only, so that browsers find the file in their
        cache."""
        step = max(1, seconds // 4)
        moment = datetime.fromtimestamp(self._clock() // step * step, UTC)
        day, stamp = f"{moment:%Y%m%d}", f"{moment:%Y%m%dT%H%M%SZ}"
        scope = f"{day}/{self._address.region}/s3/aws4_request"
        host, path = self._place(name)
        query = _query(
            {
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Credential": f"{self._key}/{scope}",
                "X-Amz-Date": stamp,
                "X-Amz-Expires": str(min(seconds + step, _LONGEST)),
                "X-Amz-SignedHeaders": "host",
                **self._session,
                "response-content-disposition": disposition,
                "response-content-type": media_type,
            }
        )
        request = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = _hmac(self._signing_key(day), f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}").hex()
        return f"{self._address.public_endpoint}{path}?{query}&X-Amz-Signature={signature}"

    def _place(self, name: str) -> tuple[str, str]:
        """Host and path of a file."""
        parts = (self._address.bucket, self._address.prefix, checked(name))
        endpoint = urlsplit(self._address.public_endpoint)
        return endpoint.netloc, endpoint.path + "/" + quote("/".join(part for part in parts if part), safe="/~")

    def _signing_key(self, day: str) -> bytes:
        key = f"AWS4{self._secret}".encode()
        for part in (day, self._address.region, "s3", "aws4_request"):
            key = _hmac(key, part)
        return key


def _query(values: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted(values.items()))


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
