"""The tables: what is kept, and the index behind each question."""

from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from icons.domain.access import Role
from icons.domain.events import EventType
from icons.domain.hooks import DeliveryState, HookEvent
from icons.domain.images import Format, Source, TagType
from icons.domain.jobs import State
from icons.domain.spending import CallState

metadata = sa.MetaData()

Id = sa.String(64)
Lane = sa.String(255)
Seconds = sa.Double  # epoch seconds, UTC, by the database's clock
Json = sa.JSON(none_as_null=True)


def _names(kind: type[StrEnum]) -> sa.Enum:
    """A column that holds the values of an enumeration as plain text, so that new ones need no migration."""
    return sa.Enum(
        kind, native_enum=False, length=16, values_callable=lambda members: [str(member) for member in members]
    )


def _account(**options: Any) -> sa.Column[str]:
    return sa.Column("account", Id, sa.ForeignKey("accounts.id"), nullable=False, **options)


def _index_where(condition: str, name: str, *columns: str) -> sa.Index:
    """An index over the rows that this condition holds for, in words that every engine understands."""
    where = sa.text(condition)
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", sa.String(255), nullable=False, unique=True),
    sa.Column("role", _names(Role), nullable=False),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("rates", Json, nullable=False),  # policy -> rate, where it is not everybody's
    sa.Column("month_budget", sa.BigInteger),  # micro-dollars in a calendar month
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(index=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("hint", sa.String(16), nullable=False),
    sa.Column("secret_hash", sa.String(128), nullable=False, unique=True),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("last_used_at", Seconds),
    sa.Column("expires_at", Seconds),
    sa.Column("revoked_at", Seconds),
)

ended_sessions = sa.Table(
    "ended_sessions",
    metadata,
    sa.Column("session", sa.String(255), primary_key=True),
    sa.Column("expires_at", Seconds, nullable=False, index=True),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("ticket_hash", sa.String(128), primary_key=True),
    _account(),
    # The proof that the ticket was given for: a stream ends with it.
    sa.Column("session", sa.String(255)),
    sa.Column("by_key", sa.Boolean, nullable=False),
    sa.Column("proof_expires_at", Seconds),
    sa.Column("expires_at", Seconds, nullable=False, index=True),
)

replies = sa.Table(
    "replies",
    metadata,
    _account(primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),  # the caller's own
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("mark", Id, nullable=False),
    # Empty while the first request is being answered:
    sa.Column("status", sa.Integer),
    sa.Column("headers", Json),
    sa.Column("body", sa.LargeBinary),
    sa.Column("expires_at", Seconds, nullable=False, index=True),
)

profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(index=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("provider", sa.String(64), nullable=False),
    sa.Column("base_url", sa.String(512), nullable=False),
    sa.Column("model", sa.String(255), nullable=False),
    sa.Column("sealed_key", sa.Text, nullable=False),  # "" = without a key
    sa.Column("key_hint", sa.String(16), nullable=False),
    sa.Column("requests_per_minute", sa.Integer),
    sa.Column("tokens_per_minute", sa.Integer),
    sa.Column("images_per_minute", sa.Integer),
    sa.Column("concurrency", sa.Integer),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("updated_at", Seconds, nullable=False),
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(),
    sa.Column("request", Json, nullable=False),
    sa.Column("categories", Json, nullable=False),
    sa.Column("window_size", sa.Integer, nullable=False),
    sa.Column("max_cost", sa.BigInteger),  # micro-dollars
    sa.Column("cancel_asked", sa.Boolean, nullable=False),
    sa.Column("user_id", sa.String(255)),
    sa.Column("correlation_id", sa.String(255), nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("started_at", Seconds),
    sa.Column("finished_at", Seconds),
    # Derived from the batch's jobs in each transaction that moves one, so that a listing reads no jobs:
    *(sa.Column(state.value, sa.Integer, nullable=False) for state in State),
    sa.Column("completed_categories", sa.Integer, nullable=False),
    sa.Column("current_index", sa.Integer),
    sa.Column("hook", Json),
    sa.Index("batches_of_account", "account", "created_at", "id"),
    _index_where("finished_at IS NULL", "batches_open", "account"),
)

SINGLE: Final = "coalesce(batch_id, '') = ''"
"""Whether a job is of no batch. Of `IS NULL` SQLite would think that few rows are so, and read all of them."""

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(),
    sa.Column("batch_id", Id, sa.ForeignKey("batches.id")),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("category_index", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("lane", Lane, nullable=False),  # whose capacity it takes
    sa.Column("state", _names(State), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("tag", sa.Double, nullable=False),  # fair place among the waiting; see moves.py
    sa.Column("request", Json, nullable=False),
    sa.Column("fingerprint", sa.String(128), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("progress", sa.Integer, nullable=False),
    sa.Column("stage", sa.String(64), nullable=False),
    sa.Column("user_id", sa.String(255)),
    sa.Column("correlation_id", sa.String(255), nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("started_at", Seconds),
    sa.Column("finished_at", Seconds),
    sa.Column("run_at", Seconds),  # when a delayed job is due
    sa.Column("worker", sa.String(128)),  # whose lease it is, while active
    sa.Column("cancel_asked", sa.Boolean, nullable=False),  # the worker shall stop it
    sa.Column("cached", sa.Boolean, nullable=False),
    sa.Column("error", Json),
    sa.Column("facts", Json, nullable=False),
    sa.Column("hook", Json),  # whom to tell of its end
    # Covers the counting of a batch: (batch, state, category) are read from the index alone.
    sa.Index("jobs_of_batch", "batch_id", "position", "state", "category_index"),
    # Behind the lists of an account's jobs, newest first: all, those in one state, those of one end user by state. None
    # begins with the state: SQLite would rather use it than the partial indexes below, and sort what it finds.
    sa.Index("jobs_of_account", "account", "created_at", "id"),
    sa.Index("jobs_in_state", "account", "state", "created_at", "id"),
    _index_where("user_id IS NOT NULL", "jobs_of_user", "account", "user_id", "state", "created_at", "id"),
    # What can be cleaned away, and what waits for workers from outside.
    _index_where(f"{SINGLE} AND finished_at IS NOT NULL", "jobs_ended", "account", "state", "finished_at"),
    _index_where("state = 'waiting' AND kind = 'browser'", "jobs_for_outside", "account", "lane"),
)


def stands(*states: State, table: sa.FromClause = jobs) -> sa.ColumnElement[bool]:
    """Whether a job is in one of these states.

    The values stand in the text of the statement: SQLite matches a partial index with literals, not with parameters.
    """
    literals: list[sa.ColumnElement[Any]] = [sa.literal_column(f"'{state.value}'") for state in states]
    return table.c.state == literals[0] if len(literals) == 1 else table.c.state.in_(literals)


def belongs(table: sa.Table, account: str | sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether rows that are found by an id are the account's; no index answers it. Without statistics SQLite takes an
    account for small, and would rather walk through all that it has."""
    return table.c.account.concat(sa.literal_column("''")) == account


def _index_of(state: State, name: str, *columns: str, unique: bool = False) -> None:
    """An index over the jobs in one state only: it stays small however many jobs have ended."""
    where = stands(state)
    sa.Index(name, *(jobs.c[column] for column in columns), unique=unique, sqlite_where=where, postgresql_where=where)


_index_of(State.HELD, "jobs_held", "batch_id", "position")
_index_of(State.WAITING, "jobs_waiting", "lane", "priority", "tag", "created_at", "id")
_index_of(State.DELAYED, "jobs_delayed", "run_at")
_index_of(State.COMPLETED, "jobs_answered", "account", "cached", "finished_at", "started_at")  # all that is asked
_index_of(State.COMPLETED, "jobs_answered_of_all", "cached", "finished_at")
_index_of(State.ACTIVE, "jobs_active", "worker")
_index_of(State.ACTIVE, "jobs_at_work", "account", "fingerprint", unique=True)

# How many jobs of an account and priority stand where, so that statistics and caps count nothing. Triggers on `jobs`,
# made by the migration, keep it in the transaction of each move: no statement that moves jobs can forget it.
tallies = sa.Table(
    "tallies",
    metadata,
    _account(primary_key=True),
    sa.Column("priority", sa.Integer, primary_key=True),
    *(sa.Column(state.value, sa.Integer, nullable=False) for state in State),
    sa.Column("cached", sa.Integer, nullable=False),  # completed jobs that the cache answered
)

# Fair queueing (see moves.py): how far each account's line reaches, and how far the claims have come.
lines = sa.Table(
    "lines",
    metadata,
    _account(primary_key=True),
    sa.Column("priority", sa.Integer, primary_key=True),
    sa.Column("tag", sa.Double, nullable=False),
)
virtual_times = sa.Table(
    "virtual_times",
    metadata,
    sa.Column("priority", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("tag", sa.Double, nullable=False),
)

# The ledger: every provider call, written down before it is made. The job may be cleaned away; what it cost stays.
calls = sa.Table(
    "calls",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(),
    sa.Column("job_id", Id, nullable=False, index=True),
    sa.Column("batch_id", Id, index=True),
    sa.Column("lane", Lane, nullable=False),
    sa.Column("provider", sa.String(64), nullable=False),
    sa.Column("model", sa.String(255), nullable=False),
    sa.Column("state", _names(CallState), nullable=False),
    sa.Column("estimate", sa.BigInteger, nullable=False),  # micro-dollars
    sa.Column("cost", sa.BigInteger),  # micro-dollars, once known
    sa.Column("usage", Json, nullable=False),
    sa.Column("waived", sa.Boolean, nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("ended_at", Seconds),
    # Covers the sums of an account: no row is read for them.
    sa.Index("calls_of_account", "account", "created_at", "state", "cost", "estimate", "model"),
)

# Limits that several processes share (see domain/limits.py).
limits = sa.Table(
    "limits",
    metadata,
    sa.Column("lane", Lane, primary_key=True),
    sa.Column("quantity", sa.String(16), primary_key=True),
    sa.Column("free_at", Seconds, nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("beat_at", Seconds, nullable=False),
)

# What is known of a worker that has connected from outside.
outside_workers = sa.Table(
    "outside_workers",
    metadata,
    sa.Column("id", sa.String(128), sa.ForeignKey("workers.id", ondelete="CASCADE"), primary_key=True),
    _account(index=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("capabilities", Json, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("available", sa.Boolean, nullable=False),
    sa.Column("connected_at", Seconds, nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("type", _names(EventType), nullable=False),
    _account(),
    sa.Column("job_id", Id),
    sa.Column("batch_id", Id),
    sa.Column("data", Json, nullable=False),
    sa.Column("at", Seconds, nullable=False, index=True),
    sa.Column("correlation_id", sa.String(255), nullable=False),
    sa.Index("events_of_account", "account", "seq"),
    sa.Index("events_of_job", "job_id", "seq"),
    sa.Index("events_of_batch", "batch_id", "seq"),
    sqlite_autoincrement=True,  # a forgotten number is never given again
)

_FACETS: Final = {
    "source": "{0}source",
    "category": "substr({0}facts ->> 'category', 1, 255)",
    "style": "substr({0}facts ->> 'style', 1, 255)",
    "color_scheme": "substr({0}facts ->> 'color_scheme', 1, 255)",
    "model": "{0}generation_model",
    "provider": "coalesce({0}profile_id, {0}facts ->> 'provider')",
}


def facets_of(row: str = "") -> dict[str, str]:
    """What a gallery can be asked for: name -> how an image says it, in words that every engine understands. Indexes,
    triggers (``row``: "NEW." or "OLD.") and questions say it in the same ones."""
    return {name: text.format(row) for name, text in _FACETS.items()}


TITLE: Final = "substr(lower(coalesce(nullif(name, ''), facts ->> 'category', generation_prompt)), 1, 100)"
"""By what a gallery is sorted by name."""

images = sa.Table(
    "images",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(),
    sa.Column("filename", sa.String(128), nullable=False, unique=True),
    sa.Column("blob", sa.String(128), nullable=False, index=True),
    sa.Column("format", _names(Format), nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("source", _names(Source), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("generation_prompt", sa.Text, nullable=False),
    sa.Column("generation_model", sa.String(255), nullable=False),
    sa.Column("profile_id", Id),  # no foreign key: pictures outlive the profile they were drawn with
    sa.Column("kept", sa.Boolean, nullable=False),  # no purge takes it
    sa.Index("images_of_account", "account", "blob", "size"),
    sa.Index("images_by_age", "account", "created_at", "id"),
    sa.Index("images_by_size", "account", "size", "id"),
    sa.Index("images_by_title", "account", sa.text(f"({TITLE})"), "id"),
    *(
        sa.Index(f"images_of_{name}", "account", sa.text(f"({value})"), "created_at", "id")
        for name, value in facets_of().items()
    ),
)

# How many of an account's images have what: see `facets_of`, and besides ("tag", "<type> <id>") and all, ("all", "").
# Triggers on `images` and `image_tags` keep it, as others keep the tallies of jobs; see tallying.py.
facets = sa.Table(
    "facets",
    metadata,
    _account(primary_key=True),
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("images", sa.Integer, nullable=False),
)

image_tags = sa.Table(
    "image_tags",
    metadata,
    sa.Column("image_id", Id, sa.ForeignKey("images.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("tag_type", _names(TagType), nullable=False),
    sa.Column("tag_id", sa.String(255), nullable=False),
    sa.Index("images_of_tag", "tag_id", "tag_type", "image_id"),
)

job_images = sa.Table(
    "job_images",
    metadata,
    sa.Column("job_id", Id, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("image_id", Id, sa.ForeignKey("images.id"), nullable=False, index=True),
)

cache = sa.Table(
    "cache",
    metadata,
    _account(primary_key=True),
    sa.Column("fingerprint", sa.String(128), primary_key=True),
    sa.Column("category", sa.String(255), nullable=False),
    sa.Column("style", sa.String(255), nullable=False),
    sa.Column("color_scheme", sa.String(255), nullable=False),
    sa.Column("category_key", sa.String(255), nullable=False),  # normalised, for filters
    sa.Column("style_key", sa.String(255), nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("last_used_at", Seconds, nullable=False, index=True),
    sa.Column("hits", sa.Integer, nullable=False),
    sa.Index("cache_of_account", "account", "created_at", "fingerprint"),
)

cache_images = sa.Table(
    "cache_images",
    metadata,
    sa.Column("account", Id, primary_key=True),
    sa.Column("fingerprint", sa.String(128), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("image_id", Id, sa.ForeignKey("images.id"), nullable=False, index=True),
    sa.ForeignKeyConstraint(["account", "fingerprint"], ["cache.account", "cache.fingerprint"], ondelete="CASCADE"),
)

# Webhooks: what is owed to whom. Written in the transaction of the event; jobs may be cleaned away before it is sent.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(),
    sa.Column("event", _names(HookEvent), nullable=False),
    sa.Column("url", sa.String(2048), nullable=False),
    sa.Column("host", sa.String(255), nullable=False),  # of the address: few messages go to one at a time
    sa.Column("job_id", Id),
    sa.Column("batch_id", Id),
    sa.Column("correlation_id", sa.String(255), nullable=False),
    sa.Column("data", Json, nullable=False),  # what the event was about, as it stood then
    sa.Column("state", _names(DeliveryState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),  # since it was written or redelivered by hand
    sa.Column("begun_at", Seconds, nullable=False),  # when that was
    sa.Column("next_at", Seconds),  # while pending; pushed on by whoever is at it, so that nobody else is
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("ended_at", Seconds, index=True),
    sa.Column("last_status", sa.Integer),
    sa.Column("last_error", sa.String(255), nullable=False),
    sa.Index("deliveries_of_account", "account", "created_at", "id"),
    sa.Index("deliveries_in_state", "account", "state", "created_at", "id"),
    _index_where("state = 'pending'", "deliveries_due", "next_at", "host", "account"),
)

# What signs an account's webhooks; after a rotation the old one signs along until it expires.
hook_secrets = sa.Table(
    "hook_secrets",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(index=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("expires_at", Seconds),  # None: the present one
)

# Addresses that have answered 410 Gone.
silenced_hooks = sa.Table(
    "silenced_hooks",
    metadata,
    _account(primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),  # SHA-256 of the address
    sa.Column("at", Seconds, nullable=False),
)

chats = sa.Table(
    "chats",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _account(),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("user_id", sa.String(255)),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("updated_at", Seconds, nullable=False),
    sa.Index("chats_of_account", "account", "updated_at", "id"),
    _index_where("user_id IS NOT NULL", "chats_of_user", "account", "user_id", "updated_at", "id"),
)

chat_messages = sa.Table(
    "chat_messages",
    metadata,
    sa.Column("chat_id", Id, sa.ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("job_id", Id),
    sa.Column("image_job_id", Id),
    sa.Column("created_at", Seconds, nullable=False),
)
