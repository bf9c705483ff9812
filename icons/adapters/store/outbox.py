"""What is written into the outbox when something ends: a message for each address that asked to be told."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Transaction
from icons.adapters.store.tables import deliveries, silenced_hooks
from icons.domain.events import batch_data, job_data
from icons.domain.hooks import DeliveryState, Hook, HookEvent
from icons.domain.jobs import Batch, Job, State

_EVENTS: Final = {State.COMPLETED: HookEvent.JOB_COMPLETED, State.FAILED: HookEvent.JOB_FAILED}
"""Which ends of a job are told; who cancels one knows."""


def owe_of_jobs(tx: Transaction, jobs: Iterable[Job]) -> None:
    """Write down the messages about jobs that have just ended."""
    rows = [
        _row(tx, job.hook, _EVENTS[job.state], job, job_id=job.id, batch_id=job.batch_id, data=_data(job))
        for job in jobs
        if job.hook and _EVENTS.get(job.state) in job.hook.events
    ]
    _write(tx, rows)


def owe_of_batch(tx: Transaction, batch: Batch) -> None:
    """Write down the message about a batch whose last job has just ended."""
    event = HookEvent.BATCH_COMPLETED
    if batch.hook and event in batch.hook.events:
        data = batch_data(batch)
        _write(tx, [_row(tx, batch.hook, event, batch, job_id=None, batch_id=batch.id, data=data)])


def _data(job: Job) -> dict[str, Any]:
    told = job_data(job)
    return {
        **{name: told[name] for name in ("status", "images", "error")},
        "metadata": job.request.get("metadata") or {},
        "user_id": job.user_id,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }


def _row(tx: Transaction, hook: Hook, event: HookEvent, about: Job | Batch, **details: Any) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid.uuid4().hex}",
        "account": about.account,
        "event": event,
        "url": hook.url,
        "host": hook.host,
        "correlation_id": about.correlation_id,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "begun_at": tx.now,
        "next_at": tx.now,
        "created_at": tx.now,
        "ended_at": None,
        "last_status": None,
        "last_error": "",
        **details,
    }


def _write(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    silent = _silent(tx, rows[0]["account"], {row["url"] for row in rows})
    ended = {"state": DeliveryState.DISABLED, "next_at": None, "ended_at": tx.now}
    tx.run_each(sa.insert(deliveries), [{**row, **(ended if row["url"] in silent else {})} for row in rows])


def _silent(tx: Transaction, account: str, urls: Iterable[str]) -> set[str]:
    """Those of the addresses that want nothing more."""
    bydigest = {digest(url): url for url in urls}
    asked = sa.select(silenced_hooks.c.digest).where(
        silenced_hooks.c.account == account, silenced_hooks.c.digest.in_(bydigest)
    )
    return {bydigest[row["digest"]] for row in tx.rows(asked)}


def digest(url: str) -> str:
    """What stands for an address in the list of silent ones."""
    return hashlib.sha256(url.encode()).hexdigest()
