"""What an ``s3://`` URL says."""

import os
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from icons.domain.errors import SettingsError

_FORM = "write s3://bucket/prefix, where needed with ?endpoint=https://host&region=name&public_endpoint=https://host"


@dataclass(frozen=True, slots=True)
class S3Address:
    """Where a bucket lies, and what of it is ours."""

    bucket: str
    prefix: str  # "" = all of the bucket
    endpoint: str  # without a slash at its end
    region: str
    public_endpoint: str  # the same as browsers reach it

    @classmethod
    def parse(cls, url: str) -> "S3Address":
        """What the URL leaves out comes from AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        if unknown := query.keys() - {"endpoint", "region", "public_endpoint"}:
            raise SettingsError(f"STORAGE_URL has {', '.join(sorted(unknown))}, which it does not know; {_FORM}.")
        if not parts.netloc or "@" in parts.netloc:
            raise SettingsError(f"STORAGE_URL names no bucket; {_FORM}. Keys belong into AWS_ACCESS_KEY_ID.")
        region = query.get("region") or _first("AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1"
        amazon = f"https://s3.{region}.amazonaws.com"
        endpoint = query.get("endpoint") or _first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") or amazon
        public = query.get("public_endpoint") or endpoint
        if not all(each.startswith(("http://", "https://")) for each in (endpoint, public)):
            raise SettingsError(f"STORAGE_URL has an endpoint without http:// or https://; {_FORM}.")
        return cls(parts.netloc, parts.path.strip("/"), endpoint.rstrip("/"), region, public.rstrip("/"))


def _first(*names: str) -> str:
    """The first of these variables that is set."""
    return next((os.environ[name] for name in names if os.environ.get(name)), "")
