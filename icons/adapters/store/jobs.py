"""Jobs and batches as their owner sees them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import job_lists, journal, moves
from icons.adapters.store.database import Database, Row, Transaction, chunks
from icons.adapters.store.images import known, show
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import batch_of, job_of
from icons.adapters.store.spending import check_spending
from icons.adapters.store.tables import batches, calls, job_images, jobs, stands
from icons.core.ports import JobFilter, Sender
from icons.domain.jobs import REPEATABLE, Batch, Job, NewBatch, NewJob, Priority, State
from icons.domain.room import ENDLESS, Room
from icons.domain.workers import undelivered

# Asked again and again by who waits, so built once: see `images`.
_ONE: Final = sa.select(jobs).where(jobs.c.id == sa.bindparam("job"), jobs.c.account == sa.bindparam("of"))
_IMAGES_OF_ONE: Final = (
    sa.select(job_images.c.image_id).where(job_images.c.job_id == sa.bindparam("job")).order_by(job_images.c.position)
)
_ONE_BATCH: Final = sa.select(batches, moves.NEWEST_EVENT).where(
    batches.c.id == sa.bindparam("batch"), batches.c.account == sa.bindparam("of")
)


@persistent
class SqlJobs:
    """The port `Jobs` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(
        self,
        sender: Sender,
        jobs: Sequence[NewJob],
        priority: Priority,
        batch: NewBatch | None = None,
        room: Room = ENDLESS,
    ) -> None:
        try:
            with self._database.write() as tx:
                admit(tx, sender, jobs, priority, room)
                if batch:
                    tx.run(sa.insert(batches), _batch_row(tx, sender, batch))
                insert(tx, sender, jobs, priority, batch)
                if batch:
                    moves.advance_batch(tx, batch.id)
        except sa.exc.IntegrityError:
            # Repeated although it had succeeded: ids are made for one submission, so these are the same jobs.
            stored = self.get(sender.account, jobs[0].id) if jobs else None
            if stored is None or stored.batch_id != (batch.id if batch else None):
                raise

    def get(self, account: str, job_id: str) -> Job | None:
        with self._database.read() as tx:
            return _job(tx, account, job_id)

    def of_batch(self, account: str, batch_id: str) -> list[Job]:
        mine = (jobs.c.batch_id == batch_id) & (jobs.c.account == account)
        with self._database.read() as tx:
            rows = tx.rows(sa.select(jobs).where(mine).order_by(jobs.c.position))
            delivered = _delivered(tx, mine)
        return [job_of(row, delivered[row["id"]]) for row in rows]

    def batch(self, account: str, batch_id: str) -> Batch | None:
        with self._database.look() as tx:
            return _batch(tx, account, batch_id)

    def batches(self, account: str, limit: int, before: str | None = None) -> list[Batch]:
        age = sa.tuple_(batches.c.created_at, batches.c.id)
        page = sa.select(batches, moves.NEWEST_EVENT).where(batches.c.account == account)
        if before is not None:
            seen = sa.select(batches.c.created_at, batches.c.id).where(batches.c.id == before)
            page = page.where(age < seen.scalar_subquery())
        with self._database.read() as tx:
            rows = tx.rows(page.order_by(batches.c.created_at.desc(), batches.c.id.desc()).limit(limit))
        return [batch_of(row) for row in rows]

    def first_images(self, account: str, batch_ids: Sequence[str], limit: int) -> Mapping[str, Sequence[str]]:
        with self._database.read() as tx:
            return {each: job_lists.first_images(tx, account, each, limit) for each in batch_ids}

    def cancel(self, account: str, job_id: str) -> Job | None:
        with self._database.write() as tx:
            moves.advance(tx, moves.cancel(tx, (jobs.c.id == job_id) & (jobs.c.account == account)))
            return _job(tx, account, job_id)

    def cancel_batch(self, account: str, batch_id: str) -> Batch | None:
        open_batch = sa.update(batches).where(
            batches.c.id == batch_id, batches.c.account == account, batches.c.finished_at.is_(None)
        )
        with self._database.write() as tx:
            if tx.run(open_batch.values(cancel_asked=True)):
                moves.advance(tx, moves.cancel(tx, jobs.c.batch_id == batch_id))
            return _batch(tx, account, batch_id)

    def retry(self, account: str, job_id: str, room: Room = ENDLESS, cost: int = 0) -> Job | None:
        with self._database.write() as tx:
            begun = _begin_anew(tx, account, jobs.c.id == job_id)
            _readmit(tx, begun, room, cost)
            return _job(tx, account, job_id)

    def retry_batch(self, account: str, batch_id: str, room: Room = ENDLESS, cost: int = 0) -> int | None:
        with self._database.write() as tx:
            if _batch(tx, account, batch_id) is None:
                return None
            begun = _begin_anew(tx, account, jobs.c.batch_id == batch_id)
            _readmit(tx, begun, room, cost)
            return len(begun)

    def find(self, account: str, asked: JobFilter, limit: int, after: str | None = None) -> list[Job]:
        with self._database.read() as tx:
            rows = job_lists.page(tx, account, asked, limit, after)
            delivered = _delivered(tx, jobs.c.id.in_([row["id"] for row in rows]))
        return [job_of(row, delivered[row["id"]]) for row in rows]

    def clean(self, account: str | None, states: Iterable[State], older_than: float) -> int:
        states, removed = frozenset(states), 0
        while True:
            with self._database.write() as tx:
                some = job_lists.clean(tx, account, states, older_than)
            removed += some
            if not some:
                return removed

    def unfinished(self, account: str, priority: Priority | None = None) -> int:
        with self._database.read() as tx:
            return job_lists.unfinished(tx, account, priority)

    def statistics(self, account: str | None) -> Mapping[str, Any]:
        with self._database.read() as tx:
            return job_lists.statistics(tx, account)


def _job(tx: Transaction, account: str, job_id: str) -> Job | None:
    row = tx.row(_ONE, {"job": job_id, "of": account})
    if not row:
        return None
    delivered = tx.rows(_IMAGES_OF_ONE, {"job": job_id}) if row["state"] is State.COMPLETED else ()
    return job_of(row, tuple(image["image_id"] for image in delivered))


def _delivered(tx: Transaction, chosen: sa.ColumnElement[bool]) -> defaultdict[str, tuple[str, ...]]:
    """Image ids of the chosen jobs."""
    statement = sa.select(job_images).join(jobs, jobs.c.id == job_images.c.job_id).where(chosen)
    delivered = defaultdict[str, tuple[str, ...]](tuple)
    for row in tx.rows(statement.order_by(job_images.c.position)):
        delivered[row["job_id"]] += (row["image_id"],)
    return delivered


def _batch(tx: Transaction, account: str, batch_id: str) -> Batch | None:
    row = tx.row(_ONE_BATCH, {"batch": batch_id, "of": account})
    return batch_of(row) if row else None


def _batch_row(tx: Transaction, sender: Sender, batch: NewBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "account": sender.account,
        "request": batch.request,
        "categories": batch.categories,
        "window_size": batch.window,
        "max_cost": batch.max_cost,
        "cancel_asked": False,
        "user_id": sender.user_id,
        "correlation_id": sender.correlation_id,
        "created_at": tx.now,
        **dict.fromkeys((state.value for state in State), 0),
        "completed_categories": 0,
        "hook": sender.hook and sender.hook.to_json(),
    }


def admit(tx: Transaction, sender: Sender, new: Sequence[NewJob], priority: Priority, room: Room) -> None:
    """RateLimited when there is no room for these jobs. Until the end nobody else begins jobs of the account, so this
    is the first step of its transaction: turns come before all else."""
    tx.alone(f"jobs {sender.account}")
    begun = [job.id for job in new if not job.images]
    if not begun or tx.row(sa.select(jobs.c.id).where(jobs.c.id == begun[0])):
        return  # nothing to do, or repeated although it had succeeded
    _check_room(tx, sender.account, priority, room, len(begun))


def _readmit(tx: Transaction, begun: Sequence[Job], room: Room, cost: int) -> None:
    """Undo the transaction when there is no room for the jobs that it has begun anew, or too little money."""
    if not begun:
        return
    first = begun[0]  # all are of one account, priority and batch
    _check_room(tx, first.account, first.priority, room, 0)
    if cost:
        check_spending(tx, first.account, first.batch_id, cost)


def _check_room(tx: Transaction, account: str, priority: Priority, room: Room, new: int) -> None:
    of_priority = job_lists.unfinished(tx, account, priority)
    room.check(priority, of_priority, job_lists.unfinished(tx, account, None), new)


def insert(
    tx: Transaction, sender: Sender, new: Sequence[NewJob], priority: Priority, batch: NewBatch | None = None
) -> None:
    """Every job begins held; what may start is released at once, a batch's jobs by its window."""
    common = {
        "account": sender.account,
        "batch_id": batch.id if batch else None,
        "priority": priority,
        "user_id": sender.user_id,
        "correlation_id": sender.correlation_id,
        "created_at": tx.now,
        "hook": sender.hook and sender.hook.to_json(),
    }
    # Images may have been cleaned away since the cache answered: then the job is to be done after all.
    found = known(tx, sender.account, [image_id for job in new for image_id in job.images])
    delivered = {job.id: job.images for job in new if job.images and found.issuperset(job.images)}
    rows = [{**common, **_job_row(job), **(_delivered_at(tx.now) if job.id in delivered else _HELD)} for job in new]
    tx.run_each(sa.insert(jobs), rows)
    show(tx, delivered)
    journal.ended(tx, [job_of(row, delivered[row["id"]]) for row in rows if row["cached"]])
    if not batch:
        moves.release(tx, [row for row in rows if not row["cached"]])


def _job_row(job: NewJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "position": job.position,
        "category_index": job.category_index,
        "kind": job.kind,
        "lane": job.lane,
        "tag": 0.0,
        "request": job.request,
        "fingerprint": job.fingerprint,
        "attempt": 0,
        "facts": {},
    }


_HELD: Final = {
    "state": State.HELD,
    "stage": "waiting",
    "progress": 0,
    "failures": 0,
    "error": None,
    "started_at": None,
    "finished_at": None,
    "cancel_asked": False,
    "cached": False,
}


def _delivered_at(now: float) -> dict[str, Any]:
    return {
        **_HELD,
        "state": State.COMPLETED,
        "stage": "completed",
        "progress": 100,
        "finished_at": now,
        "cached": True,
    }


def _begin_anew(tx: Transaction, account: str, which: sa.ColumnElement[bool]) -> list[Job]:
    """Those of an account's jobs that ended without images are held again, and released as new ones are."""
    tx.alone(f"jobs {account}")  # as in `admit`
    chosen = which & (jobs.c.account == account)
    moves.hold_batches(tx, chosen)
    anew = sa.update(jobs).where(chosen, stands(*REPEATABLE)).values(_HELD)
    rows = tx.rows(anew.returning(jobs))
    begun = [job_of(row) for row in rows]
    for some in chunks([job.id for job in begun]):
        tx.run(sa.update(calls).where(calls.c.job_id.in_(some)).values(waived=True))
    _send_back(tx, rows)
    moves.release(tx, [row for row in rows if row["batch_id"] is None])
    of_batches = {job.batch_id for job in begun}
    tx.run(sa.update(batches).where(batches.c.id.in_(of_batches - {None})).values(cancel_asked=False))
    moves.advance(tx, begun)
    return begun


def _send_back(tx: Transaction, rows: Sequence[Row]) -> None:
    """What an outside worker had made could not be had: the job is for such workers again."""
    before = [(row["id"], known) for row in rows if (known := undelivered(row["request"]))]
    tx.run_each(moves.CHANGE_JOB, [{"job_id": job, "lane": lane, "request": asked} for job, (lane, asked) in before])
