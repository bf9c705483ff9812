"""The Prefer header (RFC 7240): how long a caller wants to wait for an answer."""

import re
from dataclasses import dataclass
from typing import Final

_WAIT: Final = re.compile(r'wait\s*=\s*"?(\d{1,9})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preference:
    """What was asked for and will be done."""

    wait: float  # seconds; 0 = answer at once
    applied: str = ""  # for Preference-Applied; "" = nothing was asked for

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says about it."""
        return {"Preference-Applied": self.applied} if self.applied else {}


def preference(header: str | None, default: float, longest: float) -> Preference:
    """What a Prefer header means here, in seconds. What is unknown or malformed is ignored, as the RFC demands."""
    tokens = [token.partition(";")[0].strip() for token in (header or "").split(",")]
    waits = [int(match[1]) for token in tokens if (match := _WAIT.fullmatch(token))]
    if waits:
        wait = min(waits[0], longest)
        return Preference(wait, f"wait={wait:g}")
    if any(token.lower() == "respond-async" for token in tokens):
        return Preference(0.0, "respond-async")
    return Preference(min(default, longest))
