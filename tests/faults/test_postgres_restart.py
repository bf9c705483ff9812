"""PostgreSQL restarts in mid-batch: every icon once, and who waits patiently hears of no error."""

import time
from collections import Counter

import pytest

from icons.core.service import Context
from icons.domain.events import EventType
from icons.domain.jobs import BatchState
from icons.domain.requests import BatchRequest, IconRequest

from ..conftest import Studio
from ..servers.postgres import new_database, postgres  # noqa: F401 - fixtures

ICONS = 100
RESTARTS = ("fast", "immediate", "fast", "immediate")


def submit(studio: Studio) -> str:
    names = tuple(f"thing {number}" for number in range(ICONS))
    request = BatchRequest(names, shared=IconRequest("", size=64), concurrency=8)
    return studio.service.submit_batch(studio.caller(), request, Context()).id


def until(studio: Studio, batch_id: str, ended: int) -> None:
    """Wait until so many icons have ended, one way or the other."""
    while studio.service.batch(studio.caller(), batch_id).counts.unfinished > ICONS - ended:
        time.sleep(0.01)


@pytest.mark.timeout(300)
def test_a_batch_survives_restarts_of_its_database(postgres, new_database, new_studio) -> None:  # noqa: F811
    """Two orderly restarts and two crashes while a batch is drawn and its status is asked for."""
    studio = new_studio(database_url=new_database(), max_batch_concurrency=8)
    service, caller = studio.service, studio.caller()
    batch_id = submit(studio)
    for number, mode in enumerate(RESTARTS, start=1):
        until(studio, batch_id, number * ICONS // (len(RESTARTS) + 1))
        postgres.restart(mode)
    until(studio, batch_id, ICONS)
    assert service.batch(caller, batch_id).state is BatchState.COMPLETED
    jobs = service.jobs_of(caller, batch_id)
    assert [job.position for job in jobs] == list(range(ICONS))
    assert all(len(job.images) == 1 for job in jobs)
    assert len(studio.gallery.images(caller, [job.images[0] for job in jobs])) == ICONS
    events = service.events(caller, 0, 10_000)
    endings = Counter(event.job_id for event in events if event.type is EventType.JOB_COMPLETED)
    assert set(endings.values()) == {1}
    assert len(endings) == ICONS


@pytest.mark.timeout(300)
def test_a_batch_waits_for_its_database(postgres, new_database, new_studio) -> None:  # noqa: F811
    """Away for longer than any verb is repeated: what was drawn is handed in afterwards, and nothing fails."""
    studio = new_studio(database_url=new_database(), max_batch_concurrency=8)
    batch_id = submit(studio)
    until(studio, batch_id, 10)
    postgres.stop("immediate")
    time.sleep(15)
    postgres.start()
    until(studio, batch_id, ICONS)
    assert studio.service.batch(studio.caller(), batch_id).state is BatchState.COMPLETED
