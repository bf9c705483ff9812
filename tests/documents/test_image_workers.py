"""Every example of the workers document, replayed with host and credentials changed only."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Studio, embedded, eventually, open_studio
from tests.web.drawn import served
from tests.web.live.hands import Hand

GUIDE = (Path(__file__).parent / "image-workers-api.md").read_text(encoding="utf-8")


def example(heading: str, number: int = 0) -> Any:
    """One of the JSON examples below a heading."""
    found = re.findall(r"```json\n(.*?)```", GUIDE[GUIDE.index(f"{heading}\n") :], re.DOTALL)
    return json.loads(found[number])


def commands() -> list[str]:
    """The curl commands of the command-line example."""
    block = re.search(r"## CLI Integration Example.*?```bash\n(.*?)```", GUIDE, re.DOTALL)
    assert block
    return re.findall(r"^curl (?:.*\\\n)*.*(?:\n(?:.*\n)*?  }')?", block[1], re.MULTILINE)


def curl(command: str, url: str, key: str, request_id: str) -> dict[str, Any]:
    """What a command answers, with host, key and the request's id changed."""
    command = command.replace("\\\n", "").replace("http://localhost:3000", url)
    command = command.replace("550e8400-e29b-41d4-a716-446655440000", request_id)
    words = [*shlex.split(command), "--silent", "--fail-with-body", "-H", f"X-API-Key: {key}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def has_shape(answer: dict[str, Any], documented: dict[str, Any]) -> None:
    """Every field of the document is there, with a value of its kind."""
    for name, value in documented.items():
        assert isinstance(answer[name], type(value)), name
        if isinstance(value, dict):
            has_shape(answer[name], value)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A fresh house without a provider's key."""
    studio = open_studio(embedded(tmp_path_factory.mktemp("house"), draw_processes=1))
    yield studio
    studio.web.close()
    studio.house.stop()


@pytest.fixture(scope="module")
def url(house: Studio) -> Iterator[str]:
    with served(house.web.app) as url:
        yield url


def test_the_command_line_example_works_without_any_worker(house: Studio, url: str) -> None:
    """The house draws, whatever model is named, and says which one it was."""
    generate, status, get = commands()
    key = house.key()
    accepted = curl(generate, url, key, "")
    has_shape(accepted, example("### 1. Generate Image", 1))
    request_id = accepted["requestId"]
    has_shape(curl(status, url, key, request_id), example("### 2. Get Image Status"))
    assert house.service.wait(house.caller(), request_id, 60).state.final
    record = curl(get, url, key, request_id)
    has_shape(record, example("### 3. Get Generated Image"))
    metadata = record["metadata"]
    assert (record["status"], metadata["requestedModel"], metadata["width"]) == ("completed", "dall-e-3", 1024)
    assert metadata["model"] != "dall-e-3"
    assert re.fullmatch(rf"generated-images/{request_id}_\d{{13}}\.png", record["imagePath"])
    client = house.client()
    assert client.get(record["imageUrl"]).data.startswith(b"\x89PNG")
    name = record["imagePath"].rpartition("/")[2]
    assert client.get(f"/api/images/{name}").status_code == 200
    assert house.client(house.admin).get(f"/api/images/{request_id}").status_code == 404
    assert house.client(house.admin).get(f"/api/images/{request_id}/status").status_code == 404


def test_health_and_connection_have_the_document_s_fields(house: Studio, url: str) -> None:
    """`/health` is open, `/api/websocket/info` is not."""
    has_shape(house.client(anonymous=True).get("/health").json, example("### 4. Health Check"))
    info = house.client().get("/api/websocket/info").json
    has_shape(info, example("### 5. WebSocket Connection Info"))


def test_the_protocol_s_own_messages_carry_a_request_to_its_end(house: Studio, url: str) -> None:
    """Each message of the document, with ids and the picture's place changed only."""
    eventually(lambda: not house.service.workers(house.caller()))
    hand = Hand(url)
    has_shape(hand.hear("authentication_required"), example("### Authentication Flow"))
    introduction = example("### Authentication Flow", 1)
    introduction["metadata"]["token"] = house.key()
    hand.socket.send(json.dumps(introduction))
    has_shape(hand.hear("authentication_success"), example("### Authentication Flow", 2))
    hand.socket.send(json.dumps(example("#### Extension → Server", 3)))
    answer = house.client().post("/api/images/generate", json=example("### 1. Generate Image"))
    request_id = answer.json["requestId"]
    asked = hand.hear("generate_image")
    has_shape(asked, example("#### Server → Extension"))
    assert asked["requestId"] == request_id
    known = {"requestId": request_id, "correlationId": asked["correlationId"]}
    hand.socket.send(json.dumps({**example("#### Extension → Server", 2), **known}))
    client = house.client()
    eventually(lambda: client.get(f"/api/images/{request_id}/status").json["progress"] == 50)
    done = {**example("#### Extension → Server", 0), **known}
    hand.deliver(**{name: done[name] for name in ("metadata", "correlationId")}, request_id=request_id)
    assert house.service.wait(house.caller(), request_id, 60).state.value == "completed"
    assert client.get(f"/api/images/{request_id}").json["metadata"]["model"] == "dall-e-3"
    failing = client.post("/api/images/generate", json=example("### 1. Generate Image")).json["requestId"]
    hand.hear("generate_image")
    hand.socket.send(json.dumps({**example("#### Extension → Server", 1), "requestId": failing}))
    house.service.wait(house.caller(), failing, 60)
    status = client.get(f"/api/images/{failing}/status").json
    assert (status["status"], status["code"]) == ("failed", "ERR_GENERATION_FAILED")
    hand.socket.send("this is no message")
    error = hand.hear("error")
    has_shape(error, example("### Error Handling"))
    assert error["error"] == example("### Error Handling")["error"]
    hand.vanish()


def test_a_prompt_is_needed(house: Studio) -> None:
    """400 ERR_INVALID_PROMPT, missing or empty."""
    for body in ({}, {"prompt": ""}, {"prompt": " "}, {"prompt": 7}):
        answer = house.client().post("/api/images/generate", json=body)
        assert (answer.status_code, answer.json["code"]) == (400, "ERR_INVALID_PROMPT")
        assert list(answer.json["metadata"]["fields"]) == ["prompt"]


def test_requests_are_limited_as_documented(house: Studio) -> None:
    """Headers with each answer; beyond the burst ERR_RATE_LIMIT."""
    account, _ = house.accounts.add("somebody in a hurry", "correct horse battery staple")
    client = house.client(account)
    answers = [client.post("/api/images/generate", json={"prompt": ""}) for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {400}
    assert (answers[20].status_code, answers[20].json["code"]) == (429, "ERR_RATE_LIMIT")
    for name in ("Limit", "Remaining", "Reset"):
        assert f"X-RateLimit-{name}" in answers[0].headers
