"""Server-sent events: what a stream tells, how it is resumed, and who may listen."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests

from icons.core.service import Context
from icons.domain.errors import Unavailable
from icons.domain.events import Event, EventType
from icons.domain.requests import IconRequest
from icons.web import openapi
from icons.web.auth import Gate
from icons.web.live import sse
from icons.web.live.asking import Topic
from icons.web.live.places import Places
from icons.web.live.streams import Stream, Streams
from tests.conftest import Server, Studio
from tests.web.drawn import claim, complete, complete_all, fail, served, submit
from tests.web.live.ears import own_parts


@dataclass
class Frame:
    """One event as a client gets it; a comment has no body."""

    number: int | None
    body: dict | None


def frames(answer: requests.Response) -> Iterator[Frame]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            number = fields.get("id")
            yield Frame(int(number) if number else None, json.loads(fields["data"]) if "data" in fields else None)
            fields = {}


@contextmanager
def stream(server: Server, path: str, **headers: str) -> Iterator[Iterator[Frame]]:
    sent = {"Authorization": f"Bearer {server.token}", **headers}
    with requests.get(server.url + path, headers=sent, stream=True, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield frames(answer)


def types(told: list[Frame]) -> list[str]:
    return [each.body["type"] for each in told if each.body]


def new_job(studio: Studio) -> str:
    """A job that has not begun."""
    return studio.service.jobs_of(studio.caller(), submit(studio, "stream").id)[0].id


def test_a_job_is_followed_to_its_end(server: Server, house: Studio) -> None:
    """Connected, then each step, then the result with an address that works; the numbers grow; the stream ends."""
    job_id = new_job(house)
    with stream(server, f"/api/sse/jobs/{job_id}") as heard:
        told = [next(heard)]
        lease = claim(house)
        house.house.engines.store.leases.report(lease, "drawing", 40, "Half of it")
        complete(house, lease)
        told += list(heard)
    assert types(told) == ["connected", "progress", "progress", "done"]
    assert (told[0].body["status"], told[2].body["progress"], told[2].body["message"]) == ("waiting", 40, "Half of it")
    numbers = [each.number for each in told]
    assert numbers == sorted(set(numbers))
    (image,) = told[-1].body["result"]["images"]
    assert requests.get(server.url + image["url"], timeout=10).status_code == 200


def test_a_failure_is_told_with_its_code(server: Server, house: Studio) -> None:
    """A failed job ends its stream with `error`, and so does a cancelled one."""
    failed, cancelled = new_job(house), new_job(house)
    fail(house, claim(house))
    house.service.cancel(house.caller(), cancelled)
    for job_id, code in ((failed, "PROVIDER_REFUSED"), (cancelled, "JOB_CANCELLED")):
        with stream(server, f"/api/sse/jobs/{job_id}") as heard:
            *_, ending = heard
        assert (ending.body["type"], ending.body["error"]["code"]) == ("error", code)


def test_who_comes_late_hears_the_whole_story(server: Server, house: Studio) -> None:
    """A job that has ended is told from its first step to its result."""
    job_id = new_job(house)
    complete(house, claim(house))
    with stream(server, f"/api/sse/jobs/{job_id}") as heard:
        assert types(list(heard)) == ["connected", "progress", "done"]


@pytest.mark.parametrize("by", ["header", "parameter"])
def test_a_stream_is_resumed_by_number(server: Server, house: Studio, by: str) -> None:
    """Whoever comes back with the last number misses nothing, hears nothing twice, and at last gets 204."""
    job_id = new_job(house)
    lease = claim(house)
    leases = house.house.engines.store.leases
    for step in range(3):
        leases.report(lease, "drawing", 10 * step, f"Step {step}")
    events = house.service.events(house.caller(), 0, 100, job_id=job_id)
    seen = next(event.seq for event in events if event.data.get("line") == "Step 0")
    path = f"/api/sse/jobs/{job_id}"

    def resumed(after: int) -> tuple[str, dict[str, str]]:
        return (path, {"Last-Event-ID": str(after)}) if by == "header" else (f"{path}?after={after}", {})

    address, headers = resumed(seen)
    with stream(server, address, **headers) as heard:
        told = [next(heard), next(heard), next(heard)]
        complete(house, lease)
        told += list(heard)
    assert [each.body.get("message") for each in told] == [None, "Step 1", "Step 2", None]
    address, headers = resumed(told[-1].number)
    again = server.session().get(server.url + address, headers=headers, timeout=10)
    assert again.status_code == 204


def test_a_batch_is_followed(server: Server, house: Studio) -> None:
    """A batch tells its own progress, not its jobs' lines, and ends with where its result is."""
    batch = submit(house, "one", "two")
    with stream(server, f"/api/sse/batches/{batch.id}") as heard:
        told = [next(heard)]
        complete_all(house)
        told += list(heard)
    assert types(told)[0] == "connected"
    assert set(types(told)[1:-1]) == {"progress"}
    assert told[-1].body["type"] == "done"
    assert told[-1].body["completed"] == 2
    result = server.session().get(server.url + told[-1].body["result"]["resultUrl"], timeout=10)
    assert result.json()["status"] == "completed"


def test_a_cancelled_batch_ends_with_an_error(server: Server, house: Studio) -> None:
    """What was stopped is not announced as done; resuming from the start tells the whole story."""
    batch = submit(house, "one", "two")
    house.service.cancel_batch(house.caller(), batch.id)
    with stream(server, f"/api/sse/batches/{batch.id}?after=0") as heard:
        told = list(heard)
    assert (told[-1].body["type"], told[-1].body["error"]["code"]) == ("error", "BATCH_CANCELLED")
    assert "progress" in types(told)


def test_a_ticket_opens_one_stream(server: Server, house: Studio) -> None:
    """The address in a job's creation needs no header, once."""
    created = server.session().post(f"{server.url}/api/jobs", json={"prompt": "A ticket"}, timeout=10).json()
    house.service.cancel(house.caller(), created["jobId"])
    first = requests.get(server.url + created["streamUrl"], timeout=10)
    assert '"type": "error"' in first.text
    assert requests.get(server.url + created["streamUrl"], timeout=10).status_code == 401


def test_strangers_hear_nothing(server: Server, house: Studio) -> None:
    """401 without a credential; 404 for what is somebody else's and for what does not exist."""
    batch = submit(house, "private", account=house.admin)
    job_id = house.service.jobs_of(house.caller(house.admin), batch.id)[0].id
    for path in (f"/api/sse/jobs/{job_id}", f"/api/sse/batches/{batch.id}"):
        assert requests.get(server.url + path, timeout=10).status_code == 401
        assert requests.get(f"{server.url}{path}?ticket=made-up", timeout=10).status_code == 401
        assert server.session().get(server.url + path, timeout=10).status_code == 404
    house.service.cancel_batch(house.caller(house.admin), batch.id)


@pytest.mark.parametrize("number", ["x", "-1", "1" * 30])
def test_nonsense_numbers_are_refused(server: Server, house: Studio, number: str) -> None:
    """Last-Event-ID is a number that a stream has given."""
    job_id = new_job(house)
    headers = {"Last-Event-ID": number}
    answer = server.session().get(f"{server.url}/api/sse/jobs/{job_id}", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
    house.service.cancel(house.caller(), job_id)


@contextmanager
def own_face(studio: Studio, pulse: sse.Pulse, limit: int = 10) -> Iterator[tuple[str, Streams, Gate]]:
    """A stream face of the test's own."""
    parts, streams = own_parts(studio), Streams(studio.tail, Places().share(limit))
    app = openapi.new_app()
    parts.gate.install(app)
    app.register_api(sse.blueprint(parts, streams, pulse))
    with served(app) as url:
        yield url, streams, parts.gate
        streams.close()


def test_a_quiet_stream_beats_and_ends_with_its_key(house: Studio) -> None:
    """Comments come while nothing happens; once the key is revoked, the stream ends by itself."""
    job_id, key = new_job(house), house.accounts.add_key(house.user.id, "short")
    with own_face(house, sse.Pulse(heartbeat=0.05, check=0.1)) as (url, _, gate):
        headers = {"X-API-Key": key.secret}
        with requests.get(f"{url}/api/sse/jobs/{job_id}", headers=headers, stream=True, timeout=20) as answer:
            lines = answer.iter_lines(chunk_size=1, decode_unicode=True)
            assert ": heartbeat" in lines
            gate.revoke_key(gate.caller_from_secret(key.secret), key.key.id)
            assert all(line in ("", ": heartbeat") for line in lines)
    house.service.cancel(house.caller(), job_id)


def test_a_closing_server_ends_its_streams(house: Studio) -> None:
    """Everybody is let go at once, and nobody is let in."""
    job_id = new_job(house)
    with own_face(house, sse.Pulse()) as (url, streams, _):
        headers = {"X-API-Key": house.key()}
        with requests.get(f"{url}/api/sse/jobs/{job_id}", headers=headers, stream=True, timeout=20) as answer:
            heard = frames(answer)
            assert next(heard).body["type"] == "connected"
            streams.close()
            assert list(heard) == []
    with pytest.raises(Unavailable):
        streams.enter(Topic(job_id=job_id))
    house.service.cancel(house.caller(), job_id)


def test_places_are_bounded(house: Studio) -> None:
    """The stream too many is refused; when one leaves there is room again."""
    streams = Streams(house.tail, Places().share(1))
    first, _ = streams.enter(Topic(job_id="one"))
    with pytest.raises(Unavailable):
        streams.enter(Topic(job_id="two"))
    streams.leave(first)
    streams.leave(streams.enter(Topic(job_id="two"))[0])
    streams.close()


def test_a_slow_reader_is_let_go_behind_what_it_can_still_hear() -> None:
    """Who falls too far behind loses no event that was promised before, and the stream ends there."""
    slow = Stream(Topic(job_id="one"))
    offered = 0
    while slow.offer(Event(offered, EventType.JOB_OUTPUT, "ada", "one", None, {}, 0.0, "")):
        offered += 1
    assert [event.seq for event in slow.heard(1) if event] == list(range(offered))


def test_a_retried_job_can_be_followed_again(server: Server, house: Studio) -> None:
    """The end of an earlier run does not end the stream of the present one."""
    job = house.service.submit(house.caller(), IconRequest(category="again", seed=4711), Context())
    fail(house, claim(house))
    house.service.retry(house.caller(), job.id)
    with stream(server, f"/api/sse/jobs/{job.id}?after=0") as heard:
        told = [next(heard), next(heard)]
        complete(house, claim(house))
        told += list(heard)
    assert types(told) == ["connected", "progress", "progress", "done"]
