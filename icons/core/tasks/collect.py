"""Fetching the pictures that a worker from outside has made from where it says they are."""

import asyncio
from typing import Final

from icons.core.bridge import Blocking
from icons.core.imaging import redrawn
from icons.core.leases import Desk, Kept
from icons.core.pictures import Intake
from icons.core.ports import Fetcher
from icons.core.tasks import Report
from icons.domain.errors import DownloadFailed, InvalidRequest, ProviderError, RequestRefused, TooLarge
from icons.domain.images import Picture
from icons.domain.jobs import Completed, Lease
from icons.domain.pictures import ImageRequest
from icons.domain.workers import DELIVERED

_AT_ONCE: Final = 2  # decoded at the same time: one of 16 megapixels takes about 300 MB
_MEDIA_TYPES: Final = ("image/png", "image/jpeg", "image/webp")
_DOWNLOADING: Final = 90  # %


class Collect:
    """Jobs of kind "browser", once their worker has delivered addresses."""

    def __init__(self, fetcher: Fetcher, intake: Intake, desk: Desk, blocking: Blocking) -> None:
        self._fetcher, self._intake, self._desk, self._blocking = fetcher, intake, desk, blocking
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """See `Task.run`."""
        delivered = lease.job.request[DELIVERED]
        request = ImageRequest.from_json(lease.job.request)
        await report("downloading", _DOWNLOADING, "Fetching what the worker has made")
        drawn = [(await self._fetched(address), delivered["facts"]) for address in delivered["addresses"]]
        return await self._blocking(self._desk.completed, lease, request, drawn)

    async def _fetched(self, address: str) -> Picture:
        """DownloadFailed or, when the address itself is to blame, RequestRefused."""
        limit, seconds = self._intake.max_bytes, self._intake.timeout
        try:
            fetched = await self._fetcher.get(address, limit, seconds, _MEDIA_TYPES)
        except (InvalidRequest, TooLarge) as error:
            raise RequestRefused(error.message, code=DownloadFailed.code) from error
        except ProviderError as error:
            raise DownloadFailed(error.message) from error
        async with self._turns:
            try:
                return (await self._blocking(redrawn, fetched.data, as_png=True))[0]
            except ProviderError as error:
                raise RequestRefused(error.message, code=DownloadFailed.code) from error
