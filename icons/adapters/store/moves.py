"""The moves of jobs that callers and workers share, and what follows from them: fair places, windows, counts, events.

Fairness is start-time fair queueing (Goyal, Vin, Cheng 1996) with jobs of equal cost: a job joins its account's line
with tag = max(virtual time, the account's last tag) + 1, the smallest tag is claimed first, and the virtual time is
the largest tag claimed. An account with 1,000 jobs in line and one with 1 then take turns. Each priority has lines of
its own: otherwise one urgent claim would move the virtual time past everything that waits below it.

Where transactions write side by side, each takes what it changes in one order, so that no two wait for each other: a
turn (claims, sweeps), workers, batches by id, jobs, tallies, lines, images, facets, the virtual time, and the numbers
of events at the very end. What breaks the order all the same is a deadlock, which the database ends and `repeating`
tries again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import journal
from icons.adapters.store.database import Row, Transaction
from icons.adapters.store.engine import upsert
from icons.adapters.store.rows import batch_of, job_of
from icons.adapters.store.tables import batches, events, jobs, lines, stands, virtual_times
from icons.domain.jobs import LIVE, Job, State

SWEEP: Final = "sweep"
"""Moves of many accounts' jobs take this turn: two at a time would take the accounts' tallies in different orders."""

NEWEST_EVENT: Final = (
    sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))
    .where(events.c.batch_id == batches.c.id)
    .scalar_subquery()
    .label("seq")
)

_REACHED: Final = sa.union_all(
    sa.select(virtual_times.c.tag).where(virtual_times.c.priority == sa.bindparam("priority")),
    sa.select(lines.c.tag).where(
        lines.c.account == sa.bindparam("account"), lines.c.priority == sa.bindparam("priority")
    ),
).subquery()
_LAST_TAG: Final = sa.select(sa.func.coalesce(sa.func.max(_REACHED.c.tag), 0.0).label("tag"))
_LENGTHEN: Final = upsert(lines, "tag")
CHANGE_JOB: Final = sa.update(jobs).where(jobs.c.id == sa.bindparam("job_id"))


def hold_batches(tx: Transaction, chosen: sa.ColumnElement[bool]) -> None:
    """Before the chosen jobs are moved, take their batches: who counts a batch's jobs then sees every move."""
    theirs = sa.select(jobs.c.batch_id).where(chosen)
    tx.hold(sa.select(batches.c.id).where(batches.c.id.in_(theirs)).order_by(batches.c.id))


def release(tx: Transaction, held: Sequence[Row]) -> None:
    """Held jobs, all of one account and priority, join the account's line in this order."""
    if not held:
        return
    line = {"account": held[0]["account"], "priority": held[0]["priority"]}
    tx.alone("line {account} {priority}".format(**line))
    last = tx.one(_LAST_TAG, line)["tag"]
    joined = [
        {"job_id": row["id"], "state": State.WAITING, "tag": last + place} for place, row in enumerate(held, start=1)
    ]
    tx.run_each(CHANGE_JOB, joined)
    tx.run(_LENGTHEN, {**line, "tag": last + len(held)})


def cancel(tx: Transaction, chosen: sa.ColumnElement[bool]) -> list[Job]:
    """End the chosen jobs that nobody works on, and mark those at work for their workers; the ended ones."""
    hold_batches(tx, chosen)
    tx.run(sa.update(jobs).where(chosen, stands(State.ACTIVE)).values(cancel_asked=True))
    return _stop(tx, chosen & stands(State.HELD, State.WAITING, State.DELAYED))


def give_back(tx: Transaction, chosen: sa.ColumnElement[bool]) -> int:
    """Take the chosen jobs from their workers: they wait again at their old place, or end if that was asked for."""
    at_work = chosen & stands(State.ACTIVE)
    hold_batches(tx, at_work)
    stopped = _stop(tx, at_work & jobs.c.cancel_asked)
    waiting = sa.update(jobs).where(at_work).values(state=State.WAITING, worker=None, stage="waiting", progress=0)
    back = [job_of(row) for row in tx.rows(waiting.returning(jobs))]
    for job in back:
        journal.output(tx, job, "Waiting for another worker.")
    advance(tx, stopped + back)
    return len(stopped) + len(back)


def _stop(tx: Transaction, chosen: sa.ColumnElement[bool]) -> list[Job]:
    statement = sa.update(jobs).where(chosen).values(ending(tx, State.CANCELLED)).returning(jobs)
    stopped = sorted((job_of(row) for row in tx.rows(statement)), key=lambda job: job.position)
    journal.ended(tx, stopped)
    return stopped


def ending(tx: Transaction, state: State, **values: Any) -> dict[str, Any]:
    """The columns of a job that ends now."""
    common = {"state": state, "stage": state.value, "finished_at": tx.now, "worker": None, "run_at": None}
    return {**common, "error": None, **values}


def advance(tx: Transaction, moved: Iterable[Job]) -> None:
    """Bring the batches of these jobs up to date, once each."""
    for batch_id in dict.fromkeys(job.batch_id for job in moved):
        if batch_id is not None:
            advance_batch(tx, batch_id)


_TALLY: Final = sa.select(
    *(sa.func.count().filter(stands(state)).label(state.value) for state in State),
    sa.func.count(sa.distinct(sa.case((stands(*LIVE), jobs.c.category_index)))).label("open_categories"),
).where(jobs.c.batch_id == sa.bindparam("batch"))
_CURRENT: Final = (
    sa.select(jobs.c.category_index)
    .where(jobs.c.batch_id == sa.bindparam("batch"), stands(*LIVE))
    .order_by(stands(State.ACTIVE).desc(), jobs.c.position)
    .limit(1)
)
_STANDING: Final = sa.select(_TALLY.subquery(), _CURRENT.scalar_subquery().label("current_index"))
_BATCH: Final = sa.select(batches, NEWEST_EVENT).where(batches.c.id == sa.bindparam("batch"))
_CHANGE_BATCH: Final = sa.update(batches).where(batches.c.id == sa.bindparam("batch"))


def advance_batch(tx: Transaction, batch_id: str) -> None:
    """After its jobs have moved: fill a batch's window, store its counts, and tell who listens."""
    this = {"batch": batch_id}
    batch, standing = tx.one(_BATCH, this), tx.one(_STANDING, this)
    counts = {state.value: standing[state.value] for state in State}
    released = _fill_window(tx, batch, counts)
    counts[State.HELD] -= released
    counts[State.WAITING] += released
    begun = counts[State.ACTIVE] or counts[State.COMPLETED]
    finished = not any(counts[state] for state in LIVE)
    changes = {
        **counts,
        "completed_categories": len(batch["categories"]) - standing["open_categories"],
        "current_index": standing["current_index"],
        "started_at": batch["started_at"] or (tx.now if begun else None),
        "finished_at": (batch["finished_at"] or tx.now) if finished else None,
    }
    tx.run(_CHANGE_BATCH, {**this, **changes})
    journal.progressed(tx, batch_of({**batch, **changes}), ended=finished and batch["finished_at"] is None)


_HELD: Final = (
    sa.select(jobs.c.id, jobs.c.account, jobs.c.priority)
    .where(jobs.c.batch_id == sa.bindparam("batch"), stands(State.HELD))
    .order_by(jobs.c.position)
    .limit(sa.bindparam("room"))
)


def _fill_window(tx: Transaction, batch: Row, counts: Mapping[str, int]) -> int:
    """Release what the window has room for; delayed jobs keep their place in it. How many."""
    room = batch["window_size"] - counts[State.WAITING] - counts[State.ACTIVE] - counts[State.DELAYED]
    if room <= 0 or not counts[State.HELD]:
        return 0
    chosen = tx.rows(_HELD, {"batch": batch["id"], "room": room})
    release(tx, chosen)
    return len(chosen)
