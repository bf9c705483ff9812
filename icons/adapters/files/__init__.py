"""Named, immutable bytes: an engine per URL scheme."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from icons.adapters.files.address import S3Address
from icons.adapters.files.disk import DiskFiles
from icons.adapters.files.s3 import S3Files
from icons.adapters.files.signer import S3Signer
from icons.core.ports import Files, Signer
from icons.domain.errors import SettingsError


def open_files(url: str) -> Files:
    """``file:///absolute/folder`` -> a folder on disk; ``s3://bucket/prefix`` -> a bucket, see `S3Address`."""
    if folder := folder_of(url):
        return DiskFiles(folder)
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return S3Files(S3Address.parse(url))
    raise SettingsError(
        f"STORAGE_URL is {parts.scheme or 'not a URL'}; write file:///absolute/folder or s3://bucket/prefix."
    )


def folder_of(url: str) -> Path | None:
    """The folder on disk that the URL names; None when it names none."""
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" and not parts.netloc and parts.path else None


def open_signer(url: str) -> Signer:
    """What signs addresses of the files at ``url``; SettingsError when browsers cannot fetch from there."""
    if urlsplit(url).scheme != "s3":
        raise SettingsError("IMAGE_URLS=direct: only a STORAGE_URL such as s3://bucket can be reached by browsers.")
    return S3Signer(S3Address.parse(url))
