"""The connection breaks in the commit that settles a paid job: it took place, and nobody was told."""

import sqlalchemy as sa

from icons.core.service import Context
from icons.domain.jobs import State
from icons.domain.requests import IconRequest
from icons.domain.spending import CallState
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from ..conftest import eventually
from ..servers.cutting import CuttingProxy
from ..servers.postgres import new_database, postgres  # noqa: F401 - fixtures


def test_nothing_is_left_of_a_paid_job(postgres, new_database, new_studio, fake_provider):  # noqa: F811
    """The worker learns that its result was taken: one call, one picture, and no answer is left in the spool."""
    proxy = CuttingProxy(postgres.port)
    address = postgres.url_by_port(sa.make_url(new_database()).database).replace(str(postgres.port), str(proxy.port))
    openai = {"openai_api_key": "sk-test-0123456789abcdef", "openai_base_url": fake_provider.address("openai")}
    studio = new_studio(database_url=address, **openai)
    proxy.cut_next_commit(after="INSERT INTO images")
    job = studio.service.submit(studio.caller(), IconRequest("tools", size=64), Context())
    done = studio.service.wait(studio.caller(), job.id, 30)
    assert (done.state, len(done.images), done.attempt) == (State.COMPLETED, 1, 1)
    assert [call.state for call in studio.house.engines.store.spending.calls(job.id)] == [CallState.SETTLED]
    assert proxy.cuts == len(fake_provider.calls) == 1
    (spool,) = studio.settings.storage_dir.rglob("spool")
    eventually(lambda: not list(spool.iterdir()))
    proxy.close()
