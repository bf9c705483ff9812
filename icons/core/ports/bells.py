"""What wakes workers and listeners: doorbells without decisions."""

from collections.abc import Callable
from typing import Protocol


class Queue(Protocol):
    """Wakes workers. Carries no decisions: losing every ring costs a sweep, never a job."""

    def ring(self) -> None:
        """Something may be runnable. Returns at once and never fails; rings close together may be heard as one."""
        ...

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called, from any thread, after each ring; the answer stops that."""
        ...

    def enlist(self) -> bool:
        """Whether this process may run jobs now. True means, too, that it holds what makes it the only one where the
        engine allows one only."""
        ...

    @property
    def exclusive(self) -> bool:
        """Whether one process at a time runs jobs: once enlisted, every older lease is dead."""
        ...

    def close(self) -> None: ...


class Bus(Protocol):
    """Tells listeners that the event log has grown. Losing a ring costs a poll, never an event."""

    def ring(self) -> None:
        """The log has grown. Returns at once and never fails; rings close together may be heard as one."""
        ...

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called, from any thread, after each ring; the answer stops that."""
        ...

    def close(self) -> None: ...
