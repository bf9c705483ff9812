"""Drawing one icon: cache, provider, disk."""

import base64
import time
from typing import Final

from icons.core.bridge import Blocking
from icons.core.imaging import thumbnail
from icons.core.leases import Desk, Kept
from icons.core.ports import Images, Preview
from icons.core.tasks import Draw, Report, remembered
from icons.domain.images import Picture
from icons.domain.jobs import Completed, Job, Lease, Priority
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, Order

_PREVIEW_WIDTH: Final = 128  # px: a few kilobytes in an event
_REMEMBERED: Final = (
    "category",
    "style",
    "color_scheme",
    "elements",
    "brand_colors",
    "background",
    "seed",
    "variation",
)  # of the request, by its images: they are found by it when the job is long gone


class Generate:
    """Jobs of kind "icon"."""

    def __init__(self, draw: Draw, library: Library, images: Images, desk: Desk, blocking: Blocking) -> None:
        self._draw, self._library, self._images = draw, library, images
        self._desk, self._blocking = desk, blocking

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """See `Task.run`. The cache is asked first: an equal request may have been answered while this one waited."""
        job = lease.job
        if answered := await remembered(self._images, job, self._blocking):
            return answered, []
        request = IconRequest.from_json(job.request)
        prompt = request.prompt(self._library)
        order = Order(
            prompt=prompt,
            width=request.size,
            height=request.size,
            format=request.format,
            model=request.model,
            quality=request.quality,
            key=job.id,
            correlation_id=job.correlation_id,
        )
        await report("drawing", 10, f"Drawing {request.category} in style {request.style}")
        started = time.monotonic()
        answer = await self._draw(lease, order, self._preview(report) if _is_watched(job) else None)
        seconds = round(time.monotonic() - started, 3)
        told = {"model": answer.model, "provider": request.provider, "prompt": prompt.text, "generation_time": seconds}
        facts = {**answer.facts, **told}
        await report("saving", 80, f"Drawn in {seconds:.2f} s")
        known = {name: job.request[name] for name in _REMEMBERED} | facts
        kept = [
            await self._blocking(self._desk.keep, lease, picture, request.size, known) for picture in answer.pictures
        ]
        return Completed(tuple(each.image for each in kept), facts), kept

    def _preview(self, report: Report) -> Preview:
        async def show(picture: Picture) -> None:
            small = await self._blocking(thumbnail, picture.data, _PREVIEW_WIDTH)
            await report("preview", 50, "Preview", "data:image/webp;base64," + base64.b64encode(small).decode())

        return show


def _is_watched(job: Job) -> bool:
    """Unfinished pictures cost tokens: they are asked for only when somebody waits."""
    return job.priority is Priority.INTERACTIVE
