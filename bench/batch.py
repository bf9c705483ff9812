"""Wall time of a batch beside its ideal: icons x time to draw one in a process / processes."""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median

from app import build_house
from config import Settings
from icons.adapters.providers.local import LocalProvider
from icons.core import logs
from icons.core.service import Context
from icons.domain.access import Caller, Role
from icons.domain.images import Format
from icons.domain.prompts.library import Library
from icons.domain.requests import BatchRequest, IconRequest, Order

ICONS = 120
CATEGORIES = tuple(category.title for category in list(Library.built_in().categories)[:ICONS])


def draw_alone() -> float:
    """Seconds to draw the same icons one after another in one process, without the house."""

    async def draw() -> float:
        provider = LocalProvider(1)
        orders = [Order(IconRequest(name).prompt(Library.built_in()), 512, 512, Format.PNG) for name in CATEGORIES]
        await provider.draw(orders[0])
        started = time.perf_counter()
        for order in orders:
            await provider.draw(order)
        seconds = time.perf_counter() - started
        await provider.close()
        return seconds

    return asyncio.run(draw())


def draw_as_batch(processes: int) -> float:
    """Seconds from submitting the batch to its end, in a warm house."""
    with tempfile.TemporaryDirectory() as folder:
        house = build_house(Settings(_env_file=None, storage_dir=Path(folder), draw_processes=processes))
        account, _ = house.accounts.add("bench", None, Role.ADMIN)
        caller = Caller(account.id, account.subject, account.role)
        house.start()
        try:
            warm = house.service.submit_batch(
                caller, BatchRequest(tuple(f"warm {n}" for n in range(2 * processes))), Context()
            )
            house.service.wait_batch(caller, warm.id, 60)
            started = time.perf_counter()
            batch = house.service.submit_batch(caller, BatchRequest(CATEGORIES, concurrency=16), Context())
            house.service.wait_batch(caller, batch.id, 300)
            return time.perf_counter() - started
        finally:
            house.stop()


def main() -> None:
    """Print the figure."""
    logs.configure("WARNING")
    processes = os.cpu_count() or 1
    pairs = [(draw_as_batch(processes), draw_alone() / processes) for _ in range(3)]
    wall, ideal = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    print(
        f"batch of {ICONS} icons, {processes} processes: {wall:.2f} s, ideal {ideal:.2f} s, ratio {ratio:.2f} "
        f"({1000 * ideal * processes / ICONS:.0f} ms to draw one)"
    )


if __name__ == "__main__":
    main()
