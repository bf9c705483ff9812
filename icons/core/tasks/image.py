"""Drawing pictures of a prompt over a connection profile: provider, disk."""

import time

from icons.core.bridge import Blocking
from icons.core.gallery import Gallery
from icons.core.leases import Desk, Kept
from icons.core.tasks import Draw, Report
from icons.domain.jobs import Completed, Lease
from icons.domain.pictures import ImageRequest
from icons.domain.prompts.library import Library


class DrawPictures:
    """Jobs of kind "image"."""

    def __init__(self, draw: Draw, library: Library, gallery: Gallery, desk: Desk, blocking: Blocking) -> None:
        self._draw, self._library, self._gallery = draw, library, gallery
        self._desk, self._blocking = desk, blocking

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """See `Task.run`. Equal prompts are drawn each time: who asks again wants other pictures."""
        request = ImageRequest.from_json(lease.job.request)
        sources = await self._blocking(self._gallery.pictures, lease.job.account, request.sources)
        orders = request.orders(self._library, lease.job.id, lease.job.correlation_id, sources)
        await report("drawing", 10, f"Drawing {request.count} of them with {request.provider}")
        started = time.monotonic()
        answers = [await self._draw(lease, order) for order in orders]
        seconds = round(time.monotonic() - started, 3)
        await report("saving", 80, f"Drawn in {seconds:.2f} s")
        told = {"provider": request.provider, "prompt": request.prompt, "generation_time": seconds}
        drawn = [
            (picture, {**answer.facts, **told, "model": answer.model})
            for answer in answers
            for picture in answer.pictures
        ]
        return await self._blocking(self._desk.completed, lease, request, drawn)
