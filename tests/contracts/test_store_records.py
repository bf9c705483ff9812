"""What the gallery can rely on: owners, tags, searches, what is kept and what a deletion takes along."""

from dataclasses import replace

import pytest

from icons.domain.errors import Conflict
from icons.domain.events import EventType
from icons.domain.images import Facets, Origin, Record, Search, Sorting, Source, Tag, TagType
from icons.domain.jobs import Completed
from icons.domain.pictures import MAX_TAGS
from icons.domain.spending import CallState, NewCall

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
    assert scene.store.records.retag(bob, [record.image.id], (HERO,), (HOME,)) == 0
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
        ({"text": "HOM"}, ["50%", "Castle"]),
        ({"text": "cafe"}, ["50%"]),
        ({"category": "Cafes", "style": "flat", "color_scheme": "mono"}, ["50%"]),
        ({"style": "fla"}, []),
        ({"model": "m2"}, ["moon"]),
        ({"provider": "local"}, ["50%"]),
        ({"provider": "p1"}, ["moon"]),
        ({"since": 1e9}, ["50%", "Castle", "moon"]),
        ({"until": 1e9}, []),
    ],
)
def test_images_are_found_by_tag_text_and_source(scene, search, names):
    """Type and id have to be of one tag; signs that mean something to the database mean themselves."""
    icon = {"category": "Cafes", "style": "flat", "color_scheme": "mono", "provider": "local"}
    openai = {"profile_id": "p1", "generation_model": "m2", "facts": {"provider": "openai"}}
    add(scene, HERO, HOME, name="Castle", source=Source.UPLOAD)
    add(scene, HERO, name="moon", generation_prompt="a NIGHT sky", **openai)
    add(scene, HOME, name="50%", facts=icon)
    assert found(scene, **search) == names


def test_images_are_sorted_as_asked(scene):
    """By name, or else the category, or else the prompt, in any case; by bytes; by age."""
    add(scene, name="b", size=1)
    add(scene, facts={"category": "A"}, size=3)
    add(scene, generation_prompt="c", size=2)
    for sorting, sizes in {Sorting.NAME: [3, 1, 2], Sorting.LARGEST: [3, 2, 1], Sorting.OLDEST: [1, 3, 2]}.items():
        records, _ = scene.store.records.find(scene.account, Search(sorting=sorting), 10, 0)
        assert [record.image.size for record in records] == sizes, sorting


def test_facets_count_what_could_be_asked_for(scene):
    """The most frequent first; only one's own."""
    add(scene, HERO, HOME, generation_model="m1", facts={"provider": "local"})
    add(scene, HERO, generation_model="m2", facts={"provider": "openai"}, profile_id="p1")
    add(scene, generation_model="m2", facts={"provider": "p1"})
    add(scene)
    assert scene.store.records.facets(scene.account, 10) == Facets(
        tags=((HERO, 2), (HOME, 1)), models=(("m2", 2), ("m1", 1)), providers=(("p1", 2), ("local", 1))
    )
    assert scene.store.records.facets(scene.account, 1).tags == ((HERO, 2),)
    assert scene.store.records.facets(scene.add_account("bob"), 10) == Facets((), (), ())


def test_facets_follow_every_change(scene):
    """What is tagged, untagged, drawn, deleted or purged is counted as it stands; so are the totals of searches."""
    records, blue = scene.store.records, Tag(TagType.THEME, "deep blue")
    first, second = add(scene, HERO, HOME, name="a"), add(scene, HERO, name="b", generation_model="m1")
    records.retag(scene.account, [first.image.id, second.image.id], (blue,), (HERO,))
    records.change(scene.account, second.image.id, "c", (HOME,))
    scene.draw("work", replace(scene.image(), generation_model="m2"))
    assert records.facets(scene.account, 10) == Facets(((HOME, 2), (blue, 1)), (("m1", 1), ("m2", 1)), ())
    assert found(scene, tag_type=TagType.THEME, tag_id="deep blue") == ["a"]
    records.remove(scene.account, first.image.id, lambda _: None)
    scene.store.images.forget(scene.account)
    scene.store.images.purge(lambda _: None)
    assert records.facets(scene.account, 10) == Facets(((HOME, 1),), (("m1", 1),), ())
    assert found(scene) == found(scene, model="m1") == ["c"]
    assert found(scene, model="m2") == found(scene, tag_type=TagType.THEME, tag_id="deep blue") == []


def test_an_image_knows_the_job_that_drew_it_and_what_it_cost(scene):
    """Jobs that the cache answered drew nothing; refused calls cost nothing."""
    first, second = scene.image(), scene.image()
    job = scene.draw("sun", first, second, batch=True)
    scene.submit(["sun"], answers={"sun": (first.id,)})
    for number, state in enumerate((CallState.ANSWERED, CallState.REFUSED)):
        call = NewCall(f"{job.id}.{number}", scene.account, job.id, None, "openai", "openai", "m", 70)
        scene.store.spending.intend(call)
        scene.store.spending.conclude(call.id, state, 40)
    found = scene.store.records.get(scene.account, first.id)
    assert found.origin == Origin(job.id, job.batch_id, 2, 40)
    assert found.origin.batch_id
    records, _ = scene.store.records.find(scene.account, Search(job_id=job.id), 10, 0)
    assert {record.image.id for record in records} == {first.id, second.id}
    free = scene.draw("moon")
    assert scene.store.records.get(scene.account, free.images[0]).origin == Origin(free.id, None, 1, None)


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


def test_tags_are_put_on_many_images_and_the_rest_stays(scene):
    """In their order, each once; what goes is stronger; an image that would have too many leaves all as they are."""
    first, second = add(scene, HERO, HOME), add(scene)
    blue, ids = Tag(TagType.THEME, "blue"), [first.image.id, second.image.id, "no"]
    assert scene.store.records.retag(scene.account, ids, (blue, HERO), (HOME,)) == 2
    assert [each.tags for each in scene.store.records.many(scene.account, ids)] == [(HERO, blue), (blue, HERO)]
    many = [Tag(TagType.THEME, str(number)) for number in range(MAX_TAGS - 1)]
    with pytest.raises(Conflict):
        scene.store.records.retag(scene.account, ids, many, ())
    assert [each.tags for each in scene.store.records.many(scene.account, ids)] == [(HERO, blue), (blue, HERO)]


def test_what_is_said_of_an_image_is_news(scene):
    """Its name and tags as they are then; not that it is kept, and not what it was called before anyhow."""
    first, second = add(scene, HERO, name="sun"), add(scene)
    scene.news()
    scene.store.records.change(scene.account, first.image.id, None, None)
    scene.store.records.retag(scene.account, [first.image.id], (HERO,), ())
    assert scene.news() == []
    scene.store.records.change(scene.account, first.image.id, "moon", (HOME,))
    scene.store.records.retag(scene.account, [first.image.id, second.image.id], (HOME,), ())
    (renamed, tagged) = scene.news()
    assert (renamed.type, renamed.account) == (EventType.IMAGE_CHANGED, scene.account)
    home = {"type": "THEME", "id": "home"}
    assert renamed.data == {"image_id": first.image.id, "name": "moon", "tags": [home]}
    assert tagged.data == {"image_id": second.image.id, "name": "", "tags": [home]}
