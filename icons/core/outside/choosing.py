"""Whether a prompt's pictures are for a worker from outside, or drawn by the house itself."""

from collections.abc import Iterable

from icons.domain.errors import InvalidRequest, NoWorker
from icons.domain.pictures import ImageRequest
from icons.domain.workers import BROWSER, Demand, OutsideWorker


def demand_of(account: str, request: ImageRequest, connected: Iterable[OutsideWorker]) -> Demand | None:
    """What a request asks of the account's workers; None when the house draws it.

    They draw what asks for them by name (NoWorker when none of them can) and, where one can, what names nobody.
    """
    if request.profile_id or request.provider not in ("", BROWSER):
        return None
    if request.sources:
        if request.provider == BROWSER:
            advice = "none: extensions draw from words only"
            raise InvalidRequest("Extensions draw from words only.", {"options.references": advice})
        return None
    width, height = request.dimensions
    demand = Demand(account, request.model.lower(), f"{width}x{height}")
    if any(worker.meets(demand) for worker in connected):
        return demand
    if request.provider == BROWSER:
        raise NoWorker
    return None
