"""Indexes and counters under which a large account's questions cost what a small one's do."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from icons.adapters.store.tallying import FACET_TRIGGERS

revision = "0003"
down_revision = "0002"


_FACETS = {
    "source": "source",
    "category": "substr(facts ->> 'category', 1, 255)",
    "style": "substr(facts ->> 'style', 1, 255)",
    "color_scheme": "substr(facts ->> 'color_scheme', 1, 255)",
    "model": "generation_model",
    "provider": "coalesce(profile_id, facts ->> 'provider')",
}
_TITLE = "substr(lower(coalesce(nullif(name, ''), facts ->> 'category', generation_prompt)), 1, 100)"


def upgrade() -> None:
    _index_jobs()
    _index_galleries()
    _count_facets()
    op.create_index("batches_open", "batches", ["account"], **_where("finished_at IS NULL"))
    op.drop_index("calls_of_account", "calls")
    op.create_index("calls_of_account", "calls", ["account", "created_at", "state", "cost", "estimate", "model"])
    op.create_index("deliveries_in_state", "deliveries", ["account", "state", "created_at", "id"])
    labelled = _where("user_id IS NOT NULL")
    op.create_index("chats_of_user", "chats", ["account", "user_id", "updated_at", "id"], **labelled)


def _index_jobs() -> None:
    op.drop_index("jobs_of_user", "jobs")
    labelled = _where("user_id IS NOT NULL")
    op.create_index("jobs_of_user", "jobs", ["account", "user_id", "state", "created_at", "id"], **labelled)
    single = _where("coalesce(batch_id, '') = '' AND finished_at IS NOT NULL")
    op.create_index("jobs_ended", "jobs", ["account", "state", "finished_at"], **single)
    outside = _where("state = 'waiting' AND kind = 'browser'")
    op.create_index("jobs_for_outside", "jobs", ["account", "lane"], **outside)
    op.drop_index("jobs_answered", "jobs")
    completed = _where("state = 'completed'")
    op.create_index("jobs_answered", "jobs", ["account", "cached", "finished_at", "started_at"], **completed)


def _index_galleries() -> None:
    op.create_index("images_by_size", "images", ["account", "size", "id"])
    op.create_index("images_by_title", "images", ["account", sa.text(f"({_TITLE})"), "id"])
    for name, value in _FACETS.items():
        op.create_index(f"images_of_{name}", "images", ["account", sa.text(f"({value})"), "created_at", "id"])
    op.drop_index("cache_of_account", "cache")
    op.create_index("cache_of_account", "cache", ["account", "created_at", "fingerprint"])


def _count_facets() -> None:
    op.create_table(
        "facets",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("images", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "name", "value"),
    )
    counted = "INSERT INTO facets (account, name, value, images) SELECT account, {}, count(*) FROM {} GROUP BY 1, 2, 3"
    for name, value in {"all": "''", **_FACETS}.items():
        op.execute(counted.format(f"'{name}', coalesce({value}, '')", "images"))
    op.execute(counted.format("'tag', tag_type || ' ' || tag_id", "image_tags JOIN images ON images.id = image_id"))
    for trigger in FACET_TRIGGERS:
        op.execute(trigger)


def _where(condition: str) -> dict[str, Any]:
    return {f"{dialect}_where": sa.text(condition) for dialect in ("sqlite", "postgresql")}
