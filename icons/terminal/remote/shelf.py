"""What a worker has bought, on disk before it is delivered, until the service says that it has it."""

import hashlib
import json
import time
from pathlib import Path
from typing import Final

from icons.core import spool
from icons.core.ports import Files
from icons.domain.requests import Answer
from icons.terminal.remote.messages import Order

_KEPT_FOR: Final = 86400.0  # seconds: no service asks again for what it has given up
_ANSWER, _BEGUN = "json", "begun"


class Shelf:
    """Answers by what was asked for, in a folder that a worker finds again after it was killed."""

    def __init__(self, files: Files, folder: Path) -> None:
        """``files`` lie in ``folder``; what has been there for a day is thrown away."""
        self._files = files
        before = time.time() - _KEPT_FOR
        for file in [*folder.glob(f"*.{_ANSWER}"), *folder.glob(f"*.{_BEGUN}")]:
            if file.stat().st_mtime < before:
                file.unlink(missing_ok=True)

    def find(self, order: Order) -> Answer | None:
        """What was bought for it; None when nothing was, as far as is known."""
        try:
            with self._files.open(_name(order, _ANSWER)) as file:
                return spool.unpacked_answer(file.read())
        except FileNotFoundError:
            return None

    def begun(self, order: Order) -> bool:
        """Whether it was about to be bought when a worker ended without a word."""
        return self._files.exists(_name(order, _BEGUN))

    def begin(self, order: Order) -> None:
        """It is about to be bought. Unavailable when the disk is full: then nothing should be."""
        self._files.put(_name(order, _BEGUN), b"")

    def keep(self, order: Order, answer: Answer) -> None:
        """It has been bought. Unavailable when the disk is full."""
        self._files.put(_name(order, _ANSWER), spool.packed(answer))

    def end(self, order: Order) -> None:
        """The call has ended, whatever came of it."""
        self._files.delete(_name(order, _BEGUN))

    def drop(self, order: Order) -> None:
        """The answer is of no use any more."""
        self._files.delete(_name(order, _ANSWER))


def _name(order: Order, kind: str) -> str:
    """The same for the same request only: an id alone is some service's word."""
    asked = order.model_dump(mode="json", exclude={"correlation_id"})
    return f"{hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()}.{kind}"
