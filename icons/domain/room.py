"""How many unfinished jobs an account may have."""

from dataclasses import dataclass
from typing import Final

from icons.domain.errors import RateLimited
from icons.domain.jobs import Priority


@dataclass(frozen=True, slots=True)
class Room:
    """The bounds under which jobs of one priority are taken; None = without a bound."""

    of_priority: int | None = None
    of_account: int | None = None  # whatever their priority

    def check(self, priority: Priority, unfinished_of_priority: int, unfinished: int, new: int) -> None:
        """RateLimited when ``new`` more would not fit beside those of the priority, or beside all."""
        kind = f"{priority.name.lower()} "
        for most, there, what in ((self.of_priority, unfinished_of_priority, kind), (self.of_account, unfinished, "")):
            if most is not None and there + new > most:
                raise RateLimited(
                    f"An account has at most {most:,} unfinished {what}jobs. Wait until some end, or cancel some.",
                    code="JOB_LIMIT_EXCEEDED",
                    retry_after=10,
                )


ENDLESS: Final = Room()
