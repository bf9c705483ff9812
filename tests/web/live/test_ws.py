"""What workers from outside are given, and what becomes of what they say."""

import base64
import io
import struct
import zlib

import pytest
from PIL import Image as Pillow

from icons.domain.events import EventType
from tests.conftest import eventually
from tests.web.drawn import SIZE, idle_studio, picture, served
from tests.web.live.hands import NAME, Hand, hired

GENERATE = "/api/images/generate"
BODY = {
    "prompt": "A beautiful sunset over mountains",
    "model": "dall-e-3",
    "parameters": {"width": 512, "height": 256, "quality": "hd", "style": "natural", "numberOfImages": 1},
    "userId": "cli-user-123",
    "provider": "browser",
    "metadata": {"order": 7},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house"), ratelimit_enabled=False) as studio:
        yield studio


@pytest.fixture(scope="module")
def url(house):
    with served(house.web.app) as url:
        yield url


@pytest.fixture
def client(house):
    return house.client()


@pytest.fixture
def hand(house, url):
    """Ada's worker; nobody else's is there when the test begins."""
    eventually(lambda: not house.service.workers(house.caller()))
    with hired(url, house.key()) as hand:
        yield hand


def generate(client, **fields) -> str:
    """The request's id."""
    answer = client.post(GENERATE, json={**BODY, **fields}, headers={"X-Correlation-ID": "trace-7"})
    assert answer.status_code == 200, answer.text
    assert (answer.json["status"], answer.json["correlationId"]) == ("accepted", "trace-7")
    return answer.json["requestId"]


def ended(house, client, request_id: str) -> dict:
    """The request's record, once it has ended."""
    assert house.service.wait(house.caller(), request_id, 20).state.final
    return client.get(f"/api/images/{request_id}").json


def test_a_request_reaches_the_worker_and_its_picture_the_caller(house, client, hand: Hand) -> None:
    """The message has the document's fields; the picture is drawn anew as a PNG under the documented name."""
    request_id = generate(client)
    asked = hand.hear("generate_image")
    told = {name: asked[name] for name in ("requestId", "prompt", "model", "userId", "correlationId")}
    assert told == {
        "requestId": request_id,
        "prompt": BODY["prompt"],
        "model": "dall-e-3",
        "userId": "cli-user-123",
        "correlationId": "trace-7",
    }
    assert asked["parameters"] == BODY["parameters"]
    assert client.get(f"/api/images/{request_id}/status").json["status"] == "processing"
    hand.deliver(request_id, 1, metadata={"model": "page-1", "note": "x" * 9999, "deep": {"a": 1}})
    record = ended(house, client, request_id)
    assert (record["status"], record["correlationId"]) == ("completed", "trace-7")
    assert record["imagePath"].startswith(f"generated-images/{request_id}_")
    expected = {"model": "page-1", "requestedModel": "dall-e-3", "width": SIZE, "height": SIZE, "order": 7}
    assert {name: record["metadata"][name] for name in expected} == expected
    shown = client.get(record["imageUrl"])
    assert Pillow.open(io.BytesIO(shown.data)).format == "PNG"
    facts = house.service.job(house.caller(), request_id).facts
    assert (facts["worker"], set(facts["worker_metadata"])) == (NAME, {"note"})
    assert len(facts["worker_metadata"]["note"]) == 500


def test_progress_is_in_the_event_log(house, client, hand: Hand) -> None:
    """With the worker's own words."""
    request_id = generate(client)
    hand.hear("generate_image")
    hand.say("image_generation_progress", requestId=request_id, progress=50, status="Generating image...")
    status = eventually(lambda: (body := client.get(f"/api/images/{request_id}/status").json)["progress"] and body)
    assert (status["status"], status["progress"]) == ("processing", 50)
    events = house.service.events(house.caller(), 0, 100, job_id=request_id)
    assert events[-1].type is EventType.JOB_OUTPUT
    assert events[-1].data == {"stage": "processing", "progress": 50, "line": "Generating image..."}
    assert events[-1].correlation_id == "trace-7"
    hand.deliver(request_id)
    ended(house, client, request_id)


def test_a_failure_is_the_request_s_own(house, client, hand: Hand) -> None:
    """Error and reason are text for people; the code is the document's."""
    request_id = generate(client)
    hand.hear("generate_image")
    hand.say("image_generation_failed", requestId=request_id, error="Rate limit exceeded", reason="Too\nmany")
    record = ended(house, client, request_id)
    failed = ("failed", "Rate limit exceeded: Too many", "ERR_GENERATION_FAILED")
    assert (record["status"], record["error"], record["code"]) == failed


def test_a_failure_that_passes_is_tried_again(house, client, hand: Hand) -> None:
    """The worker says which ones those are; the retry policy says when."""
    request_id = generate(client)
    hand.hear("generate_image")
    hand.say("image_generation_failed", requestId=request_id, error="Busy", retryable=True)
    eventually(lambda: house.service.job(house.caller(), request_id).failures == 1)
    house.house.engines.store.leases.wake([request_id])
    assert hand.hear("generate_image")["requestId"] == request_id
    hand.deliver(request_id)
    assert ended(house, client, request_id)["status"] == "completed"


def test_several_pictures_come_in_one_message(house, client, hand: Hand) -> None:
    """`images` has one for each; the record lists them all, and each has a name of its own."""
    request_id = generate(client, parameters={"numberOfImages": 2})
    hand.hear("generate_image")
    images = [{"imageData": "data:image/png;base64," + base64.b64encode(picture(n)).decode()} for n in (5, 6)]
    hand.say("image_generated", requestId=request_id, images=images)
    record = ended(house, client, request_id)
    paths = [each["imagePath"] for each in record["images"]]
    assert paths[1] == paths[0].replace(".png", "_2.png")
    for each in record["images"]:
        assert client.get(each["imageUrl"]).status_code == 200


def test_a_cancelled_request_is_taken_back(house, client, hand: Hand) -> None:
    """The worker is told to stop; what it brings all the same gets an error and changes nothing."""
    request_id = generate(client)
    hand.hear("generate_image")
    house.service.cancel(house.caller(), request_id)
    stop = hand.hear("cancel_image")
    assert (stop["requestId"], stop["correlationId"]) == (request_id, "trace-7")
    hand.deliver(request_id)
    late = hand.hear("error")
    assert (late["error"], late["requestId"]) == ("Unknown request", request_id)
    record = ended(house, client, request_id)
    assert (record["status"], record["code"], record["imageUrl"]) == ("failed", "CANCELLED", None)


def bomb() -> bytes:
    """Some bytes that say to be a picture of 400 megapixels."""
    header = struct.pack(">4sIIBBBBB", b"IHDR", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize("data", [b"no picture", bomb()])
def test_a_picture_that_is_none_does_not_end_well(house, client, hand: Hand, data: bytes) -> None:
    """The worker is told so; the request is tried again like after any fault, in the end to fail."""
    request_id = generate(client)
    for attempt in range(1, 5):
        hand.hear("generate_image")
        hand.say("image_generated", requestId=request_id, imageData=base64.b64encode(data).decode())
        assert hand.hear("error")["error"] == "Invalid message format"
        if attempt < 4:
            eventually(lambda n=attempt: house.service.job(house.caller(), request_id).failures == n)
            house.house.engines.store.leases.wake([request_id])
    record = ended(house, client, request_id)
    assert (record["status"], record["code"]) == ("failed", "ERR_GENERATION_FAILED")


def test_who_is_connected_is_shown(house, client, url, hand: Hand) -> None:
    """To its account only, in both places; `available` and `active` are up to date."""
    request_id = generate(client)
    hand.hear("generate_image")
    hand.say("heartbeat", extensionId=NAME, status={"available": False, "queueSize": 2, "activeRequests": 1})
    worker = eventually(lambda: [each for each in client.get("/api/workers").json["data"] if not each["available"]])[0]
    known = {name: worker[name] for name in ("extensionId", "version", "capabilities", "capacity", "active")}
    assert known == {
        "extensionId": NAME,
        "version": "1.0.0",
        "capabilities": ["image-generation"],
        "capacity": 1,
        "active": 1,
    }
    info = client.get("/api/websocket/info").json
    assert (info["activeConnections"], info["protocol"]) == (1, "websocket")
    assert info["url"].endswith("/ws")
    foreign = house.client(house.admin)
    assert foreign.get("/api/workers").json["data"] == []
    assert foreign.get("/api/websocket/info").json["activeConnections"] == 0
    hand.deliver(request_id)
    ended(house, client, request_id)


def test_without_an_able_worker_a_demand_is_refused(house, client, url) -> None:
    """503 ERR_NO_EXTENSION: none is connected, it draws other models or sizes, or it is somebody else's."""
    eventually(lambda: not house.service.workers(house.caller()))

    def refused() -> None:
        answer = client.post(GENERATE, json=BODY)
        assert (answer.status_code, answer.json["code"]) == (503, "ERR_NO_EXTENSION")

    refused()
    with hired(url, house.key(house.admin)):
        refused()
    with hired(url, house.key(), capabilities=["other-model"]):
        refused()
    with hired(url, house.key(), capabilities=["dall-e-3", "1024x1024"]):
        refused()


def test_an_able_worker_is_preferred_to_the_house(house, client, hand: Hand) -> None:
    """Where no provider is named; where one is, or nobody is able, the house draws."""
    request_id = generate(client, provider="")
    assert hand.hear("generate_image")["requestId"] == request_id
    hand.deliver(request_id)
    ended(house, client, request_id)
    caller = house.caller()
    assert house.service.job(caller, generate(client, provider="local")).lane == "local"
    hand.vanish()
    eventually(lambda: not house.service.workers(caller))
    assert house.service.job(caller, generate(client, provider="")).lane == "local"


def test_the_least_loaded_able_worker_gets_the_next_request(house, client, url) -> None:
    """And none more than it says it can."""
    eventually(lambda: not house.service.workers(house.caller()))
    with hired(url, house.key(), capacity=2) as large, hired(url, house.key()) as small:
        requests = [generate(client) for _ in range(4)]
        first, second = large.hear("generate_image"), large.hear("generate_image")
        third = small.hear("generate_image")
        assert {each["requestId"] for each in (first, second, third)} == set(requests[:3])
        small.deliver(third["requestId"])
        assert small.hear("generate_image")["requestId"] == requests[3]
        for hand, request_id in ((large, first["requestId"]), (large, second["requestId"]), (small, requests[3])):
            hand.deliver(request_id)
        for request_id in requests:
            assert ended(house, client, request_id)["status"] == "completed"


def test_waiting_for_it_is_possible(house, client, hand: Hand) -> None:
    """`Prefer: wait=N` answers when it has ended."""
    hand.work()
    answer = client.post(GENERATE, json=BODY, headers={"Prefer": "wait=20"})
    assert (answer.status_code, answer.json["status"]) == (200, "completed")
    assert answer.headers["Preference-Applied"] == "wait=20"
