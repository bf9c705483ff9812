"""Drawing one icon: cache, provider, disk."""

import asyncio
import time
from collections.abc import Mapping

from icons.core import metrics
from icons.core.bridge import Blocking
from icons.core.leases import Desk, Kept
from icons.core.ports import Images, Provider
from icons.core.tasks import Report
from icons.domain.errors import ProviderTimeout, RequestRefused
from icons.domain.jobs import Completed, Lease
from icons.domain.prompts.library import Library
from icons.domain.requests import Answer, IconRequest, Order


class Generate:
    """Jobs of kind "icon"."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        library: Library,
        images: Images,
        desk: Desk,
        blocking: Blocking,
        timeout: float,
    ) -> None:
        """``timeout`` in seconds bounds one provider call."""
        self._providers, self._library, self._images = providers, library, images
        self._desk, self._blocking, self._timeout = desk, blocking, timeout

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """See `Task.run`. The cache is asked first: an equal request may have been answered while this one waited."""
        job = lease.job
        found = await self._blocking(self._images.cached, job.account, [job.fingerprint])
        if images := found.get(job.fingerprint):
            return Completed(images, {**images[0].facts, "generation_time": 0.0}, cached=True), []
        request = IconRequest.from_json(job.request)
        await report("drawing", 10, f"Drawing {request.category} in style {request.style}")
        started = time.monotonic()
        answer = await self._draw(request, lease)
        seconds = round(time.monotonic() - started, 3)
        facts = {**answer.facts, "model": answer.model, "provider": request.provider, "generation_time": seconds}
        await report("saving", 80, f"Drawn in {seconds:.2f} s")
        kept = [
            await self._blocking(self._desk.keep, lease, picture, request.size, facts) for picture in answer.pictures
        ]
        return Completed(tuple(each.image for each in kept), facts), kept

    async def _draw(self, request: IconRequest, lease: Lease) -> Answer:
        provider = self._providers.get(request.provider)
        if provider is None:
            raise RequestRefused(f"The provider {request.provider} is not set up here.")
        order = Order(
            prompt=request.prompt(self._library),
            width=request.size,
            height=request.size,
            format=request.format,
            model=request.model,
            key=lease.job.id,
            correlation_id=lease.job.correlation_id,
        )
        try:
            with metrics.DRAWING.labels(provider=request.provider).time():
                async with asyncio.timeout(self._timeout):
                    return await provider.draw(order)
        except TimeoutError as error:
            raise ProviderTimeout(f"{request.provider} gave no answer within {self._timeout:g} s.") from error
