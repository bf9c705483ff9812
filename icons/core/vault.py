"""Secrets: those that the house makes for itself and keeps in its storage, and those of accounts, which it seals."""

import base64
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from icons.domain.errors import Conflict, SettingsError

_LABEL: Final = b"icon-studio/sealed-key/1/"


class Vault:
    """Seals secrets under the first of its keys and opens what any of them has sealed.

    Each account has a key of its own, derived by HKDF (RFC 5869): what is sealed for one opens for no other.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise SettingsError("SECRETS_KEY: write at least one key.")
        self._keys = [key.encode() for key in keys]

    def seal(self, account: str, secret: str) -> str:
        """The secret, unreadable and tamper-proof."""
        return self._cipher(account).encrypt(secret.encode()).decode()

    def open(self, account: str, sealed: str) -> str:
        """The secret. Conflict when none of the keys opens it."""
        with _explained():
            return self._cipher(account).decrypt(sealed).decode()

    def reseal(self, account: str, sealed: str) -> str:
        """The same secret under the first key. Conflict when none of the keys opens it."""
        with _explained():
            return self._cipher(account).rotate(sealed).decode()

    def _cipher(self, account: str) -> MultiFernet:
        label = _LABEL + account.encode()
        derived = [HKDF(SHA256(), 32, salt=None, info=label).derive(key) for key in self._keys]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except InvalidToken:
        raise Conflict(
            "The stored key cannot be opened any more: SECRETS_KEY has changed. Send a new one, or rotate the secret.",
            code="KEY_UNREADABLE",
        ) from None


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
