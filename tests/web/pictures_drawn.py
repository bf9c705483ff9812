"""Image jobs done by the test itself, with the real task and the real draughtsman, when and as it wants."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from icons.adapters.providers.local import LocalProvider
from icons.core.bridge import Blocking
from icons.core.leases import Desk
from icons.core.tasks.image import Draw, DrawPictures
from icons.domain.errors import StudioError
from icons.domain.jobs import Failed, Lease
from icons.domain.prompts.library import Library
from icons.domain.requests import Answer, Order
from tests.conftest import Studio


async def run_one(studio: Studio, lease: Lease, draw: Draw) -> None:
    """Do a job and settle it, as a worker would."""
    engines, blocking = studio.house.engines, Blocking(threads=2)
    desk = Desk(engines.store, engines.files, engines.queue, engines.bus)

    async def report(stage: str, progress: int, line: str) -> None:
        desk.report(lease, stage, progress, line)

    try:
        outcome, kept = await DrawPictures(draw, Library.built_in(), studio.gallery, desk, blocking).run(lease, report)
        desk.settle(lease, outcome, kept)
    except StudioError as error:
        desk.settle(lease, Failed({"code": error.code, "message": error.message, "attempts": 1, "final": True}))
    finally:
        blocking.close()


def claim_image(studio: Studio, lane: str = "local") -> Lease | None:
    """The next image job of a lane."""
    return studio.house.engines.store.leases.claim("test", ("image",), lane)


@contextmanager
def drawing(
    studio: Studio, lanes: Callable[[], list[str]] = lambda: ["local"], draw: Draw | None = None
) -> Iterator[None]:
    """While it lasts, image jobs of these lanes are done as they come; by the local draughtsman unless told."""
    stop = threading.Event()

    async def work() -> None:
        provider = LocalProvider(1)
        await provider.open()

        async def locally(_lease: Lease, order: Order) -> Answer:
            return await provider.draw(order)

        try:
            while not stop.is_set():
                for lane in lanes():
                    while lease := claim_image(studio, lane):
                        await run_one(studio, lease, draw or locally)
                await asyncio.sleep(0.02)
        finally:
            await provider.close()

    thread = threading.Thread(target=asyncio.run, args=(work(),), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)
