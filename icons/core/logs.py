"""Structured log lines: readable on a terminal, JSON elsewhere, never with a secret in them."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

# API keys of ours and of common providers, bearer tokens, JWTs, signatures in addresses.
_SECRETS: Final = re.compile(
    r"(isk_|sk-|Bearer\s+|signature=|ticket=)[\w.~+/=-]{6,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+", re.IGNORECASE
)


def _masked(value: Any) -> Any:
    return _SECRETS.sub("[secret]", value) if isinstance(value, str) else value


def mask_secrets(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: whatever looks like a credential is blotted out, also in tracebacks."""
    return {name: _masked(value) for name, value in entry.items()}


def configure(level: str = "INFO", style: str = "auto") -> None:
    """Log to standard error; ``style`` is text, json, or auto: text on a terminal."""
    text = sys.stderr.isatty() if style == "auto" else style == "text"
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("action"),
        mask_secrets,
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(event_key="action") if text else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared
        )
    )
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line tells of them
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("engineio", "socketio", "alembic", "asyncio", "werkzeug"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
