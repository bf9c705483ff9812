"""The house's own storage is away for a while: jobs wait for it, and nothing is paid for twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from icons.core.service import Context
from icons.domain.jobs import State
from icons.domain.requests import IconRequest
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from ..conftest import eventually


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A file stands in its place: root, too, cannot write into that."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


@pytest.mark.timeout(120)
def test_an_icon_waits_for_the_files(new_studio) -> None:
    """It is delayed, not failed, however often it is tried, and drawn when there is a place for it again."""
    studio = new_studio(retry_attempts=1)
    service, caller = studio.service, studio.caller()
    with unwritable(studio.settings.storage_dir / "files"):
        job = service.submit(caller, IconRequest("tools", size=64), Context())
        eventually(lambda: service.job(caller, job.id).state is State.DELAYED, 20)
        assert "could not be stored" in service.job(caller, job.id).error["message"]
        eventually(lambda: service.job(caller, job.id).attempt >= 2, 30)
    assert service.wait(caller, job.id, 60).state is State.COMPLETED


@pytest.mark.timeout(120)
def test_an_answer_that_is_paid_for_waits_for_the_disk(new_studio, fake_provider) -> None:  # noqa: F811
    """It is not thrown away and bought once more, though a second call would be allowed."""
    studio = new_studio(openai_api_key="sk-test-0123456789", openai_base_url=fake_provider.address("openai"))
    service, caller = studio.service, studio.caller()
    files = studio.settings.storage_dir / "files"
    (files / "spool").mkdir()
    with unwritable(files / "spool"):
        job = service.submit(caller, IconRequest("tools", size=64), Context())
        eventually(lambda: fake_provider.calls, 20)
        assert service.wait(caller, job.id, 3).state is State.ACTIVE
    assert service.wait(caller, job.id, 60).state is State.COMPLETED
    assert len(fake_provider.calls) == 1
