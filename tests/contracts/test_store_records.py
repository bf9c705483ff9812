"""What the gallery can rely on: owners, tags, searches, what is kept and what a deletion takes along."""

from dataclasses import replace

import pytest

from icons.domain.images import Record, Search, Source, Tag, TagType
from icons.domain.jobs import Completed

HERO, HOME = Tag(TagType.CHARACTER, "hero"), Tag(TagType.THEME, "home")


def add(scene, *tags, **parts) -> Record:
    return scene.store.records.add(Record(replace(scene.image(), kept=True, **parts), tags))


def found(scene, **search) -> list[str]:
    records, total = scene.store.records.find(scene.account, Search(**search), 100, 0)
    assert total == len(records)
    return sorted(record.image.name for record in records)


def test_a_record_comes_back_as_it_was_added(scene):
    """Tags in order; only to its owner."""
    record = add(scene, HOME, HERO, name="castle.png", source=Source.UPLOAD)
    assert record.tags == (HOME, HERO)
    assert scene.store.records.get(scene.account, record.image.id) == record
    assert scene.store.records.many(scene.account, ["no", record.image.id]) == [record]
    bob = scene.add_account("bob")
    assert scene.store.records.get(bob, record.image.id) is None
    assert scene.store.records.many(bob, [record.image.id]) == []
    assert scene.store.records.change(bob, record.image.id, "x", ()) is None
    assert scene.store.records.remove(bob, record.image.id, lambda blob: None) is False
    assert scene.store.records.find(bob, Search(), 10, 0) == ([], 0)


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ({}, ["50%", "Castle", "moon"]),
        ({"tag_id": "hero"}, ["Castle", "moon"]),
        ({"tag_type": TagType.THEME}, ["50%", "Castle"]),
        ({"tag_type": TagType.CHARACTER, "tag_id": "hero"}, ["Castle", "moon"]),
        ({"tag_type": TagType.CHARACTER, "tag_id": "home"}, []),
        ({"text": "cAST"}, ["Castle"]),
        ({"text": "night"}, ["moon"]),
        ({"text": "%"}, ["50%"]),
        ({"text": "_"}, []),
        ({"source": Source.UPLOAD}, ["Castle"]),
        ({"source": Source.UPLOAD, "text": "moon"}, []),
    ],
)
def test_images_are_found_by_tag_text_and_source(scene, search, names):
    """Type and id have to be of one tag; signs that mean something to the database mean themselves."""
    add(scene, HERO, HOME, name="Castle", source=Source.UPLOAD)
    add(scene, HERO, name="moon", generation_prompt="a NIGHT sky")
    add(scene, HOME, name="50%")
    assert found(scene, **search) == names


def test_images_come_in_pages(scene):
    """Each once, with the number of all."""
    added = {add(scene).image.id for _ in range(5)}
    pages = [scene.store.records.find(scene.account, Search(), 2, offset) for offset in (0, 2, 4)]
    assert [total for _, total in pages] == [5, 5, 5]
    assert {record.image.id for records, _ in pages for record in records} == added


def test_changes_leave_the_rest_as_it_is(scene):
    """A new name keeps the tags, new tags keep the name, none at all clears them."""
    image_id = add(scene, HERO, name="old").image.id
    renamed = scene.store.records.change(scene.account, image_id, "new", None)
    assert (renamed.image.name, renamed.tags) == ("new", (HERO,))
    tagged = scene.store.records.change(scene.account, image_id, None, (HOME,))
    assert (tagged.image.name, tagged.tags) == ("new", (HOME,))
    assert scene.store.records.change(scene.account, image_id, None, ()).tags == ()


def test_a_purge_takes_no_image_that_is_kept(scene):
    """An icon that nothing shows goes, unless its owner has named or tagged it."""
    plain, tagged = scene.image(), scene.image()
    scene.draw("sun", plain, tagged)
    uploaded = add(scene)
    scene.store.records.change(scene.account, tagged.id, None, (HERO,))
    scene.store.images.forget(None)
    removed = []
    assert scene.store.images.purge(removed.append)[0] == 1
    assert removed == [plain.blob]
    assert scene.store.records.get(scene.account, uploaded.image.id) == uploaded


def test_a_job_s_tags_are_put_on_its_images_and_its_answer_may_stay_unremembered(scene):
    """Both are stored with the settling itself."""
    image = replace(scene.image(), kept=True)
    lease = scene.begin("castle")
    scene.store.leases.settle(lease, Completed((image,), {}, tags=(HERO,), remembered=False))
    assert scene.store.records.get(scene.account, image.id).tags == (HERO,)
    assert scene.store.images.entries(scene.account, 10, 0) == ([], 0)


def test_a_deletion_takes_along_what_shows_the_image(scene):
    """The remembered answer goes whole, the job shows the rest, and the bytes go with the last that has them."""
    doomed, other = scene.image(blob="aa/shared.png"), scene.image()
    job = scene.draw("sun", doomed, other)
    twin = add(scene, HERO, blob="aa/shared.png")
    removed = []
    assert scene.store.records.remove(scene.account, doomed.id, removed.append)
    assert removed == []
    assert scene.store.images.cached(scene.account, ["sun"]) == {}
    assert scene.job(job.id).images == (other.id,)
    assert scene.store.records.remove(scene.account, twin.image.id, removed.append)
    assert removed == ["aa/shared.png"]
