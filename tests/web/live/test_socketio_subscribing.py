"""Subscribing to a batch or job: its status, its missed events, and answers to nonsense."""

import pytest

from icons.core import metrics
from icons.web.live import feed
from tests.conftest import eventually
from tests.web.drawn import complete_all, submit
from tests.web.live.ears import idle, listening, log_of, refusal

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_subscribing_answers_with_the_status(server, ear):
    """The batch's or job's status body, and the number up to which events are in it."""
    batch = submit(server.studio, "tools")
    position = idle(server.studio)
    answer = ear.call("subscribe", {"batch_id": batch.id})
    assert (answer["ok"], answer["seq"]) == (True, position)
    assert (answer["status"]["batch_id"], answer["status"]["total"]) == (batch.id, 1)
    job = server.studio.service.jobs_of(server.studio.caller(), batch.id)[0]
    complete_all(server.studio)
    answer = ear.call("subscribe", {"job_id": job.id})
    assert (answer["status"]["job_id"], answer["status"]["status"]) == (job.id, "completed")
    assert answer["status"]["result"]["image_url"].startswith("/api/images/")
    assert ear.call("unsubscribe", {"job_id": job.id}) == {"ok": True}


def test_missed_events_of_a_batch_are_replayed_once(server):
    """With `after`; neither a second subscription nor one to its jobs repeats any of them."""
    batch = submit(server.studio, "tools", "music")
    complete_all(server.studio)
    idle(server.studio)
    log = log_of(server.studio, batch_id=batch.id)
    jobs = server.studio.service.jobs_of(server.studio.caller(), batch.id)
    with listening(server.url, server.token) as ear:
        ear.call("subscribe", {"job_id": jobs[0].id, "after": 0})
        of_job = log_of(server.studio, job_id=jobs[0].id)
        assert ear.seqs == of_job
        ear.call("subscribe", {"batch_id": batch.id, "after": log[2]})
        assert sorted(ear.seqs) == sorted({*of_job, *log[3:]})
        ear.call("subscribe", {"batch_id": batch.id, "after": 0})
        assert sorted(ear.seqs) == log
        for again in ({"batch_id": batch.id}, {"job_id": jobs[0].id}, {"job_id": jobs[1].id}):
            ear.call("subscribe", {**again, "after": 0})
        assert sorted(ear.seqs) == log
        ear.call("unsubscribe", {"batch_id": batch.id})
        ear.call("unsubscribe", {"job_id": jobs[0].id})
        ear.call("unsubscribe", {"job_id": jobs[1].id})
        ear.call("subscribe", {"batch_id": batch.id, "after": log[-3]})
        assert ear.seqs[-2:] == log[-2:]


def test_without_a_position_nothing_is_replayed(server):
    """A new listener hears what is to come."""
    batch = submit(server.studio, "tools")
    complete_all(server.studio)
    idle(server.studio)
    with listening(server.url, server.token) as ear:
        assert ear.call("subscribe", {"batch_id": batch.id})["ok"]
        assert ear.heard == []


def test_what_came_live_is_not_replayed(server, ear):
    """`after: 0` on a connection that was there from the start brings nothing twice."""
    batch = submit(server.studio, "tools")
    complete_all(server.studio)
    log = log_of(server.studio, batch_id=batch.id)
    eventually(lambda: ear.seqs[-1:] == log[-1:])
    ear.call("subscribe", {"batch_id": batch.id, "after": 0})
    assert ear.seqs == log


def test_a_replay_that_is_too_long_is_refused_whole(server, monkeypatch):
    """Nothing is sent of it; the text says what to do. Also at connecting."""
    monkeypatch.setattr(feed, "MAX_REPLAY", 5)
    batch = submit(server.studio, "tools", "music", "sea")
    complete_all(server.studio)
    idle(server.studio)
    with listening(server.url, server.token) as ear:
        answer = ear.call("subscribe", {"batch_id": batch.id, "after": 0})
        assert (answer["ok"], answer["error"]["code"]) == (False, "REPLAY_TOO_LONG")
        assert ear.heard == []
    assert refusal(server.url, {"token": server.token, "after": 0})["data"]["code"] == "REPLAY_TOO_LONG"


@pytest.mark.parametrize(
    "payload",
    [
        (),
        ({},),
        ("text",),
        (None,),
        ([1],),
        (7,),
        ({"batch_id": 7},),
        ({"batch_id": "\ud800"},),
        ({"batch_id": "x' OR 1"},),
        ({"job_id": UNKNOWN},),
        ({"batch_id": UNKNOWN, "job_id": UNKNOWN},),
        ({"batch_id": UNKNOWN, "after": "x"},),
        ({"batch_id": UNKNOWN, "after": 10**40},),
        ({}, {}),
    ],
)
def test_nonsense_is_acknowledged_as_an_error(server, ear, payload):
    """Every question is answered; none breaks the connection."""
    answer = ear.call("subscribe", payload)
    assert answer["ok"] is False
    assert {"code", "message"} == set(answer["error"])
    assert "ok" in ear.call("unsubscribe", payload)
    assert ear.call("subscribe", {"batch_id": submit(server.studio, "still there").id})["ok"]
    complete_all(server.studio)


def test_unknown_events_and_the_reserved_names_do_nothing(server, ear):
    """A client that calls its events `connect` or `disconnect` keeps its place and gets no second one."""
    listeners = metrics.REGISTRY.get_sample_value("icons_socket_listeners")
    for name in ("no such event", "connect", "disconnect"):
        ear.client.eio.send(f'2["{name}",{{"token":"x"}}]')
    ear.barrier()
    assert metrics.REGISTRY.get_sample_value("icons_socket_listeners") == listeners
    batch = submit(server.studio, "tools")
    eventually(lambda: any(body["batch_id"] == batch.id for _, body in ear.heard))
    complete_all(server.studio)
