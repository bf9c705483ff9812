"""Whatever is asked of a store in whatever order, these rules hold."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from icons.core.ports import Store
from icons.domain.events import EventType
from icons.domain.jobs import MOVES, Completed, Counts, Delayed, Failed, GivenBack, Lease, State, Stopped
from tests.contracts.conftest import Scene

ERROR = {"code": "PROVIDER_FAILED", "message": "no answer", "attempts": 1, "final": True}
WORKS = st.lists(st.sampled_from(["sun", "moon", "star", "sea"]), min_size=1, max_size=5)
PICK = st.integers(0, 1000)


class Office(RuleBasedStateMachine):
    """Callers and two workers do as they please; after each step the store is compared with the rules."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.scene = Scene(store)
        self.store = store
        self.jobs: list[str] = []
        self.batches: list[str] = []
        self.leases: list[Lease] = []
        self.before: dict[str, State] = {}
        self.batch_was_open: dict[str, bool] = {}
        self.job_endings: Counter[str] = Counter()
        self.batch_endings: Counter[str] = Counter()

    def teardown(self) -> None:
        self.store.close()

    @rule(works=WORKS)
    def submit(self, works):
        self.jobs += self.scene.submit(works)

    @rule(works=WORKS, window=st.integers(1, 3))
    def submit_batch(self, works, window):
        ids = self.scene.submit(works, window=window)
        self.jobs += ids
        self.batches.append(self.scene.batch_id(ids[0]))

    @rule(works=WORKS)
    def submit_what_the_cache_knows(self, works):
        known = self.store.images.cached(self.scene.account, works)
        answers = {work: tuple(image.id for image in images) for work, images in known.items()}
        ids = self.scene.submit(works, window=2, answers=answers)
        self.jobs += ids
        self.batches.append(self.scene.batch_id(ids[0]))

    @rule(worker=st.sampled_from(["one", "two"]))
    def claim(self, worker):
        if lease := self.scene.try_claim(worker):
            self.leases.append(lease)

    @rule(pick=PICK, ending=st.sampled_from(["completed", "failed", "delayed", "stopped", "given back"]))
    def settle(self, pick, ending):
        outcomes = {
            "completed": Completed((self.scene.image(),), {}),
            "failed": Failed(ERROR),
            "delayed": Delayed(ERROR, 0),
            "stopped": Stopped(),
            "given back": GivenBack(),
        }
        if self.leases:
            self.store.leases.settle(self.leases.pop(pick % len(self.leases)), outcomes[ending])

    @rule(pick=PICK)
    def cancel(self, pick):
        if self.jobs:
            self.store.jobs.cancel(self.scene.account, self.jobs[pick % len(self.jobs)])

    @rule(pick=PICK)
    def retry(self, pick):
        if self.jobs:
            self.store.jobs.retry(self.scene.account, self.jobs[pick % len(self.jobs)])

    @rule(pick=PICK)
    def cancel_batch(self, pick):
        if self.batches:
            self.store.jobs.cancel_batch(self.scene.account, self.batches[pick % len(self.batches)])

    @rule(pick=PICK)
    def retry_batch(self, pick):
        if self.batches:
            self.store.jobs.retry_batch(self.scene.account, self.batches[pick % len(self.batches)])

    @rule(worker=st.sampled_from(["one", "two"]))
    def outlive_the_other(self, worker):
        self.store.leases.beat(worker, alive_for=-1)
        self.leases = [lease for lease in self.leases if lease.worker == worker]

    @invariant()
    def the_rules_hold(self):
        jobs = [self.scene.job(job_id) for job_id in self.jobs]
        self.jobs_move_only_as_allowed(jobs)
        at_work = Counter(job.fingerprint for job in jobs if job.state is State.ACTIVE)
        assert max(at_work.values(), default=0) <= 1
        for batch_id in self.batches:
            self.batch_agrees_with(batch_id, [job for job in jobs if job.batch_id == batch_id])
        self.endings_are_told()

    def jobs_move_only_as_allowed(self, jobs):
        for job in jobs:
            old = self.before.get(job.id)
            assert old is None or job.state is old or job.state in MOVES[old]
            if job.state.final and (old is None or not old.final):
                self.job_endings[job.id] += 1
            self.before[job.id] = job.state

    def batch_agrees_with(self, batch_id, jobs):
        batch = self.scene.batch(batch_id)
        assert batch.counts == Counts(**Counter(job.state.value for job in jobs))
        counts = batch.counts
        assert counts.waiting + counts.active + counts.delayed <= batch.window
        assert counts.held == 0 or counts.waiting + counts.active + counts.delayed == batch.window
        unfinished = [job for job in jobs if not job.state.final]
        assert batch.completed_categories == len(jobs) - len({job.category_index for job in unfinished})
        first = min(unfinished, key=lambda job: (job.state is not State.ACTIVE, job.position), default=None)
        assert batch.current_category == (batch.categories[first.category_index] if first else None)
        assert (batch.finished_at is None) == bool(unfinished)
        if not unfinished and self.batch_was_open.get(batch_id, True):
            self.batch_endings[batch_id] += 1
        self.batch_was_open[batch_id] = bool(unfinished)

    def endings_are_told(self):
        events = self.store.events.after(0, 10_000)
        assert self.job_endings == Counter(event.job_id for event in events if event.type is EventType.JOB_COMPLETED)
        told = Counter(event.batch_id for event in events if event.type is EventType.BATCH_COMPLETED)
        assert self.batch_endings == told


def test_no_order_of_calls_breaks_the_rules(fresh_store: Callable[[], Store]):
    """Moves, windows, counts, twins and endings agree after every one of many random steps."""
    run_state_machine_as_test(
        lambda: Office(fresh_store()),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
