"""Names of files, whatever keeps them."""

import re
from typing import Final

# Made by the house ("ab/<sha256>.png"); anything else is a bug or an attack, never a path to follow.
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*\Z")


def checked(name: str) -> str:
    """The name; FileNotFoundError when it is none of the house's."""
    if not _NAME.match(name):
        raise FileNotFoundError(name)
    return name
