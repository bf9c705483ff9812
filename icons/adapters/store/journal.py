"""What is written into the event log, and into the outbox of webhooks, when something moves."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import outbox
from icons.adapters.store.database import Transaction
from icons.adapters.store.tables import events
from icons.domain.events import EventType, batch_data, image_data, job_data
from icons.domain.images import Record
from icons.domain.jobs import Batch, Job

_APPEND: Final = sa.insert(events)


def output(tx: Transaction, job: Job, line: str, preview: str = "") -> None:
    """A line about a job, beside its stage and progress, and perhaps an unfinished picture."""
    data = {"stage": job.stage, "progress": job.progress, "line": line} | ({"preview": preview} if preview else {})
    _append(tx, [_about_job(job, EventType.JOB_OUTPUT, data)])


def ended(tx: Transaction, jobs: Sequence[Job]) -> None:
    """These jobs have just ended."""
    _append(tx, [_about_job(job, EventType.JOB_COMPLETED, job_data(job)) for job in jobs])
    outbox.owe_of_jobs(tx, jobs)


def progressed(tx: Transaction, batch: Batch, *, ended: bool) -> None:
    """A batch's jobs have moved; ``ended``: the last of them has ended now."""
    types = [EventType.BATCH_PROGRESS, EventType.BATCH_COMPLETED] if ended else [EventType.BATCH_PROGRESS]
    common = {"account": batch.account, "job_id": None, "batch_id": batch.id, "correlation_id": batch.correlation_id}
    _append(tx, [{"type": kind, "data": batch_data(batch), **common} for kind in types])
    if ended:
        outbox.owe_of_batch(tx, batch)


def changed(tx: Transaction, records: Sequence[Record]) -> None:
    """These images have been named or tagged by their owner."""
    nowhere = {"job_id": None, "batch_id": None, "correlation_id": ""}  # an image may be in many batches, or in none
    _append(
        tx,
        [
            {"type": EventType.IMAGE_CHANGED, "data": image_data(each), "account": each.image.account, **nowhere}
            for each in records
        ],
    )


def _about_job(job: Job, kind: EventType, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "data": data,
        "account": job.account,
        "job_id": job.id,
        "batch_id": job.batch_id,
        "correlation_id": job.correlation_id,
    }


def _append(tx: Transaction, entries: list[dict[str, Any]]) -> None:
    tx.at_end(_number, [{**entry, "at": tx.now} for entry in entries])


def _number(tx: Transaction, entries: list[dict[str, Any]]) -> None:
    """Give the entries their numbers, last of all and one transaction at a time: numbers then become visible in their
    order, and a listener that has seen one never misses a smaller one that was committed later. What others wait for
    is these statements and the commit.

    Numbers from a plain sequence would let commits overlap. But readers who hold back what is newer than the oldest
    running transaction see entries in the order of transactions, not of numbers, so that the one number which every
    listener resumes by would no longer do; and a bound on numbers takes every reader, the newest number of a batch
    included, to ask who is about to commit before it takes its snapshot."""
    if entries:
        tx.alone("event numbers")
        tx.run_each(_APPEND, entries)
