"""The gallery: an account's images with their tags."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa

from icons.adapters.store.database import Database, Transaction, chunks
from icons.adapters.store.images import keep, release_blobs
from icons.adapters.store.rows import image_of
from icons.adapters.store.tables import cache, cache_images, image_tags, images, job_images
from icons.domain.images import Image, Record, Search, Tag

_NEWEST_FIRST: Final = (images.c.created_at.desc(), images.c.id.desc())


class SqlRecords:
    """The port `Records` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Record) -> Record:
        with self._database.write() as tx:
            keep(tx, [record.image])
            put_tags(tx, [record.image.id], record.tags)
            return _with_tags(tx, [_image(tx, record.image.account, record.image.id)])[0]

    def get(self, account: str, image_id: str) -> Record | None:
        with self._database.read() as tx:
            return next(iter(_with_tags(tx, [_image(tx, account, image_id)])), None)

    def many(self, account: str, image_ids: Sequence[str]) -> list[Record]:
        with self._database.read() as tx:
            return _with_tags(tx, [_image(tx, account, image_id) for image_id in image_ids])

    def find(self, account: str, search: Search, limit: int, offset: int) -> tuple[list[Record], int]:
        chosen = _chosen(account, search)
        page = sa.select(images).where(*chosen).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
        with self._database.read() as tx:
            found = [image_of(row) for row in tx.rows(page)]
            total = tx.value(sa.select(sa.func.count()).select_from(images).where(*chosen))
            return _with_tags(tx, found), total

    def change(self, account: str, image_id: str, name: str | None, tags: Sequence[Tag] | None) -> Record | None:
        changes = {"kept": True} if name is None else {"kept": True, "name": name}
        mine = sa.update(images).where(images.c.id == image_id, images.c.account == account)
        with self._database.write() as tx:
            if not tx.run(mine.values(changes)):
                return None
            if tags is not None:
                tx.run(sa.delete(image_tags).where(image_tags.c.image_id == image_id))
                put_tags(tx, [image_id], tags)
            return _with_tags(tx, [_image(tx, account, image_id)])[0]

    def remove(self, account: str, image_id: str, remove: Callable[[str], None]) -> bool:
        showing = sa.tuple_(cache.c.account, cache.c.fingerprint).in_(
            sa.select(cache_images.c.account, cache_images.c.fingerprint).where(cache_images.c.image_id == image_id)
        )
        with self._database.write() as tx:
            if _image(tx, account, image_id) is None:
                return False
            tx.run(sa.delete(cache).where(showing))
            tx.run(sa.delete(job_images).where(job_images.c.image_id == image_id))
            gone = sa.delete(images).where(images.c.id == image_id)
            release_blobs(tx, tx.rows(gone.returning(images.c.blob, images.c.size)), remove)
            return True


def put_tags(tx: Transaction, image_ids: Sequence[str], tags: Sequence[Tag]) -> None:
    """Put the tags, in this order, on each of these images, which have none."""
    rows = [
        {"image_id": image_id, "position": position, "tag_type": tag.type, "tag_id": tag.id}
        for image_id in image_ids
        for position, tag in enumerate(tags)
    ]
    tx.run_each(sa.insert(image_tags), rows)


def _image(tx: Transaction, account: str, image_id: str) -> Image | None:
    row = tx.row(sa.select(images).where(images.c.id == image_id, images.c.account == account))
    return image_of(row) if row else None


def _with_tags(tx: Transaction, found: Sequence[Image | None]) -> list[Record]:
    """Records of the images that are there."""
    there = [image for image in found if image is not None]
    tags = defaultdict[str, tuple[Tag, ...]](tuple)
    ordered = sa.select(image_tags).order_by(image_tags.c.position)
    for ids in chunks([image.id for image in there]):
        for row in tx.rows(ordered.where(image_tags.c.image_id.in_(ids))):
            tags[row["image_id"]] += (Tag(row["tag_type"], row["tag_id"]),)
    return [Record(image, tags[image.id]) for image in there]


def _chosen(account: str, search: Search) -> list[sa.ColumnElement[bool]]:
    conditions = [images.c.account == account]
    if search.source is not None:
        conditions.append(images.c.source == search.source)
    if search.text:
        told = (images.c.name, images.c.generation_prompt)
        conditions.append(sa.or_(*(column.icontains(search.text, autoescape=True) for column in told)))
    asked = ((image_tags.c.tag_type, search.tag_type), (image_tags.c.tag_id, search.tag_id))
    tagged = [column == value for column, value in asked if value is not None]
    if tagged:
        conditions.append(sa.exists().where(image_tags.c.image_id == images.c.id, *tagged))
    return conditions
