"""How long ten icons of one account take beside a thousand of another's, and beside nobody's: its share is a half."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from app import build_house
from config import Settings
from icons.core.house import House
from icons.core.service import Context
from icons.domain.access import Caller, Role
from icons.domain.jobs import Batch
from icons.domain.requests import BatchRequest, IconRequest

MANY, FEW = 1000, 10
ROUNDS = 3


@contextmanager
def warm_house() -> Iterator[tuple[House, Caller, Caller]]:
    """A house that has drawn already, and the callers of two accounts."""
    with tempfile.TemporaryDirectory() as folder:
        house = build_house(Settings(_env_file=None, storage_dir=Path(folder)))
        accounts = [house.accounts.add(name, None, Role.USER)[0] for name in ("large", "small")]
        large, small = (Caller(account.id, account.subject, account.role) for account in accounts)
        house.start()
        try:
            house.service.wait_batch(small, submit(house, small, 8, seed=0).id, 60)
            yield house, large, small
        finally:
            house.stop()


def submit(house: House, caller: Caller, count: int, seed: int) -> Batch:
    """A batch of icons that no remembered answer fits."""
    categories = tuple(f"thing {number}" for number in range(count))
    request = BatchRequest(categories, shared=IconRequest("", seed=seed, size=128), concurrency=64)
    return house.service.submit_batch(caller, request, Context())


def few(house: House, small: Caller, seed: int) -> float:
    """Seconds until the small account has its icons."""
    started = time.perf_counter()
    house.service.wait_batch(small, submit(house, small, FEW, seed).id, 300)
    return time.perf_counter() - started


def main() -> None:
    """Print the figure."""
    with warm_house() as (house, large, small):
        alone, beside, overtaken = [], [], []
        for turn in range(1, ROUNDS + 1):
            alone.append(few(house, small, turn))
            crowd = submit(house, large, MANY, turn)
            beside.append(few(house, small, turn + ROUNDS))
            overtaken.append(house.service.cancel_batch(large, crowd.id).counts.completed)
            house.service.wait_batch(large, crowd.id, 60)
        print(
            f"{FEW} icons alone {median(alone):.2f} s, beside {MANY:,} of another account {median(beside):.2f} s "
            f"(ratio {median(beside) / median(alone):.1f}, ideal 2.0); {median(overtaken):.0f} of those were done then"
        )


if __name__ == "__main__":
    main()
