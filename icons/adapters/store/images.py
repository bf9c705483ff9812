"""Images, the answers remembered for equal requests, and the removal of what nothing shows any more."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Database, Row, Transaction, Values, chunks
from icons.adapters.store.engine import insert_missing, upsert
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import image_of
from icons.adapters.store.tables import belongs, cache, cache_images, image_tags, images, job_images, jobs
from icons.domain.images import CacheEntry, Image
from icons.domain.jobs import Job

_SAME_ENTRY: Final = (cache_images.c.account == cache.c.account) & (cache_images.c.fingerprint == cache.c.fingerprint)
_SHOWN: Final = sa.or_(
    images.c.kept,
    sa.exists().where(cache_images.c.image_id == images.c.id),
    sa.exists().where(
        job_images.c.image_id == images.c.id, jobs.c.id == job_images.c.job_id, jobs.c.batch_id.is_not(None)
    ),
)
_REMEMBER: Final = upsert(
    cache, "category", "style", "color_scheme", "category_key", "style_key", "created_at", "last_used_at"
)
_DROP: Final = sa.delete(cache).where(
    cache.c.account == sa.bindparam("of"),
    cache.c.fingerprint == sa.bindparam("key"),
    cache.c.last_used_at == sa.bindparam("used_at"),
)
_FORGET_IMAGES: Final = sa.delete(cache_images).where(
    cache_images.c.account == sa.bindparam("account"), cache_images.c.fingerprint == sa.bindparam("fingerprint")
)
# Asked most of all, so built once: to build one, and to look up what it was compiled to, costs more than to run it.
_MINE: Final = sa.select(images).where(
    belongs(images, sa.bindparam("of")), images.c.id.in_(sa.bindparam("ids", expanding=True))
)
_OF_ACCOUNT: Final = sa.select(images).where(
    images.c.filename == sa.bindparam("name"), images.c.account == sa.bindparam("of")
)
_BY_FILENAME: Final = sa.select(images).where(images.c.filename == sa.bindparam("name"))
_ANSWERS: Final = (
    sa.select(cache_images.c.fingerprint, images)
    .join(images, images.c.id == cache_images.c.image_id)
    .where(
        cache_images.c.account == sa.bindparam("of"),
        cache_images.c.fingerprint.in_(sa.bindparam("marks", expanding=True)),
    )
    .order_by(cache_images.c.position)
)


@persistent
class SqlImages:
    """The port `Images` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str, filename: str) -> Image | None:
        return self._one(_OF_ACCOUNT, {"name": filename, "of": account})

    def by_filename(self, filename: str) -> Image | None:
        return self._one(_BY_FILENAME, {"name": filename})

    def _one(self, statement: sa.Select[Any], values: Values) -> Image | None:
        with self._database.look() as tx:
            row = tx.row(statement, values)
        return image_of(row) if row else None

    def many(self, account: str, image_ids: Iterable[str]) -> dict[str, Image]:
        found: dict[str, Image] = {}
        for ids in chunks([*image_ids]):
            with self._database.look() as tx:
                found |= {row["id"]: image_of(row) for row in tx.rows(_MINE, {"of": account, "ids": ids})}
        return found

    def cached(self, account: str, fingerprints: Sequence[str]) -> dict[str, tuple[Image, ...]]:
        found: dict[str, tuple[Image, ...]] = {}
        for some in chunks(fingerprints):
            with self._database.look() as tx:
                found |= _answers(tx, account, some)
        return found

    def touch(self, uses: Mapping[tuple[str, str], int]) -> None:
        used = sa.update(cache).where(cache.c.account == sa.bindparam("of"), cache.c.fingerprint == sa.bindparam("key"))
        with self._database.write() as tx:
            used = used.values(hits=cache.c.hits + sa.bindparam("times"), last_used_at=tx.now)
            tx.run_each(used, [{"of": of, "key": key, "times": times} for (of, key), times in sorted(uses.items())])

    def entries(
        self, account: str, limit: int, offset: int, category: str | None = None, style: str | None = None
    ) -> tuple[list[CacheEntry], int]:
        chosen = _chosen(account, category, style)
        page = sa.select(cache).where(*chosen).order_by(cache.c.created_at.desc(), cache.c.fingerprint.desc())
        with self._database.read() as tx:
            rows = tx.rows(page.limit(limit).offset(offset))
            answers = _answers(tx, account, [row["fingerprint"] for row in rows])
            total = tx.value(sa.select(sa.func.count()).select_from(cache).where(*chosen))
        return [_entry_of(row, answers[row["fingerprint"]]) for row in rows], total

    def forget(self, account: str | None, category: str | None = None, style: str | None = None) -> int:
        with self._database.write() as tx:
            return tx.run(sa.delete(cache).where(*_chosen(account, category, style)))

    def expire(self, max_age: float | None, max_bytes: int | None) -> int:
        dropped = 0
        if max_age is not None:
            with self._database.write() as tx:
                dropped += tx.run(sa.delete(cache).where(cache.c.last_used_at < tx.now - max_age))
        if max_bytes is not None:
            with self._database.read() as tx:  # the search, which reads all answers, stops no writer
                excess = tx.rows(_beyond(max_bytes))
            dropped += sum(self._drop(some) for some in chunks(excess))
        return dropped

    def _drop(self, entries: Sequence[Row]) -> int:
        """Forget those of the answers that have not been used since."""
        with self._database.write() as tx:
            return sum(tx.run(_DROP, row) for row in entries)

    def purge(self, remove: Callable[[str], None], limit: int = 200) -> tuple[int, int]:
        """See the port. The search for candidates stops no writer; each is judged again under the lock."""
        with self._database.read() as tx:
            found = [row["id"] for row in tx.rows(sa.select(images.c.id).where(~_SHOWN).limit(limit))]
        if not found:
            return 0, 0
        with self._database.write() as tx:
            gone = [row for ids in chunks(found) for row in _delete_unshown(tx, ids)]
            return len(gone), release_blobs(tx, gone, remove)

    def blobs(self, after: str, limit: int) -> list[str]:
        named = sa.select(images.c.blob).distinct().where(images.c.blob > after).order_by(images.c.blob).limit(limit)
        with self._database.read() as tx:
            return [row["blob"] for row in tx.rows(named)]

    def usage(self, account: str | None) -> Mapping[str, int]:
        answers, pictures = sa.select(cache), sa.select(images.c.blob, images.c.size)
        if account is not None:
            answers, pictures = answers.where(cache.c.account == account), pictures.where(images.c.account == account)
        remembered, stored = answers.subquery(), pictures.subquery()
        blobs = sa.select(sa.func.max(stored.c.size).label("size")).group_by(stored.c.blob).subquery()
        with self._database.read() as tx:
            return {
                "entries": tx.value(sa.select(sa.func.count()).select_from(remembered)),
                "images": tx.value(sa.select(sa.func.count()).select_from(stored)),
                "bytes": tx.value(sa.select(sa.func.coalesce(sa.func.sum(blobs.c.size), 0))),
                "hits": tx.value(sa.select(sa.func.coalesce(sa.func.sum(remembered.c.hits), 0))),
            }


def known(tx: Transaction, account: str, image_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are images of the account; no purge takes them before the transaction ends."""
    mine = sa.select(images.c.id).where(belongs(images, account)).with_for_update(read=True, key_share=True)
    return {row["id"] for ids in chunks(image_ids) for row in tx.rows(mine.where(images.c.id.in_(ids)))}


def keep(tx: Transaction, pictures: Sequence[Image]) -> None:
    """Store images whose blobs lie in the files; those stored already stay as they are. Their date is now."""
    rows = [
        {column.name: getattr(picture, column.name) for column in images.c} | {"created_at": tx.now}
        for picture in pictures
    ]
    for blob in sorted({picture.blob for picture in pictures}):
        tx.alone(_blob(blob))
    tx.run_each(insert_missing(images), rows)


def show(tx: Transaction, delivered: Mapping[str, Sequence[str]]) -> None:
    """Record which images, in order, each job delivered."""
    rows = [
        {"job_id": job_id, "position": position, "image_id": image_id}
        for job_id, image_ids in delivered.items()
        for position, image_id in enumerate(image_ids)
    ]
    tx.run_each(sa.insert(job_images), rows)


def remember(tx: Transaction, job: Job) -> None:
    """Answer equal requests of the account with this job's images from now on."""
    words = {name: str(job.request.get(name, "")) for name in ("category", "style", "color_scheme")}
    entry = {
        **words,
        "category_key": _normalised(words["category"]),
        "style_key": _normalised(words["style"]),
        "created_at": tx.now,
        "last_used_at": tx.now,
    }
    key = {"account": job.account, "fingerprint": job.fingerprint}
    tx.run(_REMEMBER, {**key, **entry, "hits": 0})
    tx.run(_FORGET_IMAGES, key)
    answer = [{**key, "position": position, "image_id": image_id} for position, image_id in enumerate(job.images)]
    tx.run_each(sa.insert(cache_images), answer)


def _normalised(text: str) -> str:
    return " ".join(text.lower().split())


def _chosen(account: str | None, category: str | None, style: str | None) -> list[sa.ColumnElement[bool]]:
    asked = [
        (cache.c.account, account),
        (cache.c.category_key, None if category is None else _normalised(category)),
        (cache.c.style_key, None if style is None else _normalised(style)),
    ]
    return [column == value for column, value in asked if value is not None]


def _answers(tx: Transaction, account: str, fingerprints: Sequence[str]) -> dict[str, tuple[Image, ...]]:
    answers = defaultdict[str, tuple[Image, ...]](tuple)
    for row in tx.rows(_ANSWERS, {"of": account, "marks": fingerprints}):
        answers[row["fingerprint"]] += (image_of(row),)
    return answers


def _entry_of(row: Row, answer: tuple[Image, ...]) -> CacheEntry:
    return CacheEntry(
        fingerprint=row["fingerprint"],
        category=row["category"],
        style=row["style"],
        color_scheme=row["color_scheme"],
        images=answer,
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
    )


def _beyond(max_bytes: int) -> sa.Select[Any]:
    """The answers that no longer fit when the latest used are kept first."""
    latest_first = (cache.c.last_used_at.desc(), cache.c.account, cache.c.fingerprint)
    entry = (cache.c.account, cache.c.fingerprint, cache.c.last_used_at)
    sizes = (
        sa.select(*entry, sa.func.sum(sa.func.sum(images.c.size)).over(order_by=latest_first).label("reach"))
        .join(cache_images, _SAME_ENTRY)
        .join(images, images.c.id == cache_images.c.image_id)
        .group_by(*entry)
        .subquery()
    )
    found = sizes.c.account.label("of"), sizes.c.fingerprint.label("key"), sizes.c.last_used_at.label("used_at")
    return sa.select(*found).where(sizes.c.reach > max_bytes)


def _delete_unshown(tx: Transaction, image_ids: Sequence[str]) -> Sequence[Row]:
    found = sa.select(images.c.id).where(images.c.id.in_(image_ids)).order_by(images.c.id)
    tx.hold(found)  # from here on nothing comes to show them; what came before is seen by the next statement
    unshown = found.where(~_SHOWN)
    ids = [row["id"] for row in tx.rows(unshown)]
    tx.run(sa.delete(job_images).where(job_images.c.image_id.in_(ids)))
    tx.run(sa.delete(image_tags).where(image_tags.c.image_id.in_(ids)))  # counted as long as they have an owner
    return tx.rows(sa.delete(images).where(images.c.id.in_(ids)).returning(images.c.blob, images.c.size))


def _blob(name: str) -> str:
    """What a transaction is at that keeps an image with this blob, or asks whether any image still needs it."""
    return f"blob {name}"


def release_blobs(tx: Transaction, gone: Sequence[Row], remove: Callable[[str], None]) -> int:
    """Call ``remove`` with each blob of these deleted images that no image needs any more; how many bytes they had."""
    sizes = {row["blob"]: row["size"] for row in gone}
    for blob in sorted(sizes):
        tx.alone(_blob(blob))
    used = sa.select(images.c.blob)
    needed = {row["blob"] for some in chunks([*sizes]) for row in tx.rows(used.where(images.c.blob.in_(some)))}
    for blob in sizes.keys() - needed:
        remove(blob)
    return sum(size for blob, size in sizes.items() if blob not in needed)
