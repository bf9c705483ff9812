"""Spans: what a request sets in motion and how long each part takes, in all processes. Off until `install`."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Tracer(Protocol):
    """Keeps spans. The correlation id, which is kept with each job, is what makes them one trace."""

    def span(self, name: str, correlation_id: str | None, **attributes: str | int) -> AbstractContextManager[None]:
        """A span of what is done inside. Without a correlation id it is a part of the one that is open here."""
        ...

    def over(self, name: str, correlation_id: str, seconds: float, **attributes: str | int) -> None:
        """A span of what has just ended."""
        ...

    def close(self) -> None:
        """Send what has not been sent."""
        ...


_tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """From now on all spans of this process go there."""
    global _tracer
    _tracer = tracer


def span(name: str, correlation_id: str | None = None, **attributes: str | int) -> AbstractContextManager[None]:
    """See `Tracer.span`. Attributes are seen by more people than the data is: ids and codes, no prompt, no key."""
    return _tracer.span(name, correlation_id, **attributes) if _tracer else nullcontext()


def over(name: str, correlation_id: str, seconds: float, **attributes: str | int) -> None:
    """See `Tracer.over`."""
    if _tracer:
        _tracer.over(name, correlation_id, seconds, **attributes)


def close() -> None:
    """See `Tracer.close`."""
    if _tracer:
        _tracer.close()
