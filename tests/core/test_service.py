"""The verbs: what they refuse, and that each account has its own things."""

import pytest

from icons.core.service import Context
from icons.domain.errors import InvalidRequest, NotFound, RequestRefused
from icons.domain.events import EventType
from icons.domain.jobs import BatchState
from icons.domain.requests import BatchRequest, IconRequest

from ..conftest import eventually


def test_an_unknown_style_names_the_known_ones(bench) -> None:
    """The error lists what can be written and guesses what was meant."""
    with pytest.raises(InvalidRequest, match="modern") as raised:
        bench.draw(style="modrn")
    assert "style" in raised.value.fields


def test_an_unknown_provider_is_refused(bench) -> None:
    """Only providers that are set up can be named."""
    with pytest.raises(InvalidRequest, match="local"):
        bench.draw(provider="nobody")


def test_a_batch_is_stored_whole_or_not_at_all(bench) -> None:
    """One bad request in it and nothing is stored."""
    request = BatchRequest(("tools", "pens"), shared=IconRequest("", style="nope"))
    with pytest.raises(InvalidRequest):
        bench.service.submit_batch(bench.ada, request, Context())
    assert bench.service.batches(bench.ada, 10) == []


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (lambda: BatchRequest(tuple(f"c{n}" for n in range(501)), variations=2), "categories"),
        (lambda: BatchRequest(()), "categories"),
        (lambda: BatchRequest(("Tools", "tools")), "categories"),
        (lambda: BatchRequest(("tools",), elements={"pens": ("ink",)}), "custom_elements"),
    ],
)
def test_impossible_batches_are_refused(request_, field: str) -> None:
    """1,002 icons, none, the same category twice, elements of a stranger: each names its field."""
    with pytest.raises(InvalidRequest) as raised:
        request_()
    assert field in raised.value.fields


def test_batch_results_come_in_request_order(bench) -> None:
    """Categories in the order of the request, the variations of each together."""
    batch = bench.submit_batch("zebra", "apple", variations=2)
    bench.service.wait_batch(bench.ada, batch.id, 20)
    jobs = bench.service.jobs_of(bench.ada, batch.id)
    assert [(job.request["category"], job.request["variation"]) for job in jobs] == [
        ("zebra", 0),
        ("zebra", 1),
        ("apple", 0),
        ("apple", 1),
    ]


def test_elements_belong_to_their_category(bench) -> None:
    """Each category's brief has its own elements, the others the shared ones."""
    shared = IconRequest("", elements=("star",))
    request = BatchRequest(("tools", "pens"), elements={"tools": ("saw",)}, shared=shared)
    batch = bench.service.submit_batch(bench.ada, request, Context())
    bench.service.wait_batch(bench.ada, batch.id, 20)
    elements = {order.prompt.brief.subject: order.prompt.brief.elements for order in bench.provider.orders}
    assert elements == {"tools": ("saw",), "pens": ("star",)}


def test_a_partly_failed_batch_is_partial_and_retries_only_what_failed(bench) -> None:
    """After the retry everything is there and the finished icons were drawn once."""

    def script(order) -> None:
        if order.prompt.brief.subject == "bad":
            raise RequestRefused("no")

    bench.provider.script = script
    batch = bench.submit_batch("good", "bad", "fine")
    assert bench.service.wait_batch(bench.ada, batch.id, 20).state is BatchState.PARTIAL
    bench.provider.script = lambda order: None
    assert bench.service.retry_batch(bench.ada, batch.id) == 1
    assert bench.service.wait_batch(bench.ada, batch.id, 20).state is BatchState.COMPLETED
    subjects = [order.prompt.brief.subject for order in bench.provider.orders]
    assert sorted(subjects) == ["bad", "bad", "fine", "good"]


def test_a_cancelled_batch_keeps_what_is_finished(bench) -> None:
    """Five icons, two finished, then a stop: two are kept, the rest cancelled, no further call."""
    finished = []
    bench.provider.gate = lambda: len(finished) < 2
    bench.provider.script = lambda order: finished.append(order)
    batch = bench.submit_batch("a", "b", "c", "d", "e", concurrency=1)
    eventually(lambda: bench.service.batch(bench.ada, batch.id).counts.completed == 2)
    bench.service.cancel_batch(bench.ada, batch.id)
    ended = bench.service.wait_batch(bench.ada, batch.id, 20)
    assert ended.state is BatchState.CANCELLED
    assert (ended.counts.completed, ended.counts.cancelled) == (2, 3)


def test_a_batch_that_the_cache_answers_is_complete_at_once(new_bench) -> None:
    """The second house has no worker: everything comes from the first one's cache."""
    first = new_bench()
    first.service.wait_batch(first.ada, first.submit_batch("a", "b").id, 20)
    first.house.stop()
    second = new_bench(work=False)
    assert second.submit_batch("b", "a").state is BatchState.COMPLETED


@pytest.mark.parametrize("verb", ["job", "cancel", "retry"])
def test_jobs_of_others_are_unknown(bench, verb: str) -> None:
    """For Bob Ada's job does not exist, in the same words as a made-up one."""
    job = bench.draw()
    with pytest.raises(NotFound) as foreign:
        getattr(bench.service, verb)(bench.bob, job.id)
    with pytest.raises(NotFound) as unknown:
        getattr(bench.service, verb)(bench.bob, "00000000-0000-0000-0000-000000000000")
    assert str(foreign.value) == str(unknown.value)


@pytest.mark.parametrize("verb", ["batch", "jobs_of", "cancel_batch", "retry_batch"])
def test_batches_of_others_are_unknown(bench, verb: str) -> None:
    """The same for batches."""
    batch = bench.submit_batch("a")
    with pytest.raises(NotFound):
        getattr(bench.service, verb)(bench.bob, batch.id)


def test_events_tell_the_whole_story_in_order(bench) -> None:
    """A listener that polls by number sees output, the job's end and the batch's end, each once."""
    batch = bench.submit_batch("a", "b")
    bench.service.wait_batch(bench.ada, batch.id, 20)
    events = bench.service.events(bench.ada, 0, 1000, batch_id=batch.id)
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    kinds = [event.type for event in events]
    assert kinds.count(EventType.JOB_COMPLETED) == 2
    assert kinds.count(EventType.BATCH_COMPLETED) == 1
    assert kinds[-1] is EventType.BATCH_COMPLETED
    assert bench.service.events(bench.ada, events[-1].seq, 1000, batch_id=batch.id) == []
    assert bench.service.events(bench.bob, 0, 1000) == []


def test_statistics_are_ones_own(bench) -> None:
    """Two icons of Ada's, one from the cache, and none of Bob's."""
    bench.draw("a")
    bench.draw("a")
    mine, his = bench.service.statistics(bench.ada), bench.service.statistics(bench.bob)
    assert mine["states"]["completed"] == 2
    assert mine["cached"] == 1
    assert mine["average_seconds"] is not None
    assert his["states"].get("completed", 0) == 0
