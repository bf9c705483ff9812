"""How a lease ends: what an outcome makes of the job, its pictures, its calls and its batch."""

from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import chats, journal, moves
from icons.adapters.store.database import Row, Transaction
from icons.adapters.store.images import keep, known, remember, show
from icons.adapters.store.records import put_tags
from icons.adapters.store.rows import job_of
from icons.adapters.store.tables import calls, job_images, jobs, stands
from icons.domain.jobs import Completed, Delayed, Failed, Forwarded, GivenBack, Lease, Outcome, State, Stopped
from icons.domain.spending import CallState

_SETTLE: Final = sa.update(jobs).where(jobs.c.id == sa.bindparam("leased")).returning(jobs)
_ENDED: Final = sa.select(jobs).where(
    jobs.c.id == sa.bindparam("leased"), jobs.c.attempt == sa.bindparam("number"), ~stands(State.ACTIVE)
)
_DELIVERED: Final = (
    sa.select(job_images.c.image_id).where(job_images.c.job_id == sa.bindparam("job")).order_by(job_images.c.position)
)
_PAID: Final = (
    sa.update(calls)
    .where(calls.c.job_id == sa.bindparam("job"), calls.c.state == CallState.ANSWERED)
    .values(state=CallState.SETTLED, ended_at=sa.bindparam("at"))
)


def settle(tx: Transaction, row: Row, outcome: Outcome) -> None:
    """End the lease of a job at work, whose row is locked: the job moves on, and all that follows from it."""
    outcome = _in_force(tx, row, outcome)
    if isinstance(outcome, GivenBack):
        moves.give_back(tx, jobs.c.id == row["id"])
        return
    settled = tx.one(_SETTLE, {"leased": row["id"], **_columns(tx, row, outcome)})
    job = job_of(settled, tuple(picture.id for picture in outcome.images) if isinstance(outcome, Completed) else ())
    if isinstance(outcome, Completed):
        keep(tx, outcome.images)
        put_tags(tx, job.images, outcome.tags)
        show(tx, {job.id: job.images})
        if job.images and outcome.remembered:
            remember(tx, job)
        if outcome.reply:
            chats.answer(tx, job, outcome.reply)
        tx.run(_PAID, {"job": job.id, "at": tx.now})
    if isinstance(outcome, Delayed):
        journal.output(tx, job, f"Another try in {outcome.seconds:.0f} s.")
    elif isinstance(outcome, Forwarded):
        journal.output(tx, job, "Made; it goes on from here.")
    else:
        journal.ended(tx, [job])
    moves.advance(tx, [job])


def is_settled(tx: Transaction, lease: Lease, outcome: Outcome) -> bool:
    """Whether this is repeated although it had succeeded: the job stands as ``outcome`` left it, and has not been
    claimed since. Asked of outcomes on which something follows."""
    row = tx.row(_ENDED, {"leased": lease.job.id, "number": lease.attempt})
    match outcome:
        case Completed(images=pictures) if row and row["state"] is State.COMPLETED:
            return [each["image_id"] for each in tx.rows(_DELIVERED, {"job": row["id"]})] == [p.id for p in pictures]
        case Failed(error=error) if row:
            return (row["state"], row["error"]) == (State.FAILED, error)
        case Delayed(error=error) if row:
            return (row["state"], row["error"]) == (State.DELAYED, error)
    return False


def _in_force(tx: Transaction, row: Row, outcome: Outcome) -> Outcome:
    """What the outcome comes to by now."""
    match outcome:
        case Delayed() | Forwarded() if row["cancel_asked"]:
            return Stopped()
        case Completed(images=pictures, cached=True):
            # The cache has been cleaned since it answered: the job is still to be done.
            ids = [picture.id for picture in pictures]
            return outcome if known(tx, row["account"], ids) >= set(ids) else GivenBack()
    return outcome


def _columns(tx: Transaction, row: Row, outcome: Completed | Failed | Delayed | Forwarded | Stopped) -> dict[str, Any]:
    match outcome:
        case Completed(facts=facts, cached=cached):
            return moves.ending(tx, State.COMPLETED, progress=100, facts=facts, cached=cached)
        case Failed(error=error):
            return moves.ending(tx, State.FAILED, error=error)
        case Stopped():
            return moves.ending(tx, State.CANCELLED)
        case Forwarded(lane=lane, request=request, stage=stage, progress=progress):
            moved = {"lane": lane, "request": request, "stage": stage, "progress": progress}
            return {**moved, "state": State.WAITING, "worker": None, "failures": 0}
        case Delayed(error=error, seconds=seconds, lane=lane, counted=counted):
            return {
                "lane": lane or row["lane"],
                "state": State.DELAYED,
                "stage": "delayed",
                "progress": 0,
                "worker": None,
                "error": error,
                "failures": 0 if lane else row["failures"] + counted,
                "run_at": tx.now + seconds,
            }
