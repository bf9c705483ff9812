import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from icons.adapters.store import open_store
from icons.core.ports import Sender, Store
from icons.domain.access import Role
from icons.domain.events import Event, EventType
from icons.domain.images import Format, Image
from icons.domain.jobs import Batch, Completed, Job, Lease, NewBatch, NewJob, Priority
from tests.servers.postgres import new_database, postgres  # noqa: F401 - fixtures


def new_id() -> str:
    return str(uuid.uuid4())


class Scene:
    """A store with an account and workers, and the few words in which the tests tell their stories."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.account = self.add_account("ann")
        self.seen = 0

    def add_account(self, subject: str) -> str:
        return self.store.accounts.add(subject, Role.USER, None).id

    def submit(
        self,
        works: Sequence[str],
        *,
        account: str | None = None,
        window: int | None = None,
        priority: Priority = Priority.BATCH,
        answers: dict[str, tuple[str, ...]] | None = None,
    ) -> list[str]:
        """Submit one job for each fingerprint; ids in order. With a window they form a batch, one category each."""
        jobs = [
            NewJob(
                id=new_id(),
                kind="icon",
                request={"category": f"Category {work}", "style": "Modern", "color_scheme": "pastel"},
                fingerprint=work,
                position=position,
                category_index=position,
                images=(answers or {}).get(work, ()),
            )
            for position, work in enumerate(works)
        ]
        batch = None
        if window is not None:
            batch = NewBatch(new_id(), {"asked": "for icons"}, tuple(f"Category {work}" for work in works), window)
        self.store.jobs.submit(Sender(account or self.account, "end user", "trace-1"), jobs, priority, batch)
        return [job.id for job in jobs]

    def submit_batch(self, works: Sequence[str], window: int = 5) -> str:
        return self.batch_id(self.submit(works, window=window)[0])

    def batch_id(self, job_id: str) -> str:
        batch_id = self.job(job_id).batch_id
        assert batch_id
        return batch_id

    def job(self, job_id: str) -> Job:
        job = self.store.jobs.get(self.account, job_id)
        assert job
        return job

    def batch(self, batch_id: str) -> Batch:
        batch = self.store.jobs.batch(self.account, batch_id)
        assert batch
        return batch

    def states(self, batch_id: str) -> list[str]:
        return [job.state.value for job in self.store.jobs.of_batch(self.account, batch_id)]

    def claim(self, worker: str = "one") -> Lease:
        lease = self.try_claim(worker)
        assert lease
        return lease

    def try_claim(self, worker: str = "one") -> Lease | None:
        return self.store.leases.claim(worker, ["icon"], "local")

    def begin(self, work: str) -> Lease:
        """A new job, claimed; nothing else may be waiting before it."""
        return self._claim_only(self.submit([work]))

    def image(self, *, account: str | None = None, blob: str | None = None, size: int = 100) -> Image:
        name = new_id()
        owner = account or self.account
        return Image(
            name, owner, f"{name}.png", blob or f"bl/{name}.png", Format.PNG, 64, 64, size, 1.5, {"model": "m"}
        )

    def draw(self, work: str, *images: Image, batch: bool = False) -> Job:
        """Have a job drawn from submission to its end; nothing else may be waiting before it."""
        lease = self._claim_only(self.submit([work], window=1 if batch else None))
        self.store.leases.settle(lease, Completed(images or (self.image(),), {"model": "m"}))
        return self.job(lease.job.id)

    def _claim_only(self, job_ids: list[str]) -> Lease:
        lease = self.claim()
        assert [lease.job.id] == job_ids
        return lease

    def news(self) -> list[Event]:
        """Events since the last call."""
        events = self.store.events.after(self.seen, 10_000)
        self.seen = self.store.events.last_seq()
        return events

    def news_types(self) -> list[EventType]:
        return [event.type for event in self.news()]


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens an empty store of each engine, as often as asked."""
    on_server = request.getfixturevalue("new_database") if request.param == "postgresql" else None
    opened: list[Store] = []

    def open_another() -> Store:
        store = open_store(on_server() if on_server else f"sqlite:///{tmp_path}/icons-{len(opened)}.db")
        opened.append(store)
        return store

    yield open_another
    for store in opened:
        store.close()


@pytest.fixture
def scene(fresh_store: Callable[[], Store]) -> Scene:
    return Scene(fresh_store())
