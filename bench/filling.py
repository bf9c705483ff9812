"""A database full of an account's work, and of some other accounts', written with a few large statements."""

import time
from contextlib import closing
from typing import Any, Final

from icons.adapters.store.database import Database
from icons.adapters.store.tables import facets_of

_DAYS: Final = 90  # that the work is spread over, up to now

_NUMBERS: Final = """WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {rows}),
spread(n, at) AS (SELECT n, {now} - ({rows} - n) * {seconds} / {rows} FROM numbers)"""
_OWNER: Final = "CASE WHEN n % 10 = 0 THEN 'other ' || (n / 10 % {others}) ELSE '{account}' END"

_ACCOUNTS: Final = """
INSERT INTO accounts (id, subject, role, created_at, disabled, rates)
{numbers} SELECT 'other ' || n, 'other ' || n, 'user', at, false, {empty} FROM spread
"""
_BATCHES: Final = """
INSERT INTO batches (id, account, request, categories, window_size, cancel_asked, correlation_id, created_at,
                     started_at, finished_at, held, waiting, active, delayed, completed, failed, cancelled,
                     completed_categories)
{numbers} SELECT {number} || '-batch', '{account}', {empty}, {words}, 5, false, 'bench', at, at,
                 CASE WHEN n % 1000 = 999 THEN NULL ELSE at + 60 END, 0, 0, 0, 0, 10, 0, 0, 1 FROM spread
"""
# Of a hundred jobs 96 are completed, two failed and one was cancelled; one waits. A fifth are of batches, ten each.
_JOBS: Final = """
INSERT INTO jobs (id, account, batch_id, position, category_index, kind, lane, state, priority, tag, request,
                  fingerprint, attempt, failures, progress, stage, user_id, correlation_id, created_at, started_at,
                  finished_at, cancel_asked, cached, facts)
{numbers} SELECT {number} || '-job', {owner},
       CASE WHEN n % 50 BETWEEN 11 AND 19 THEN {batch} || '-batch' END, n % 50, 0, 'icon',
       CASE WHEN n % 200 = 1 THEN 'local' ELSE 'lane ' || (n / 100 % 100) END,
       CASE n % 100 WHEN 1 THEN 'waiting' WHEN 2 THEN 'failed' WHEN 3 THEN 'failed' WHEN 4 THEN 'cancelled'
                    ELSE 'completed' END,
       1, n, {request}, {number}, 1, 0, 100, 'bench', 'user ' || (n % 53), 'bench', at, at + 1,
       CASE WHEN n % 100 <> 1 THEN at + 3 END, false, n % 4 = 0, {empty} FROM spread
"""
_IMAGES: Final = """
INSERT INTO images (id, account, filename, blob, format, width, height, size, created_at, facts, source, name,
                    generation_prompt, generation_model, kept)
{numbers} SELECT {number} || '-image', {owner}, {number} || '.png', {number} || '.blob', 'png', 512, 512, n % 9973, at,
       {facts}, CASE WHEN n % 7 = 0 THEN 'upload' ELSE 'generated' END,
       CASE WHEN n % 3 = 0 THEN 'name ' || n ELSE '' END,
       'An icon of a ' || (n % 997) || ' in a modern style with soft colours, one of a set, on a plain ground',
       'model ' || (n % 5), n % 7 = 0 FROM spread
"""
_TAGS: Final = """
INSERT INTO image_tags (image_id, position, tag_type, tag_id)
{numbers} SELECT {number} || '-image', 0, 'THEME', 'theme ' || (n % 499) FROM spread
"""
_SHOWN: Final = """
INSERT INTO job_images (job_id, position, image_id)
{numbers} SELECT {number} || '-job', 0, {number} || '-image' FROM spread WHERE n % 100 > 4
"""
_CACHE: Final = """
INSERT INTO cache (account, fingerprint, category, style, color_scheme, category_key, style_key, created_at,
                   last_used_at, hits)
{numbers} SELECT {owner}, {number}, 'category ' || (n % 97), 'modern', 'pastel', 'category ' || (n % 97), 'modern', at,
                 at, 1 FROM spread
"""
_CACHE_IMAGES: Final = """
INSERT INTO cache_images (account, fingerprint, position, image_id)
{numbers} SELECT {owner}, {number}, 0, {number} || '-image' FROM spread
"""
_CALLS: Final = """
INSERT INTO calls (id, account, job_id, batch_id, lane, provider, model, state, estimate, cost, usage, waived,
                   created_at, ended_at)
{numbers} SELECT {number} || '-call', {owner}, {number} || '-job',
       CASE WHEN n % 50 BETWEEN 11 AND 19 THEN {batch} || '-batch' END, 'openai', 'openai', 'model ' || (n % 5),
       CASE n % 50 WHEN 7 THEN 'unknown' WHEN 8 THEN 'refused' ELSE 'settled' END, 40000, 39000, {empty}, false, at,
       at + 3 FROM spread
"""
_EVENTS: Final = """
INSERT INTO events (type, account, job_id, batch_id, data, at, correlation_id)
{numbers} SELECT 'job_completed', {owner}, {number} || '-job',
       CASE WHEN n % 50 BETWEEN 11 AND 19 THEN {batch} || '-batch' END, {empty}, at, 'bench' FROM spread
"""
_DELIVERIES: Final = """
INSERT INTO deliveries (id, account, event, url, host, job_id, correlation_id, data, state, attempts, begun_at, next_at,
                        created_at, ended_at, last_error)
{numbers} SELECT 'msg_' || {number}, {owner}, 'job.completed', 'https://host' || (n % 50) || '.example/',
       'host' || (n % 50), {number} || '-job', 'bench', {empty},
       CASE WHEN n % 500 = 3 THEN 'pending' WHEN n % 500 = 7 THEN 'failed' ELSE 'delivered' END, 1, at,
       CASE WHEN n % 500 = 3 THEN at END, at, CASE WHEN n % 500 <> 3 THEN at END, '' FROM spread
"""
_CHATS: Final = """
INSERT INTO chats (id, account, title, user_id, created_at, updated_at)
{numbers} SELECT {number} || '-chat', {owner}, 'chat', 'user ' || (n % 503), at, at FROM spread
"""
_MESSAGES: Final = """
INSERT INTO chat_messages (chat_id, position, role, text, created_at)
{numbers} SELECT {number} || '-chat', 0, 'user', 'Hello', at FROM spread
"""
# PostgreSQL keeps each version of a row until the transaction ends: a million steps of one counter become one.
_TALLIES: Final = """
INSERT INTO tallies (account, priority, held, waiting, active, delayed, completed, failed, cancelled, cached)
SELECT account, priority, 0, count(*) FILTER (WHERE state = 'waiting'), 0, 0,
       count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE state = 'cancelled'), count(*) FILTER (WHERE state = 'completed' AND cached)
FROM jobs GROUP BY account, priority
"""
_FACET: Final = (
    "INSERT INTO facets (account, name, value, images) SELECT account, {}, count(*) FROM {} GROUP BY 1, 2, 3"
)
_FACETS: Final = (
    *(_FACET.format(f"'{name}', coalesce({value}, '')", "images") for name, value in facets_of().items()),
    _FACET.format("'all', ''", "images"),
    _FACET.format("'tag', tag_type || ' ' || tag_id", "image_tags JOIN images ON images.id = image_id"),
)
_COUNTED: Final = ("jobs", "images", "image_tags")
_PARTS: Final = (  # statement, jobs for each of its rows
    (_ACCOUNTS, 1000),
    (_BATCHES, 50),
    (_JOBS, 1),
    (_IMAGES, 5),
    (_TAGS, 5),
    (_SHOWN, 5),
    (_CACHE, 10),
    (_CACHE_IMAGES, 10),
    (_CALLS, 5),
    (_EVENTS, 1),
    (_DELIVERIES, 10),
    (_CHATS, 100),
    (_MESSAGES, 100),
)
_JSON: Final = {
    "empty": "{}",
    "words": '["one"]',
    "request": '{"category": "Music", "style": "Modern", "color_scheme": "pastel", "size": 512}',
}
_FACTS: Final = """'{"provider": "openai", "style": "modern", "color_scheme": "pastel", "category": "category '
       || (n % 97) || '"}'"""
_NUMBER: Final = {"sqlite": "printf('%08x', {})", "postgresql": "lpad(to_hex({}), 8, '0')"}
_BEFORE: Final = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000", "PRAGMA foreign_keys = OFF"),
    "postgresql": [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in _COUNTED],
}
_AFTER: Final = {
    "sqlite": (),
    "postgresql": [
        *(_TALLIES, *_FACETS),
        *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in _COUNTED),
        "VACUUM ANALYZE",
    ],
}


def fill(url: str, account: str, count: int) -> None:
    """Put so many jobs, and what goes with them, into an empty store; nine of ten are the account's."""
    database = Database(url)
    kind = database.engine.dialect.name
    with closing(database.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection  # outside of transactions, so that VACUUM may be said
        if kind == "postgresql":
            driver.autocommit = True
        parts = [_spelled(kind, part, account, count, count // each) for part, each in _PARTS]
        for statement in (*_BEFORE[kind], *parts, *_AFTER[kind]):
            driver.execute(statement)
    database.close()


def _spelled(kind: str, statement: str, account: str, count: int, rows: int) -> str:
    """The statement in the words of the engine."""
    cast = "CAST({} AS json)" if kind == "postgresql" else "{}"
    words = {
        **{name: cast.format(f"'{text}'") for name, text in _JSON.items()},
        "facts": cast.format(_FACTS),
        "number": _NUMBER[kind].format("n"),
        "batch": _NUMBER[kind].format("n / 50"),
        "owner": _OWNER.format(account=account, others=max(1, count // 1000)),
        "account": account,
        "numbers": _NUMBERS.format(rows=rows, now=time.time(), seconds=_DAYS * 86400.0),
    }
    return statement.format(**words)
