"""Drawing one free prompt and making the files of each platform of it."""

import time
from collections.abc import Mapping
from typing import Any, Final

from icons.core.bridge import Blocking
from icons.core.leases import Desk, Kept
from icons.core.platforms import Master, RasterMaster, VectorMaster, make
from icons.core.ports import Images, Renderer
from icons.core.tasks import Draw, Report, remembered
from icons.domain.images import Format, Picture
from icons.domain.jobs import Completed, Lease
from icons.domain.platforms import MASTER_SIZE, Platform, PlatformRequest, View, platforms
from icons.domain.prompts.brief import Background
from icons.domain.prompts.library import Library

KIND: Final = "platforms"
_VECTOR: Final = frozenset({"local"})  # lanes that draw SVG whenever asked, as often as asked, for nothing
_MAIN: Final = View(Background.AUTO, MASTER_SIZE)

# The bands of the jobs document: 0-10 starting, 10-30 generating, 30-40 downloading, 40-50 saving, 50-100 platforms.
_STARTING, _GENERATING, _DOWNLOADED, _SAVING, _PLATFORMS, _END = 5, 10, 30, 40, 50, 100


class MakePlatforms:
    """Jobs of kind "platforms"."""

    def __init__(
        self, draw: Draw, renderer: Renderer, library: Library, images: Images, desk: Desk, blocking: Blocking
    ) -> None:
        self._draw, self._renderer, self._library = draw, renderer, library
        self._images, self._desk, self._blocking = images, desk, blocking

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """See `Task.run`. The cache is asked first: an equal request may have been answered while this one waited."""
        job = lease.job
        if answered := await remembered(self._images, job, self._blocking):
            return answered, []
        request = PlatformRequest.from_json(job.request)
        wanted = [platforms()[name] for name in request.platforms]
        await report("starting", _STARTING, "Starting image generation...")
        started = time.monotonic()
        await report("generating", _GENERATING, "Generating image...")
        master, facts = await self._drawn(request, wanted, lease)
        await report("downloading", _DOWNLOADED, "Image generated successfully")
        facts |= {"provider": job.lane, "generation_time": round(time.monotonic() - started, 3)}
        await report("saving", _SAVING, f"Making the files of {len(wanted)} platform(s)")
        kept: list[Kept] = []
        for done, platform in enumerate(wanted):
            progress = _PLATFORMS + (_END - _PLATFORMS) * done // len(wanted)
            await report("platforms", progress, f"Processing {platform.title}...")
            kept += await self._made(platform, master, request, lease, facts)
        return Completed(tuple(each.image for each in kept), facts), kept

    async def _drawn(
        self, request: PlatformRequest, wanted: list[Platform], lease: Lease
    ) -> tuple[Master, dict[str, Any]]:
        """The picture to work from, and what the provider says about it. Who is paid is asked once."""
        if lease.job.lane not in _VECTOR:
            picture, facts = await self._answer(request, _MAIN, Format.PNG, lease)
            return await self._blocking(RasterMaster, picture.data, self._blocking), facts
        views = {_MAIN, *(view for platform in wanted for asset in platform.assets for view in asset.views())}
        answers = {view: await self._answer(request, view, Format.SVG, lease) for view in views}
        facts = answers[_MAIN][1]
        drawings = {view: picture.data for view, (picture, _) in answers.items()}
        return VectorMaster(drawings, facts.get("palette", ()), self._renderer), facts

    async def _answer(
        self, request: PlatformRequest, view: View, file_format: Format, lease: Lease
    ) -> tuple[Picture, dict[str, Any]]:
        order = request.order(
            self._library, view, file_format, f"{lease.job.id}-{view.background}-{view.size}", lease.job.correlation_id
        )
        answer = await self._draw(lease, order)
        return answer.pictures[0], {"revised_prompt": order.prompt.text, **answer.facts, "model": answer.model}

    async def _made(
        self, platform: Platform, master: Master, request: PlatformRequest, lease: Lease, facts: Mapping[str, Any]
    ) -> list[Kept]:
        """A platform's files, on disk."""
        kept: list[Kept] = []
        for asset in platform.assets:
            data = await make(asset, master, request.icon.category, self._blocking)
            if data is not None:
                picture = Picture(data, asset.format)
                told = {**facts, "platform": platform.name, "file": asset.name}
                kept.append(await self._blocking(self._desk.keep, lease, picture, asset.width, told))
        return kept
