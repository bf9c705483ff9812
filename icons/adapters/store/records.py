"""The gallery: an account's images with their tags and where they come from."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import journal
from icons.adapters.store.database import Database, Transaction, chunks
from icons.adapters.store.engine import insert_missing
from icons.adapters.store.images import keep, release_blobs
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import image_of
from icons.adapters.store.tables import (
    TITLE,
    belongs,
    cache,
    cache_images,
    calls,
    facets,
    facets_of,
    image_tags,
    images,
    job_images,
    jobs,
)
from icons.domain.errors import Conflict
from icons.domain.images import Facets, Image, Origin, Record, Search, Sorting, Tag, TagType
from icons.domain.pictures import MAX_TAGS
from icons.domain.spending import COUNTED

# Conditions and orders in the very words of an index: a parameter in them, and the engines would not know it again.
_FACETS: Final[Mapping[str, sa.ColumnElement[Any]]] = {
    name: sa.literal_column(text, sa.Text) for name, text in facets_of().items()
}
_TITLE: Final = sa.literal_column(TITLE, sa.Text)
_ORDERS: Final[Mapping[Sorting, tuple[sa.ColumnElement[Any], ...]]] = {
    Sorting.NEWEST: (images.c.created_at.desc(), images.c.id.desc()),
    Sorting.OLDEST: (images.c.created_at, images.c.id),
    Sorting.NAME: (_TITLE, images.c.id),
    Sorting.LARGEST: (images.c.size.desc(), images.c.id.desc()),
}
_TEXTS: Final = (images.c.name, images.c.generation_prompt, _FACETS["category"])


@persistent
class SqlRecords:
    """The port `Records` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Record) -> Record:
        with self._database.write() as tx:
            keep(tx, [record.image])
            put_tags(tx, [record.image.id], record.tags)
            return _records(tx, [_image(tx, record.image.account, record.image.id)])[0]

    def get(self, account: str, image_id: str) -> Record | None:
        with self._database.read() as tx:
            return next(iter(_records(tx, [_image(tx, account, image_id)])), None)

    def many(self, account: str, image_ids: Sequence[str]) -> list[Record]:
        mine = sa.select(images).where(belongs(images, account))
        with self._database.read() as tx:
            rows = [row for ids in chunks(image_ids) for row in tx.rows(mine.where(images.c.id.in_(ids)))]
            found = {row["id"]: image_of(row) for row in rows}
            return _records(tx, [found.get(image_id) for image_id in image_ids])

    def find(self, account: str, search: Search, limit: int, offset: int) -> tuple[list[Record], int]:
        chosen = _chosen(account, search)
        order = _ORDERS[search.sorting]
        # What is passed over is read from the index alone.
        ids = sa.select(images.c.id).where(*chosen).order_by(*order).limit(limit).offset(offset).subquery()
        page = sa.select(images).where(images.c.id.in_(sa.select(ids.c.id))).order_by(*order)
        with self._database.read() as tx:
            found = [image_of(row) for row in tx.rows(page)]
            return _records(tx, found), _total(tx, account, search, chosen)

    def facets(self, account: str, limit: int) -> Facets:
        with self._database.read() as tx:
            tags = [(value.split(" ", 1), count) for value, count in _values(tx, account, "tag", limit)]
            return Facets(
                tags=tuple((Tag(TagType(kind), tag_id), count) for (kind, tag_id), count in tags),
                models=_values(tx, account, "model", limit),
                providers=_values(tx, account, "provider", limit),
            )

    def change(self, account: str, image_id: str, name: str | None, tags: Sequence[Tag] | None) -> Record | None:
        changes = {"kept": True} if name is None else {"kept": True, "name": name}
        mine = sa.update(images).where(images.c.id == image_id, images.c.account == account)
        with self._database.write() as tx:
            if not tx.run(mine.values(changes)):
                return None
            if tags is not None:
                tx.run(sa.delete(image_tags).where(image_tags.c.image_id == image_id))
                put_tags(tx, [image_id], tags)
            record = _records(tx, [_image(tx, account, image_id)])[0]
            if name is not None or tags is not None:
                journal.changed(tx, [record])
            return record

    def retag(self, account: str, image_ids: Sequence[str], add: Sequence[Tag], take: Sequence[Tag]) -> int:
        with self._database.write() as tx:
            return sum(_retag(tx, account, ids, add, take) for ids in chunks(sorted(image_ids)))

    def remove(self, account: str, image_id: str, remove: Callable[[str], None]) -> bool:
        showing = sa.tuple_(cache.c.account, cache.c.fingerprint).in_(
            sa.select(cache_images.c.account, cache_images.c.fingerprint).where(cache_images.c.image_id == image_id)
        )
        with self._database.write() as tx:
            tx.hold(sa.select(images.c.id).where(images.c.id == image_id, images.c.account == account))
            if _image(tx, account, image_id) is None:
                return False
            tx.run(sa.delete(cache).where(showing))
            tx.run(sa.delete(job_images).where(job_images.c.image_id == image_id))
            tx.run(sa.delete(image_tags).where(image_tags.c.image_id == image_id))  # counted as long as it has an owner
            gone = sa.delete(images).where(images.c.id == image_id)
            release_blobs(tx, tx.rows(gone.returning(images.c.blob, images.c.size)), remove)
            return True


def put_tags(tx: Transaction, image_ids: Sequence[str], tags: Sequence[Tag]) -> None:
    """Put the tags, in this order, on each of these images, which have none: or the same, when `add` is repeated."""
    rows = [
        {"image_id": image_id, "position": position, "tag_type": tag.type, "tag_id": tag.id}
        for image_id in image_ids
        for position, tag in enumerate(tags)
    ]
    tx.run_each(insert_missing(image_tags), rows)


def _retag(tx: Transaction, account: str, image_ids: Sequence[str], add: Sequence[Tag], take: Sequence[Tag]) -> int:
    chosen = sa.select(images).where(belongs(images, account), images.c.id.in_(image_ids)).order_by(images.c.id)
    tx.hold(chosen)
    found = [image_of(row) for row in tx.rows(chosen)]
    ids = [image.id for image in found]
    before = _tags(tx, found)
    tx.run(sa.update(images).where(images.c.id.in_(ids)).values(kept=True))
    tx.run(sa.delete(image_tags).where(image_tags.c.image_id.in_(ids)))
    after = {each: tuple(tag for tag in dict.fromkeys((*before[each], *add)) if tag not in take) for each in ids}
    if any(len(tags) > MAX_TAGS for tags in after.values()):
        raise Conflict(f"A picture has at most {MAX_TAGS} tags. Take some off first.")
    for image_id, tags in after.items():
        put_tags(tx, [image_id], tags)
    journal.changed(tx, [Record(each, after[each.id]) for each in found if after[each.id] != before[each.id]])
    return len(ids)


def _image(tx: Transaction, account: str, image_id: str) -> Image | None:
    row = tx.row(sa.select(images).where(images.c.id == image_id, images.c.account == account))
    return image_of(row) if row else None


def _values(tx: Transaction, account: str, name: str, limit: int) -> tuple[tuple[str, int], ...]:
    """What the account's images have, with their number, the most frequent first."""
    counted = sa.select(facets.c.value, facets.c.images).where(facets.c.account == account, facets.c.name == name)
    known = counted.where(facets.c.value != "", facets.c.images > 0)
    rows = tx.rows(known.order_by(facets.c.images.desc(), facets.c.value).limit(limit))
    return tuple((row["value"], row["images"]) for row in rows)


def _total(tx: Transaction, account: str, search: Search, chosen: Sequence[sa.ColumnElement[bool]]) -> int:
    """How many images fit the search: looked up where it asks for one thing or nothing, counted otherwise."""
    if (counter := _counter(search)) is None:
        return int(tx.value(sa.select(sa.func.count()).select_from(images).where(*chosen)))
    name, value = counter
    one = (facets.c.account == account, facets.c.name == name, facets.c.value == value)
    return tx.value(sa.select(facets.c.images).where(*one)) or 0


def _counter(search: Search) -> tuple[str, str] | None:
    """Name and value of the facet that knows how many images fit the search."""
    asked = {name: getattr(search, name) for name in Search.__slots__ if name != "sorting"}
    asked = {name: str(value) for name, value in asked.items() if value is not None}
    if not asked:
        return "all", ""
    if asked.keys() == {"tag_type", "tag_id"}:
        return "tag", "{tag_type} {tag_id}".format(**asked)
    name, value = asked.popitem()
    return (name, value) if name in _FACETS and not asked else None


def _records(tx: Transaction, found: Sequence[Image | None]) -> list[Record]:
    """Records of the images that are there."""
    there = [image for image in found if image is not None]
    tags, origins = _tags(tx, there), _origins(tx, there)
    return [Record(image, tags[image.id], origins.get(image.id)) for image in there]


def _origins(tx: Transaction, found: Sequence[Image]) -> dict[str, Origin]:
    """By image id. Jobs that the cache answered drew nothing."""
    siblings, paid = job_images.alias(), (calls.c.job_id == jobs.c.id, calls.c.state.in_(COUNTED))
    count = sa.select(sa.func.count()).where(siblings.c.job_id == jobs.c.id).scalar_subquery().label("images")
    spent = sa.func.sum(sa.func.coalesce(calls.c.cost, calls.c.estimate))
    cost = sa.select(sa.cast(spent, sa.BigInteger)).where(*paid).scalar_subquery().label("cost")
    drawn = (
        sa.select(job_images.c.image_id, jobs.c.id, jobs.c.batch_id, count, cost)
        .join(jobs, jobs.c.id == job_images.c.job_id)
        .where(~jobs.c.cached)
    )
    return {
        row["image_id"]: Origin(row["id"], row["batch_id"], row["images"], row["cost"])
        for ids in chunks([image.id for image in found])
        for row in tx.rows(drawn.where(job_images.c.image_id.in_(ids)))
    }


def _tags(tx: Transaction, found: Sequence[Image]) -> Mapping[str, tuple[Tag, ...]]:
    """By image id."""
    tags = defaultdict[str, tuple[Tag, ...]](tuple)
    ordered = sa.select(image_tags).order_by(image_tags.c.position)
    for ids in chunks([image.id for image in found]):
        for row in tx.rows(ordered.where(image_tags.c.image_id.in_(ids))):
            tags[row["image_id"]] += (Tag(row["tag_type"], row["tag_id"]),)
    return tags


def _chosen(account: str, search: Search) -> list[sa.ColumnElement[bool]]:
    few = search.job_id is not None or search.tag_id is not None  # they lead to the images sooner than the account
    whose = belongs(images, account) if few else images.c.account == account
    equal = [(column, getattr(search, name)) for name, column in _FACETS.items()]
    conditions = [whose, *(column == str(value) for column, value in equal if value is not None)]
    if search.since is not None:
        conditions.append(images.c.created_at >= search.since)
    if search.until is not None:
        conditions.append(images.c.created_at < search.until)
    if search.text:
        told = [column.icontains(search.text, autoescape=True) for column in _TEXTS]
        tagged_so = sa.select(image_tags.c.image_id).where(image_tags.c.tag_id.icontains(search.text, autoescape=True))
        conditions.append(sa.or_(*told, images.c.id.in_(tagged_so)))
    if search.job_id is not None:
        brought = sa.select(job_images.c.image_id).where(job_images.c.job_id == search.job_id)
        conditions.append(images.c.id.in_(brought))
    asked = ((image_tags.c.tag_type, search.tag_type), (image_tags.c.tag_id, search.tag_id))
    if tagged := [column == value for column, value in asked if value is not None]:
        with_tag = sa.select(image_tags.c.image_id).where(*tagged)
        looked_up = with_tag.where(image_tags.c.image_id == images.c.id).exists()  # cheaper where most have such a tag
        conditions.append(images.c.id.in_(with_tag) if few else looked_up)
    return conditions
