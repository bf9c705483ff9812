"""What the gallery and the cache can rely on: owners, remembered answers, and blobs that go last."""

import pytest

from icons.domain.jobs import Completed


def cached(scene, *works):
    return scene.store.images.cached(scene.account, works)


def test_an_image_is_found_by_its_name(scene):
    """By its owner, or by anybody who holds a signed address; never by another account."""
    image = scene.image()
    scene.draw("sun", image)
    bob = scene.add_account("bob")
    assert scene.store.images.get(scene.account, image.filename) == image
    assert scene.store.images.by_filename(image.filename) == image
    assert scene.store.images.get(bob, image.filename) is None
    assert scene.store.images.by_filename("no.png") is None
    assert scene.store.images.many(scene.account, [image.id, "no"]) == {image.id: image}
    assert scene.store.images.many(bob, [image.id]) == {}


def test_answers_are_remembered_for_their_account_alone(scene):
    """Images come back in order, for as many fingerprints as a large batch has."""
    images = tuple(sorted((scene.image() for _ in range(9)), key=lambda image: image.id, reverse=True))
    scene.draw("sun", *images)
    assert cached(scene, *(str(n) for n in range(2000)), "sun") == {"sun": images}
    assert scene.store.images.cached(scene.add_account("bob"), ["sun"]) == {}


def test_the_latest_answer_replaces_the_one_before(scene):
    """The same work drawn anew is what is shown from then on."""
    scene.draw("sun", scene.image(), scene.image())
    newer = scene.image()
    scene.draw("sun", newer)
    assert cached(scene, "sun") == {"sun": (newer,)}


def test_an_answer_without_images_is_not_remembered(scene):
    """Work that draws nothing leaves nothing in the cache."""
    scene.store.leases.settle(scene.begin("words"), Completed((), {}))
    assert scene.store.images.entries(scene.account, 10, 0) == ([], 0)


def test_entries_come_in_pages_and_can_be_filtered(scene):
    """Newest first with the total; category and style are compared without regard to case and spaces."""
    for work in ("Sun", "moon", "ÄRA"):
        scene.draw(work)
    page, total = scene.store.images.entries(scene.account, limit=2, offset=0)
    rest, _ = scene.store.images.entries(scene.account, limit=2, offset=2)
    assert (total, len(page)) == (3, 2)
    assert {entry.fingerprint for entry in page + rest} == {"Sun", "moon", "ÄRA"}
    assert [e.created_at for e in page + rest] == sorted((e.created_at for e in page + rest), reverse=True)
    found, total = scene.store.images.entries(scene.account, 10, 0, category="  category  ära ", style="modern")
    assert total == 1
    assert (found[0].category, found[0].style, found[0].color_scheme) == ("Category ÄRA", "Modern", "pastel")
    assert len(found[0].images) == 1
    assert scene.store.images.entries(scene.account, 10, 0, style="flat") == ([], 0)


def test_answers_can_be_forgotten(scene):
    """One account's, a category's or everybody's; how many is told."""
    scene.draw("sun"), scene.draw("moon")
    bob = scene.add_account("bob")
    scene.submit(["sun"], account=bob)
    scene.store.leases.settle(scene.claim(), Completed((scene.image(account=bob),), {}))
    assert scene.store.images.forget(scene.account, category="CATEGORY SUN") == 1
    assert cached(scene, "sun", "moon").keys() == {"moon"}
    assert scene.store.images.forget(None) == 2
    assert scene.store.images.cached(bob, ["sun"]) == {}


def test_uses_are_counted(scene):
    """Hits add up in the usage figures and make an answer recent."""
    scene.draw("sun"), scene.draw("moon")
    before = scene.store.images.entries(scene.account, 1, 0, category="category sun")[0][0]
    scene.store.images.touch({(scene.account, "sun"): 2, (scene.account, "gone"): 1})
    scene.store.images.touch({(scene.account, "sun"): 1})
    after = scene.store.images.entries(scene.account, 1, 0, category="category sun")[0][0]
    assert after.last_used_at >= before.last_used_at
    assert scene.store.images.usage(scene.account)["hits"] == 3


def test_usage_counts_shared_blobs_once(scene):
    """Two images of the same bytes take the room of one."""
    scene.draw("sun", scene.image(blob="aa/1.png", size=100), scene.image(blob="aa/1.png", size=100))
    scene.draw("moon", scene.image(blob="bb/2.png", size=50))
    usage = {"entries": 2, "images": 3, "bytes": 150, "hits": 0}
    assert scene.store.images.usage(scene.account) == usage
    assert scene.store.images.usage(None) == usage
    assert scene.store.images.usage(scene.add_account("bob")) == dict.fromkeys(usage, 0)


def test_old_answers_expire(scene):
    """Those unused for too long go, whatever room there is; without limits none does."""
    scene.draw("sun")
    assert scene.store.images.expire(max_age=None, max_bytes=None) == 0
    assert scene.store.images.expire(max_age=3600, max_bytes=100) == 0
    assert scene.store.images.expire(max_age=-1, max_bytes=None) == 1
    assert cached(scene, "sun") == {}


def test_the_longest_unused_answers_make_room(scene):
    """What has been used last stays as far as it fits."""
    for work in ("a", "b", "c"):
        scene.draw(work, scene.image(size=40), scene.image(size=60))
    scene.store.images.touch({(scene.account, "a"): 1})
    assert scene.store.images.expire(max_age=None, max_bytes=299) == 1
    assert cached(scene, "a", "b", "c").keys() == {"a", "c"}
    assert scene.store.images.expire(max_age=None, max_bytes=100) == 1
    assert cached(scene, "a", "b", "c").keys() == {"a"}


def test_only_what_nothing_shows_is_purged(scene):
    """The cache and a batch keep their images; a single job's go with the cache entry, and its blob with the last."""
    alone, shared = scene.image(size=10), scene.image(blob="aa/shared.png", size=20)
    kept = scene.image(blob="aa/shared.png", size=20)
    job = scene.draw("alone", alone, shared)
    of_batch = scene.draw("of batch", kept, batch=True)
    removed = []
    assert scene.store.images.purge(removed.append) == (0, 0)
    scene.store.images.forget(scene.account)
    assert scene.store.images.purge(removed.append) == (2, 10)
    assert removed == [alone.blob]
    assert scene.store.images.by_filename(alone.filename) is None
    assert scene.store.images.by_filename(kept.filename) == kept
    assert scene.job(job.id).images == ()
    assert scene.job(of_batch.id).images == (kept.id,)
    assert scene.store.images.purge(removed.append) == (0, 0)


def test_a_purge_takes_no_more_than_its_limit(scene):
    """The rest is left for the next call."""
    scene.draw("sun", *(scene.image() for _ in range(5)))
    scene.store.images.forget(None)
    assert [scene.store.images.purge(lambda _: None, limit=3)[0] for _ in range(3)] == [3, 2, 0]


def test_a_blob_that_cannot_be_removed_keeps_its_image(scene):
    """When the files refuse, nothing is forgotten, so the next purge tries again."""
    image = scene.image()
    scene.draw("sun", image)
    scene.store.images.forget(None)

    def refuse(_blob: str) -> None:
        raise OSError("disk on fire")

    with pytest.raises(OSError, match="fire"):
        scene.store.images.purge(refuse)
    assert scene.store.images.by_filename(image.filename) == image
    assert scene.store.images.purge(lambda _: None) == (1, image.size)
