"""Doorbells of the workers: an engine per URL scheme."""

from pathlib import Path

from icons.adapters.queues.embedded import EmbeddedQueue
from icons.core.ports import Queue
from icons.domain.errors import SettingsError


def open_queue(url: str, storage: Path) -> Queue:
    """``embedded:`` -> within this process; ``storage`` holds the lock that lets one process at a time work.
    ``postgresql://`` -> the fleet."""
    if url == "embedded:":
        return EmbeddedQueue(storage / "worker.lock")
    if url.startswith(("postgresql://", "postgres://")):
        from icons.adapters.queues.procrastinate import ProcrastinateQueue  # a third of a second to import

        return ProcrastinateQueue(url)
    raise SettingsError(
        f"QUEUE_URL is {url.split(':')[0]}; write embedded: or postgresql://user:password@host/database."
    )
