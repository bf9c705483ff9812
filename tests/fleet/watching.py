"""Who looks at what a fleet does to a batch, and whether nothing of it is lost in the end."""

import time
from collections import Counter
from collections.abc import Sequence

from PIL import Image

from icons.domain.errors import Unavailable
from icons.domain.events import Event, EventType
from icons.domain.jobs import BatchState

from ..conftest import Studio


def until(studio: Studio, batch_id: str, icons: int, seconds: float) -> int:
    """Wait until so many icons are completed; how many are."""
    end = time.monotonic() + seconds
    while (done := completed(studio, batch_id)) < icons:
        assert time.monotonic() < end, f"{done} of {icons}"
        time.sleep(0.02)
    return done


def completed(studio: Studio, batch_id: str) -> int:
    """How many icons are; 0 while the database is away."""
    try:
        return studio.service.batch(studio.caller(), batch_id).counts.completed
    except Unavailable:
        return 0


def log_of(studio: Studio, batch_id: str | None = None) -> list[Event]:
    """The whole log of the account, or of one batch."""
    log: list[Event] = []
    while page := studio.service.events(studio.caller(), log[-1].seq if log else 0, 500, batch_id=batch_id):
        log += page
    return log


def assert_complete(studio: Studio, batch_id: str, icons: int, log: Sequence[Event]) -> None:
    """Each icon has one picture that opens, and one ending in the log."""
    caller = studio.caller()
    assert studio.service.batch(caller, batch_id).state is BatchState.COMPLETED
    jobs = studio.service.jobs_of(caller, batch_id)
    assert [job.position for job in jobs] == list(range(icons))
    assert all(len(job.images) == 1 for job in jobs)
    images = studio.gallery.images(caller, [job.images[0] for job in jobs])
    assert len(images) == icons
    for image in images.values():
        with studio.gallery.open(image) as file, Image.open(file) as picture:
            picture.load()
    endings = Counter(event.job_id for event in log if event.type is EventType.JOB_COMPLETED)
    assert endings == {job.id: 1 for job in jobs}
