"""Coming back: whatever happens to a connection, the next one goes on where it ended."""

import random
import threading
import time

from icons.web.live import feed
from tests.conftest import eventually
from tests.web.drawn import claim, complete, complete_all, submit
from tests.web.live.ears import connect, idle, listening, log_of


def test_reconnections_at_random_moments_lose_and_repeat_nothing(server):
    """Several clients come and go while a batch runs, each resuming from its last event: each hears the whole log."""
    studio = server.studio
    start = idle(studio)
    stop = threading.Event()

    def listen(seed, heard):
        moments = random.Random(seed)
        last = start
        while not (stop.is_set() and last == studio.tail.position):
            with listening(server.url, server.token, after=last) as ear:
                time.sleep(moments.uniform(0, 0.15))
                ear.barrier()
            heard += ear.seqs
            last = heard[-1] if heard else start

    told = [[] for _ in range(3)]
    threads = [threading.Thread(target=listen, args=(seed, heard)) for seed, heard in enumerate(told)]
    for thread in threads:
        thread.start()
    submit(studio, *(f"category {number}" for number in range(60)))
    while lease := claim(studio):
        studio.house.engines.store.leases.report(lease, "drawing", 50, "half")
        complete(studio, lease, data=b"small")
        time.sleep(0.01)
    idle(studio)
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    log = log_of(studio, start)
    assert len(log) > 180
    for heard in told:
        assert heard == log


def test_a_new_listener_resumes_from_the_beginning(server, monkeypatch):
    """`after: 0` at connecting brings the account's whole log, page by page, before anything live."""
    monkeypatch.setattr(feed, "PAGE", 7)
    submit(server.studio, "earlier", "still earlier", "long ago")
    complete_all(server.studio)
    idle(server.studio)
    with listening(server.url, server.token, after=0) as ear:
        submit(server.studio, "tools")
        complete_all(server.studio)
        log = log_of(server.studio)
        assert len(log) > 14  # more than two pages
        eventually(lambda: ear.seqs[-1:] == log[-1:])
        assert ear.seqs == log


def test_a_position_of_the_future_is_the_present(server):
    """Who knows numbers of another log hears what is to come."""
    with listening(server.url, server.token, after=10**40) as ear:
        batch = submit(server.studio, "tools")
        log = log_of(server.studio, batch_id=batch.id)
        eventually(lambda: ear.seqs == log)
    complete_all(server.studio)


def test_who_would_miss_an_event_is_cut_off_and_resumes(server, monkeypatch):
    """When events cannot be told, the connection ends rather than going on without them."""
    last = idle(server.studio)
    first = connect(server.url, server.token)

    def broken(*_):
        raise RuntimeError("cannot be told now")

    with monkeypatch.context() as fault:
        fault.setattr(feed, "event_body", broken)
        submit(server.studio, "tools")
        eventually(lambda: not first.client.connected)
        idle(server.studio)
    complete_all(server.studio)
    with listening(server.url, server.token, after=last) as ear:
        log = log_of(server.studio, last)
        eventually(lambda: ear.seqs == log)
