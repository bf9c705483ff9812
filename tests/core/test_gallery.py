"""The cache of answers, the images it keeps, and what retention may remove."""

import pytest

from icons.core.gallery import Retention
from icons.core.house import Rules
from icons.core.service import Context
from icons.domain.errors import Forbidden, InvalidRequest, NotFound
from icons.domain.images import Format
from icons.domain.jobs import State
from icons.domain.requests import IconRequest

from .conftest import QUICK


def test_an_image_has_the_date_of_its_drawing(bench) -> None:
    """By the database's clock, not 1970."""
    job = bench.draw("tools")
    (image,) = bench.gallery.images(bench.ada, job.images).values()
    assert job.created_at <= image.created_at <= job.finished_at


def blobs(bench) -> int:
    """How many files are on disk."""
    folder = bench.house.engines.files._folder
    return sum(path.is_file() for path in folder.rglob("*"))


def test_the_same_request_again_costs_nothing(bench) -> None:
    """The second job is stored completed with the first one's image; the provider is not asked."""
    first = bench.draw("tools")
    second = bench.draw("tools")
    assert second.state is State.COMPLETED
    assert (first.cached, second.cached) == (False, True)
    assert first.images == second.images
    assert len(bench.provider.orders) == 1


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"variation": 1}, {"style": "flat"}, {"size": 256}, {"elements": ("saw",)}]
)
def test_a_different_request_is_drawn(bench, other: dict) -> None:
    """Whatever changes the picture makes it another request."""
    bench.draw("tools")
    bench.draw("tools", **other)
    assert len(bench.provider.orders) == 2


def test_names_for_the_same_style_are_the_same_request(bench) -> None:
    """An alias is normalised before the cache is asked."""
    bench.draw("tools", style="outline")
    assert bench.draw("tools", style="Line").cached


def test_accounts_do_not_share_answers(bench) -> None:
    """What Ada had drawn is drawn again for Bob: a hit would tell him what she asks for."""
    bench.draw("tools")
    assert not bench.draw("tools", caller=bench.bob).cached


def test_asking_gives_a_remembered_answer_without_a_job(bench) -> None:
    """`ask` stores a job only for what is not remembered, and remembers per account."""
    request = bench.service.normalise(bench.ada, IconRequest("tools", format=Format.SVG))
    job = bench.service.ask(bench.ada, request, Context())
    images = bench.service.wait(bench.ada, job.id, 20).images
    (image,) = bench.service.ask(bench.ada, request, Context())
    assert (image.id,) == images
    assert bench.service.statistics(bench.ada)["states"]["completed"] == 1
    assert bench.service.ask(bench.bob, request, Context()).id != job.id


def test_entries_are_listed_by_page_and_filter(bench) -> None:
    """Newest first, filtered by category and style, own ones only."""
    for category, style in (("tools", "flat"), ("tools", "modern"), ("pens", "flat")):
        bench.draw(category, style=style)
    bench.draw("secret", caller=bench.bob)
    entries, total = bench.gallery.entries(bench.ada, limit=2, offset=0)
    assert total == 3
    assert [(each.category, each.style) for each in entries] == [("pens", "flat"), ("tools", "modern")]
    assert bench.gallery.entries(bench.ada, 10, 0, category="tools")[1] == 2
    assert bench.gallery.entries(bench.ada, 10, 0, category="tools", style="flat")[1] == 1


def test_clearing_removes_own_entries_and_their_files(bench) -> None:
    """Ada's clearing leaves Bob's images; hers are gone from disk."""
    mine, his = bench.draw("tools"), bench.draw("pens", caller=bench.bob)
    cleared = bench.gallery.clear(bench.ada)
    assert (cleared.entries, cleared.images) == (1, 1)
    assert cleared.bytes > 0
    assert bench.gallery.images(bench.ada, mine.images) == {}
    assert len(bench.gallery.images(bench.bob, his.images)) == 1
    assert blobs(bench) == 1


def test_clearing_keeps_what_a_batch_shows(bench) -> None:
    """After a clearing the batch's icons still open, and the next equal request is drawn anew."""
    batch = bench.submit_batch("tools", "pens")
    bench.service.wait_batch(bench.ada, batch.id, 20)
    cleared = bench.gallery.clear(bench.ada)
    assert (cleared.entries, cleared.images) == (2, 0)
    for job in bench.service.jobs_of(bench.ada, batch.id):
        (image,) = bench.gallery.images(bench.ada, job.images).values()
        bench.gallery.open(image).close()
    assert not bench.draw("tools").cached


def test_equal_bytes_of_two_images_survive_the_clearing_of_one(bench) -> None:
    """Two accounts' equal pictures share one file, which stays as long as one of them does."""
    bench.draw("tools")
    his = bench.draw("tools", caller=bench.bob)
    assert blobs(bench) == 1
    bench.gallery.clear(bench.ada)
    (image,) = bench.gallery.images(bench.bob, his.images).values()
    bench.gallery.open(image).close()


def test_only_an_administrator_clears_everybodys_cache(bench) -> None:
    """Others are told how to clear their own."""
    with pytest.raises(Forbidden, match="leave `all` out"):
        bench.gallery.clear(bench.ada, everybody=True)


def test_retention_by_size_forgets_the_longest_unused(new_bench) -> None:
    """With room for two of three pictures the one used last survives, though it is the oldest."""
    bench = new_bench(rules=Rules(pace=QUICK, retention=Retention(max_bytes=250)))
    oldest = bench.draw("one")
    bench.draw("two")
    bench.draw("three")
    assert bench.draw("one").cached
    assert bench.gallery.sweep().entries == 1
    assert bench.gallery.images(bench.ada, oldest.images)
    assert {each.category for each in bench.gallery.entries(bench.ada, 10, 0)[0]} == {"one", "three"}


def test_retention_by_age(new_bench) -> None:
    """An answer unused for longer than the limit is forgotten, with its file."""
    bench = new_bench(rules=Rules(pace=QUICK, retention=Retention(max_age=0.0), sweep_every=3600))
    bench.draw("one")
    swept = bench.gallery.sweep()
    assert (swept.entries, swept.images) == (1, 1)
    assert blobs(bench) == 0


def test_other_peoples_images_are_unknown(bench) -> None:
    """Bob cannot open Ada's image by its name."""
    (image,) = bench.gallery.images(bench.ada, bench.draw().images).values()
    assert bench.gallery.image(bench.ada, image.filename) == image
    with pytest.raises(NotFound):
        bench.gallery.image(bench.bob, image.filename)


def test_thumbnails_have_fixed_widths(bench) -> None:
    """Any other width would let a caller fill the disk."""
    (image,) = bench.gallery.images(bench.ada, bench.draw().images).values()
    with pytest.raises(InvalidRequest, match="64, 128, 256, 512"):
        bench.gallery.open(image, 100)


def test_usage_counts_entries_bytes_and_hits(bench) -> None:
    """One entry asked three times: one miss, two hits."""
    for _ in range(3):
        bench.draw("tools")
    bench.gallery.sweep()
    usage = bench.gallery.usage(bench.ada.account)
    assert usage["entries"] == 1
    assert usage["images"] == 1
    assert usage["hits"] == 2
    assert usage["bytes"] > 0
