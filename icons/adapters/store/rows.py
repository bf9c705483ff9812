"""Rows of the tables as values of the domain."""

from icons.adapters.store.database import Row
from icons.domain.access import Account, ApiKey
from icons.domain.events import Event
from icons.domain.hooks import Hook
from icons.domain.images import Image
from icons.domain.jobs import Batch, Counts, Job, Priority, State


def job_of(row: Row, images: tuple[str, ...] = ()) -> Job:
    return Job(
        id=row["id"],
        account=row["account"],
        batch_id=row["batch_id"],
        position=row["position"],
        category_index=row["category_index"],
        kind=row["kind"],
        lane=row["lane"],
        state=row["state"],
        priority=Priority(row["priority"]),
        request=row["request"],
        fingerprint=row["fingerprint"],
        attempt=row["attempt"],
        failures=row["failures"],
        progress=row["progress"],
        stage=row["stage"],
        user_id=row["user_id"],
        correlation_id=row["correlation_id"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        images=images,
        cached=row["cached"],
        error=row["error"],
        facts=row["facts"],
        hook=_hook(row),
    )


def batch_of(row: Row) -> Batch:
    """The row carries ``seq`` besides the table's columns."""
    categories = tuple(row["categories"])
    current = row["current_index"]
    return Batch(
        id=row["id"],
        account=row["account"],
        categories=categories,
        window=row["window_size"],
        request=row["request"],
        counts=Counts(**{state.value: row[state.value] for state in State}),
        cancelled=row["cancel_asked"],
        user_id=row["user_id"],
        correlation_id=row["correlation_id"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        completed_categories=row["completed_categories"],
        current_category=None if current is None else categories[current],
        seq=row["seq"],
        hook=_hook(row),
    )


def _hook(row: Row) -> Hook | None:
    return Hook.from_json(row["hook"]) if row["hook"] else None


def image_of(row: Row) -> Image:
    return Image(
        id=row["id"],
        account=row["account"],
        filename=row["filename"],
        blob=row["blob"],
        format=row["format"],
        width=row["width"],
        height=row["height"],
        size=row["size"],
        created_at=row["created_at"],
        facts=row["facts"],
        source=row["source"],
        name=row["name"],
        generation_prompt=row["generation_prompt"],
        generation_model=row["generation_model"],
        profile_id=row["profile_id"],
        kept=row["kept"],
    )


def event_of(row: Row) -> Event:
    return Event(
        seq=row["seq"],
        type=row["type"],
        account=row["account"],
        job_id=row["job_id"],
        batch_id=row["batch_id"],
        data=row["data"],
        at=row["at"],
        correlation_id=row["correlation_id"],
    )


def account_of(row: Row) -> Account:
    return Account(
        id=row["id"],
        subject=row["subject"],
        role=row["role"],
        password_hash=row["password_hash"],
        created_at=row["created_at"],
        disabled=row["disabled"],
        rates=row["rates"],
    )


def key_of(row: Row) -> ApiKey:
    return ApiKey(
        id=row["id"],
        account=row["account"],
        name=row["name"],
        hint=row["hint"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
    )
