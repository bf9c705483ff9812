"""Lists of an account's jobs, their figures, and the removal of old ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from statistics import fmean, median
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Row, Transaction, chunks
from icons.adapters.store.moves import SWEEP
from icons.adapters.store.tables import SINGLE, batches, belongs, job_images, jobs, stands, tallies
from icons.core.ports import JobFilter
from icons.domain.jobs import FINAL, LIVE, Priority, State

_RECENT: Final = 1000  # the latest completed jobs make the times: figures of today that stay cheap
_WAITING: Final = (State.HELD, State.WAITING, State.DELAYED)
_NEWEST_FIRST: Final = (jobs.c.created_at.desc(), jobs.c.id.desc())
_AT_ONCE: Final = 500  # jobs removed in one transaction, so that no writer waits long
_COUNTED: Final = [*(tallies.c[state.value] for state in State), tallies.c.cached]


def page(tx: Transaction, account: str, asked: JobFilter, limit: int, after: str | None) -> Sequence[Row]:
    """Rows of jobs, newest first; ``after`` is the id of the last one seen."""
    whose = belongs(jobs, account) if asked.batch_id else jobs.c.account == account
    mine = [whose, *_conditions(asked)]
    if after is not None:
        seen = tx.row(sa.select(jobs.c.created_at, jobs.c.id).where(jobs.c.id == after, jobs.c.account == account))
        if seen is None:
            return []
        mine.append(sa.tuple_(jobs.c.created_at, jobs.c.id) < sa.tuple_(seen["created_at"], seen["id"]))
    if asked.states is None and asked.user_id is None:
        return tx.rows(sa.select(jobs).where(*mine).order_by(*_NEWEST_FIRST).limit(limit))
    # One short list for each state, each read from its index: with IN, SQLite would sort all that stand there.
    lists = [_ids(mine, state, limit) for state in sorted(State if asked.states is None else asked.states)]
    return tx.rows(sa.select(jobs).where(jobs.c.id.in_(sa.union_all(*lists))).order_by(*_NEWEST_FIRST).limit(limit))


def _ids(mine: Iterable[sa.ColumnElement[bool]], state: State, limit: int) -> sa.Select[Any]:
    listed = sa.select(jobs.c.id).where(stands(state), *mine).order_by(*_NEWEST_FIRST).limit(limit)
    return sa.select(listed.subquery().c.id)


def _conditions(asked: JobFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[tuple[Any, Callable[[Any], sa.ColumnElement[bool]]]] = [
        (asked.user_id, jobs.c.user_id.__eq__),
        (asked.batch_id, jobs.c.batch_id.__eq__),
        (asked.since, jobs.c.created_at.__ge__),
        (asked.until, jobs.c.created_at.__lt__),
    ]
    return [condition(value) for value, condition in conditions if value is not None]


def first_images(tx: Transaction, account: str, batch_id: str, limit: int) -> Sequence[str]:
    """Ids of a batch's first images, in request order: read along its index as far as need be."""
    shown = sa.select(job_images.c.image_id).join(jobs, jobs.c.id == job_images.c.job_id)
    mine = (jobs.c.batch_id == batch_id, jobs.c.account == account, stands(State.COMPLETED))
    ordered = shown.where(*mine).order_by(jobs.c.position, job_images.c.position).limit(limit)
    return [row["image_id"] for row in tx.rows(ordered)]


def clean(tx: Transaction, account: str | None, states: Iterable[State], older_than: float) -> int:
    """Remove some ended jobs outside batches that ended so many seconds ago; how many, 0 once none is left."""
    whose = sa.select(tallies.c.account) if account is None else [account]
    old = jobs.c.account.in_(whose), jobs.c.finished_at <= tx.now - older_than
    ended: list[Any] = [*old, sa.text(SINGLE), stands(*FINAL & {*states})]
    tx.alone(SWEEP)
    # Held until they are gone: nobody begins one anew meanwhile. What another cleans at this moment is left to it.
    some_ended = sa.select(jobs.c.id).where(*ended).limit(_AT_ONCE).with_for_update(skip_locked=True)
    ids = [row["id"] for row in tx.rows(some_ended)]
    for some in chunks(ids):
        tx.run(sa.delete(job_images).where(job_images.c.job_id.in_(some)))
        tx.run(sa.delete(jobs).where(jobs.c.id.in_(some)))
    return len(ids)


def unfinished(tx: Transaction, account: str, priority: Priority | None) -> int:
    """How many jobs have not ended, of one priority or of all."""
    counts = _counts(tx, account, priority)
    return sum(counts[state] for state in LIVE)


def statistics(tx: Transaction, account: str | None) -> Mapping[str, Any]:
    """See `ports.Jobs.statistics`."""
    counts, states = _counts(tx, account), dict.fromkeys((state.public for state in State), 0)
    for state in State:
        states[state.public] += counts[state]
    total = sa.select(sa.func.count()).select_from(batches)
    if account is not None:
        total = total.where(batches.c.account == account)
    return {
        "states": states,
        "oldest_waiting": _oldest_waiting(tx, account),
        **_times(tx, account),
        "active_batches": tx.value(total.where(batches.c.finished_at.is_(None))),
        "total_batches": tx.value(total),
        "cached": counts["cached"],
    }


def _counts(tx: Transaction, account: str | None, priority: Priority | None = None) -> Mapping[str, int]:
    """State or "cached" -> jobs."""
    sums = sa.select(*(sa.func.coalesce(sa.func.sum(column), 0).label(column.name) for column in _COUNTED))
    if account is not None:
        sums = sums.where(tallies.c.account == account)
    if priority is not None:
        sums = sums.where(tallies.c.priority == priority)
    return {str(name): int(count) for name, count in tx.one(sums).items()}


def _times(tx: Transaction, account: str | None) -> Mapping[str, float | None]:
    """Seconds that the latest jobs took which the cache did not answer."""
    seconds = (jobs.c.finished_at - jobs.c.started_at).label("seconds")
    recent = sa.select(seconds).where(stands(State.COMPLETED), ~jobs.c.cached)
    recent = recent if account is None else recent.where(jobs.c.account == account)
    times = sorted(row["seconds"] for row in tx.rows(recent.order_by(jobs.c.finished_at.desc()).limit(_RECENT)))
    return {
        "average_seconds": fmean(times) if times else None,
        "median_seconds": median(times) if times else None,
        "p95_seconds": times[ceil(0.95 * len(times)) - 1] if times else None,
    }


def _oldest_waiting(tx: Transaction, account: str | None) -> float | None:
    """When the job was asked for that has waited longest."""
    mine = [] if account is None else [jobs.c.account == account]
    created = sa.select(sa.func.min(jobs.c.created_at).label("at"))
    firsts = [row["at"] for state in _WAITING for row in tx.rows(created.where(stands(state), *mine))]
    return min((at for at in firsts if at is not None), default=None)
