"""Secrets that the house makes for itself and keeps in its storage."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from icons.domain.errors import SettingsError


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_hex(32)) -> str:
    """The secret in this file, readable by its owner only; made when there is none. Safe against two first starts."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):  # another first start was faster
                replace_secret(path, make(), overwrite=False)
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"The folder {path.parent.name} cannot be written ({error.strerror}); give this user write access to it, "
            "or set STORAGE_DIR to one that can."
        ) from error


def replace_secret(path: Path, secret: str, *, overwrite: bool = True) -> None:
    """Write a secret to its file, whole or not at all; FileExistsError when it is there and must stay."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        if overwrite:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
