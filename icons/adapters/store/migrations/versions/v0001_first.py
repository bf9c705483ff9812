"""Everything the first version keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from icons.adapters.store.tallying import TRIGGERS

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_accounts()
    _create_credentials()
    _create_profiles()
    _create_replies()
    _create_batches()
    _create_jobs()
    _index_jobs()
    _create_tallies()
    _create_queue()
    _create_events()
    _create_images()
    _create_image_tags()
    _create_cache()
    _create_spending()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("rates", sa.JSON(), nullable=False),
        sa.Column("month_budget", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject"),
    )


def _create_credentials() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.String(128), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("last_used_at", sa.Double()),
        sa.Column("expires_at", sa.Double()),
        sa.Column("revoked_at", sa.Double()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_index("ix_api_keys_account", "api_keys", ["account"])
    op.create_table(
        "ended_sessions",
        sa.Column("session", sa.String(255), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.create_index("ix_ended_sessions_expires_at", "ended_sessions", ["expires_at"])
    op.create_table(
        "tickets",
        sa.Column("ticket_hash", sa.String(128), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("session", sa.String(255)),
        sa.Column("by_key", sa.Boolean(), nullable=False),
        sa.Column("proof_expires_at", sa.Double()),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("ticket_hash"),
    )
    op.create_index("ix_tickets_expires_at", "tickets", ["expires_at"])


def _create_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", sa.JSON()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    op.create_index("ix_replies_expires_at", "replies", ["expires_at"])


def _create_profiles() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("base_url", sa.String(512), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.Column("key_hint", sa.String(16), nullable=False),
        sa.Column("requests_per_minute", sa.Integer()),
        sa.Column("tokens_per_minute", sa.Integer()),
        sa.Column("images_per_minute", sa.Integer()),
        sa.Column("concurrency", sa.Integer()),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_profiles_account", "profiles", ["account"])


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("window_size", sa.Integer(), nullable=False),
        sa.Column("max_cost", sa.BigInteger()),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.String(255)),
        sa.Column("correlation_id", sa.String(255), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("delayed", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("completed_categories", sa.Integer(), nullable=False),
        sa.Column("current_index", sa.Integer()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("batches_of_account", "batches", ["account", "created_at", "id"])


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("batch_id", sa.String(64)),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("lane", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("tag", sa.Double(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(255)),
        sa.Column("correlation_id", sa.String(255), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
        sa.Column("run_at", sa.Double()),
        sa.Column("worker", sa.String(128)),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("cached", sa.Boolean(), nullable=False),
        sa.Column("error", sa.JSON()),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _index_jobs() -> None:
    op.create_index("jobs_active", "jobs", ["worker"], **_where("active"))
    op.create_index("jobs_at_work", "jobs", ["account", "fingerprint"], unique=True, **_where("active"))
    op.create_index("jobs_answered", "jobs", ["account", "cached", "finished_at"], **_where("completed"))
    op.create_index("jobs_answered_of_all", "jobs", ["cached", "finished_at"], **_where("completed"))
    op.create_index("jobs_delayed", "jobs", ["run_at"], **_where("delayed"))
    op.create_index("jobs_held", "jobs", ["batch_id", "position"], **_where("held"))
    op.create_index("jobs_in_state", "jobs", ["account", "state", "created_at", "id"])
    op.create_index("jobs_of_account", "jobs", ["account", "created_at", "id"])
    op.create_index("jobs_of_user", "jobs", ["account", "user_id", "created_at", "id"])
    op.create_index("jobs_of_batch", "jobs", ["batch_id", "position", "state", "category_index"])
    op.create_index("jobs_waiting", "jobs", ["lane", "priority", "tag", "created_at", "id"], **_where("waiting"))


_STATES = ("held", "waiting", "active", "delayed", "completed", "failed", "cancelled")


def _create_tallies() -> None:
    """The counters, and the triggers that keep them in step with the jobs."""
    op.create_table(
        "tallies",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        *(sa.Column(state, sa.Integer(), nullable=False) for state in _STATES),
        sa.Column("cached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "priority"),
    )
    for trigger in TRIGGERS:  # they hold no data: whoever changes them drops them and makes them anew
        op.execute(trigger)


def _create_queue() -> None:
    op.create_table(
        "lines",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("tag", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "priority"),
    )
    op.create_table(
        "virtual_times",
        sa.Column("priority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("priority"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("beat_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("job_id", sa.String(64)),
        sa.Column("batch_id", sa.String(64)),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("correlation_id", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_of_account", "events", ["account", "seq"])
    op.create_index("events_of_batch", "events", ["batch_id", "seq"])
    op.create_index("events_of_job", "events", ["job_id", "seq"])
    op.create_index("ix_events_at", "events", ["at"])


def _create_images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("filename", sa.String(128), nullable=False),
        sa.Column("blob", sa.String(128), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("generation_prompt", sa.Text(), nullable=False),
        sa.Column("generation_model", sa.String(255), nullable=False),
        sa.Column("profile_id", sa.String(64)),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("filename"),
    )
    op.create_index("images_by_age", "images", ["account", "created_at", "id"])
    op.create_index("images_of_account", "images", ["account", "blob", "size"])
    op.create_index("ix_images_blob", "images", ["blob"])
    op.create_table(
        "job_images",
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"]),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"]),
        sa.PrimaryKeyConstraint("job_id", "position"),
    )
    op.create_index("ix_job_images_image_id", "job_images", ["image_id"])


def _create_image_tags() -> None:
    op.create_table(
        "image_tags",
        sa.Column("image_id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tag_type", sa.String(16), nullable=False),
        sa.Column("tag_id", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("image_id", "position"),
    )
    op.create_index("images_of_tag", "image_tags", ["tag_id", "tag_type", "image_id"])


def _create_cache() -> None:
    op.create_table(
        "cache",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("category", sa.String(255), nullable=False),
        sa.Column("style", sa.String(255), nullable=False),
        sa.Column("color_scheme", sa.String(255), nullable=False),
        sa.Column("category_key", sa.String(255), nullable=False),
        sa.Column("style_key", sa.String(255), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("last_used_at", sa.Double(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "fingerprint"),
    )
    op.create_index("cache_of_account", "cache", ["account", "created_at"])
    op.create_index("ix_cache_last_used_at", "cache", ["last_used_at"])
    op.create_table(
        "cache_images",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account", "fingerprint"], ["cache.account", "cache.fingerprint"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"]),
        sa.PrimaryKeyConstraint("account", "fingerprint", "position"),
    )
    op.create_index("ix_cache_images_image_id", "cache_images", ["image_id"])


def _where(state: str) -> dict[str, Any]:
    return {f"{dialect}_where": sa.text(f"state = '{state}'") for dialect in ("sqlite", "postgresql")}


def _create_spending() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("batch_id", sa.String(64)),
        sa.Column("lane", sa.String(255), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("estimate", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger()),
        sa.Column("usage", sa.JSON(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("calls_of_account", "calls", ["account", "created_at"])
    op.create_index("ix_calls_job_id", "calls", ["job_id"])
    op.create_index("ix_calls_batch_id", "calls", ["batch_id"])
    op.create_table(
        "limits",
        sa.Column("lane", sa.String(255), nullable=False),
        sa.Column("quantity", sa.String(16), nullable=False),
        sa.Column("free_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "quantity"),
    )
