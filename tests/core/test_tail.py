"""The live end of the event log: everything once, in order, whatever listeners do."""

import threading

from ..conftest import eventually


def test_a_listener_gets_every_event_once_and_in_order(bench) -> None:
    """What the tail handed over equals what the log holds."""
    heard = []
    bench.house.tail.listen(lambda events: heard.extend(event.seq for event in events))
    batch = bench.submit_batch(*"abcdef")
    bench.service.wait_batch(bench.ada, batch.id, 20)
    logged = [event.seq for event in bench.service.events(bench.ada, 0, 1000)]
    eventually(lambda: len(heard) >= len(logged))
    assert heard == logged


def test_a_listener_that_raises_does_not_stop_the_others(bench) -> None:
    """The second listener still hears of the job."""

    def broken(events) -> None:
        raise ValueError("a bug in a listener")

    heard: list[int] = []
    bench.house.tail.listen(broken)
    bench.house.tail.listen(lambda events: heard.extend(event.seq for event in events))
    bench.draw()
    eventually(lambda: heard)


def test_an_action_runs_between_pages(bench) -> None:
    """Whoever begins to listen in an action hears exactly what comes after the position it was told."""
    bench.draw("one")
    eventually(lambda: bench.house.tail.position == bench.store.events.last_seq())
    start, heard = [], []

    def begin(position: int) -> None:
        start.append(position)
        bench.house.tail.listen(lambda events: heard.extend(event.seq for event in events))

    bench.house.tail.call(begin)
    eventually(lambda: start)
    bench.draw("two")
    expected = [event.seq for event in bench.service.events(bench.ada, start[0], 1000)]
    eventually(lambda: len(heard) >= len(expected))
    assert heard == expected


def test_closing_lets_waiters_go(new_bench) -> None:
    """A caller that waits for a job is released, with the job unfinished, when the house closes."""
    bench = new_bench(work=False)
    job = bench.submit()
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(bench.service.wait(bench.ada, job.id, 60)))
    waiter.start()
    bench.house.halt()
    waiter.join(timeout=10)
    assert answers
    assert not answers[0].state.final
