"""Workers that connect from outside, browser extensions for instance: what they can, and what a job demands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

BROWSER: Final = "browser"  # the provider's name, and the kind of the jobs
ERRANDS: Final = "errands"  # the lane in which the house's own workers fetch what those from outside have made
DELIVERED: Final = "delivered"  # in the request of such a job: {"lane": whence, "addresses": [...], "facts": {...}}
SILENT: Final = 10.0  # seconds after which a worker that nobody says to live is not counted among the connected
MAX_CAPABILITIES: Final = 100
MAX_CAPACITY: Final = 100  # jobs at once
GENERAL: Final = "image-generation"  # the capability that names no model
_PREFIX: Final = f"{BROWSER}:"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a job asks of an outside worker. Its lane says the same, so that each kind of demand has its own line."""

    account: str
    model: str  # as the caller wrote it, in lower case; "" = any
    size: str  # "1024x1024"

    @property
    def lane(self) -> str:
        """The lane of all jobs with this demand."""
        return f"{_PREFIX}{self.account}:{self.size}:{self.model}"

    @classmethod
    def of_lane(cls, lane: str) -> "Demand | None":
        """The inverse of `lane`; None for lanes that the house itself works on."""
        if not is_outside(lane):
            return None
        account, size, model = lane.removeprefix(_PREFIX).split(":", 2)
        return cls(account, model, size)


def is_outside(lane: str) -> bool:
    """Whether a lane's jobs are for outside workers only."""
    return lane.startswith(_PREFIX)


def undelivered(request: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Lane and request of such a job as they were before it was forwarded; None when it was not."""
    if DELIVERED not in request:
        return None
    return request[DELIVERED]["lane"], {name: value for name, value in request.items() if name != DELIVERED}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a worker says it can. Sizes ("1024x1024") bound it to them; models, all other words, likewise."""

    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> "Capabilities":
        """In lower case, each once."""
        return cls(tuple(dict.fromkeys(word.strip().lower() for word in words if word.strip())))

    def meet(self, demand: Demand) -> bool:
        """Whether the worker can do what the job demands: a worker that names no model draws with any."""
        sizes = {word for word in self.words if _is_size(word)}
        models = set(self.words) - sizes - {GENERAL}
        return (not sizes or demand.size in sizes) and (not models or not demand.model or demand.model in models)


def _is_size(word: str) -> bool:
    width, mark, height = word.partition("x")
    return bool(mark) and width.isdigit() and height.isdigit()


@dataclass(frozen=True, slots=True)
class OutsideWorker:
    """A connected worker. It serves its own account only. Times are epoch seconds, UTC, by the store's clock."""

    id: str  # of the connection: it claims under this name
    account: str
    name: str  # the extension's id, as it says
    version: str
    capabilities: Capabilities
    capacity: int  # jobs at once
    available: bool = True  # it takes new jobs
    active: int = 0  # jobs that it holds
    connected_at: float = 0.0
    seen_at: float = 0.0

    def meets(self, demand: Demand) -> bool:
        """Whether it can do what a job demands, now or later."""
        return self.account == demand.account and self.capabilities.meet(demand)
