"""Which modules a page needs before it shows anything, as their imports say."""

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath
from typing import Final

_STATIC: Final = re.compile(r'^(?:import|export)\b[^;"()]*"(\.[^"]+)"', re.MULTILINE)
"""An import of a file that runs before the importing one; ``import()`` is none."""


def needed(entry: str, source: Callable[[str], str]) -> list[str]:
    """The entry and all that it imports, directly or not. ``source`` gives a file's text by its name."""
    found = [entry]
    for name in found:  # grows meanwhile
        imported = (normpath(join(dirname(name), address)) for address in _STATIC.findall(source(name)))
        found += [each for each in dict.fromkeys(imported) if each not in found]
    return found
