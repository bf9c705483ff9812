"""`ws-worker`: processes that draw for a real server over its `/ws`."""

import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from icons.domain.rates import Policy
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider, running

from ..conftest import Server, eventually

Worker = Callable[..., subprocess.Popen]


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with running() as provider:
        yield provider


@pytest.fixture
def worker(start, server: Server) -> Iterator[Worker]:
    """Starts a worker of the user "ada"; gives the process once it is connected."""
    started: list[subprocess.Popen] = []

    def begin(name: str, *options: str, **environment: str) -> subprocess.Popen:
        url = server.url.replace("http", "ws") + "/ws"
        access = {"ICON_STUDIO_TOKEN": server.token, "LOG_FORMAT": "json", **environment}
        process = start("ws-worker", "--url", url, "--name", name, *options, **access)
        started.append(process)
        eventually(lambda: process.poll() is not None or name in names(server), 90)
        assert process.poll() is None, process.stderr.read()
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()
    eventually(lambda: not names(server), 30)


def connected(server: Server) -> list[dict]:
    return server.session().get(f"{server.url}/api/workers", timeout=10).json()["data"]


def names(server: Server) -> list[str]:
    return [each["extensionId"] for each in connected(server)]


@pytest.fixture(autouse=True)
def without_limits(house) -> None:
    """These tests ask more often than the documents' rates allow."""
    for policy in (Policy.IMAGES, Policy.ICONS):
        house.accounts.set_rate("ada", policy, "100000 per minute")


def ask(server: Server, prompt: str, count: int = 1, **body: str) -> str:
    asked = {
        "prompt": prompt,
        "provider": "browser",
        "parameters": {"width": 128, "height": 128, "numberOfImages": count},
        **body,
    }
    answer = server.session().post(f"{server.url}/api/images/generate", json=asked, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()["requestId"]


def ended(server: Server, request_id: str) -> dict:
    """The record of a request, once it has ended."""

    def look() -> dict | bool:
        record = server.session().get(f"{server.url}/api/images/{request_id}", timeout=10).json()
        return record["status"] in ("completed", "failed") and record

    return eventually(look, 60)


def painting(fake: FakeProvider) -> tuple[tuple[str, ...], dict[str, str]]:
    """Options and environment of a worker whose provider is this one."""
    environment = {"OPENAI_API_KEY": "sk-test-0123456789", "OPENAI_BASE_URL": fake.address("openai")}
    return ("--provider", "openai"), environment


def test_two_workers_share_twenty_jobs(worker: Worker, server: Server) -> None:
    """All are drawn, both have worked, and none was drawn twice."""
    processes = [worker(name, "--provider", "local", "--capacity", "3") for name in ("one", "two")]
    records = [ended(server, each) for each in [ask(server, f"thing {number}") for number in range(20)]]
    assert [record["status"] for record in records] == ["completed"] * 20, records
    drawn = []
    for process in processes:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
        assert process.returncode == 0, log
        drawn.append(log.count('"action": "request.ended"'))
    assert sum(drawn) == 20
    assert min(drawn) > 0


def test_several_pictures_of_one_request(worker: Worker, server: Server) -> None:
    """They arrive together, and the record names each."""
    worker("one", "--provider", "local")
    record = ended(server, ask(server, "a red fox", 3))
    assert record["status"] == "completed", record
    assert len({each["imagePath"] for each in record["images"]}) == 3


def test_a_provider_of_the_settings_is_asked_once(worker: Worker, server: Server, fake: FakeProvider) -> None:
    """The model that ran is told; one request is one call, under the request's id as idempotency key."""
    options, environment = painting(fake)
    worker("painter", *options, **environment)
    request_id = ask(server, "a boat", model="dall-e-3")
    record = ended(server, request_id)
    assert record["status"] == "completed", record
    assert len(fake.calls) == 1
    assert fake.calls[0].headers["idempotency-key"] == request_id


@pytest.mark.parametrize(
    ("fault", "calls", "status"),
    [
        (Fault.BUSY, 2, "completed"),  # turned down, nothing is paid: the server lets it be tried again
        (Fault.MODERATION, 1, "failed"),  # final
        (Fault.RESET, 1, "failed"),  # perhaps paid for: nobody asks again by himself
    ],
)
def test_faults_are_told_as_they_are(
    worker: Worker,
    server: Server,
    fake: FakeProvider,
    fault: Fault,
    calls: int,
    status: str,
) -> None:
    """What may be repeated is repeated by the server's policy; what may have been paid for never is."""
    options, environment = painting(fake)
    worker("painter", *options, **environment)
    fake.fail(fault)
    record = ended(server, ask(server, "a boat"))
    assert record["status"] == status, record
    assert len(fake.calls) == calls
    assert "sk-test" not in str(record)


def test_a_stop_finishes_what_is_at_work(worker: Worker, server: Server, fake: FakeProvider) -> None:
    """After SIGTERM in mid-call the picture still arrives, the process ends with 0, and the token is in no line."""
    fake.latency = 3.0
    options, environment = painting(fake)
    process = worker("painter", *options, **environment)
    request_id = ask(server, "a tower")
    eventually(lambda: fake.calls, 30)
    process.send_signal(signal.SIGTERM)
    out, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    assert ended(server, request_id)["status"] == "completed"
    assert server.token not in out + log
    assert "sk-test" not in out + log


def test_a_killed_workers_job_is_done_by_another(worker: Worker, server: Server, fake: FakeProvider) -> None:
    """Killed in mid-job, it loses its job to the next one that can."""
    fake.fail(Fault.HANG)
    options, environment = painting(fake)
    process = worker("painter", *options, **environment)
    request_id = ask(server, "a bridge")
    eventually(lambda: fake.calls, 30)
    process.kill()
    worker("draughtsman", "--provider", "local")
    assert ended(server, request_id)["status"] == "completed"


def test_a_cancelled_job_is_stopped(worker: Worker, server: Server, fake: FakeProvider) -> None:
    """The owner's word reaches the worker, which has room again at once."""
    fake.fail(Fault.HANG)
    options, environment = painting(fake)
    worker("painter", *options, "--capacity", "1", **environment)
    request_id = ask(server, "a wheel")
    eventually(lambda: fake.calls, 30)
    server.session().delete(f"{server.url}/api/icons/jobs/{request_id}", timeout=10)
    assert ended(server, request_id)["status"] == "failed"
    assert ended(server, ask(server, "another wheel"))["status"] == "completed"


@pytest.mark.parametrize(
    ("options", "environment", "code", "sentence"),
    [
        (("--url", "{ws}"), {}, 2, "ICON_STUDIO_TOKEN"),
        (("--url", "{ws}"), {"ICON_STUDIO_TOKEN": "wrong"}, 1, "does not accept this token"),
        (("--url", "{ws}/elsewhere"), {"ICON_STUDIO_TOKEN": "wrong"}, 1, "check --url"),
        (("--url", "http://127.0.0.1"), {"ICON_STUDIO_TOKEN": "x"}, 2, "Write --url like"),
        (("--url", "{ws}", "--provider", "openai"), {"ICON_STUDIO_TOKEN": "x"}, 2, "local"),
    ],
)
def test_wrong_use_is_a_sentence(run, server: Server, options, environment, code: int, sentence: str) -> None:
    """And the process ends, instead of trying for ever."""
    ws = server.url.replace("http", "ws") + "/ws"
    done = run("ws-worker", *(option.format(ws=ws) for option in options), **environment)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
