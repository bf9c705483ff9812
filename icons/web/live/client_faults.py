"""What Engine.IO and Socket.IO log: their errors are faults of clients, which are no errors of the house."""

import logging
from typing import Final

_LONGEST: Final = 200  # characters: a client's own words may be part of it


class ClientFaults(logging.Filter):
    """Lets errors pass as warnings, on one line and without a traceback, which would show how a client's nonsense was
    refused. Our own handlers log what fails in them themselves; lesser lines tell of every client that goes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is logged at all."""
        if record.levelno < logging.ERROR:
            return False
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        record.msg, record.args = record.getMessage().encode("unicode_escape").decode()[:_LONGEST], None
        record.exc_info = None
        return logging.getLogger(record.name).isEnabledFor(logging.WARNING)


_FAULTS: Final = ClientFaults()


def logger(name: str) -> logging.Logger:
    """A library's logger, to be given to it: by itself it writes past the log's format and its masks."""
    found = logging.getLogger(name)
    found.addFilter(_FAULTS)
    return found
