"""Named, immutable bytes: an engine per URL scheme."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from icons.adapters.files.disk import DiskFiles
from icons.core.ports import Files
from icons.domain.errors import SettingsError


def open_files(url: str) -> Files:
    """``file:///absolute/folder`` -> a folder on disk."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return DiskFiles(Path(unquote(parts.path)))
    raise SettingsError(f"STORAGE_URL is {parts.scheme or 'not a URL'}; write file:///absolute/folder.")
