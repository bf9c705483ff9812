"""Every example of the icons document, replayed against a running server with host and token changed only."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import socketio

from ..conftest import Server, eventually

GUIDE = (Path(__file__).parent / "icons-guide.md").read_text(encoding="utf-8")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def after(heading: str, language: str) -> str:
    """The first code block of that language below a heading of the guide."""
    section = GUIDE[GUIDE.index(heading) :]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found, heading
    return found[1]


def example(heading: str) -> Any:
    """The JSON example below a heading."""
    return json.loads(after(heading, "json"))


def same_shape(answer: Any, documented: Any, path: str = "") -> None:
    """Every field of the documented answer is there, with a value of its kind."""
    if isinstance(documented, dict):
        for key, value in documented.items():
            assert key in answer, f"{path}{key} is missing"
            same_shape(answer[key], value, f"{path}{key}.")
    elif isinstance(documented, (int, float)) and not isinstance(documented, bool):
        assert isinstance(answer, (int, float)), path
    else:
        assert isinstance(answer, type(documented)), path


def run_curl(server: Server, command: str) -> dict:
    """The guide's curl line as it stands, but for host, port and token."""
    command = command.replace("http://localhost:3560", server.url).replace("YOUR_JWT_TOKEN", server.token)
    done = subprocess.run(
        [*shlex.split(command.replace("\\\n", " ")), "--silent", "--show-error", "--fail-with-body"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_single_icon_by_curl(server: Server) -> None:
    """The guide's first request draws an icon that can be fetched from the address in the answer."""
    answer = run_curl(server, after("#### Test Single Icon Generation", "bash"))
    same_shape(answer, example("### Single Icon Generation Response"))
    assert answer["success"] is True
    picture = server.session().get(server.url + answer["image_url"], timeout=10)
    assert picture.content.startswith(b"\x89PNG")
    assert answer["metadata"]["category"] == "office supplies"


def test_batch_by_curl(server: Server) -> None:
    """The guide's batch of three is accepted and finishes."""
    answer = run_curl(server, after("#### Test Batch Generation", "bash"))
    assert re.fullmatch(UUID, answer["batch_id"])
    status = finished(server, answer["batch_id"])
    assert (status["status"], status["total_categories"]) == ("completed", 3)


def finished(server: Server, batch_id: str) -> dict:
    session = server.session()

    def ended() -> dict | None:
        status = session.get(f"{server.url}/api/icons/batch/{batch_id}/status", timeout=10).json()
        return status if status["status"] not in ("pending", "running") else None

    return eventually(ended, 60)


def test_single_icon_by_its_example(server: Server) -> None:
    """The example request is answered with the example's fields; its elements are named in the answer."""
    body = example("### Single Icon Generation Request")
    answer = server.session().post(f"{server.url}/api/icons/generate", json=body, timeout=60)
    assert answer.status_code == 200
    same_shape(answer.json(), example("### Single Icon Generation Response"))
    metadata = answer.json()["metadata"]
    assert {key: metadata[key] for key in body} == body


def test_batch_by_its_example(server: Server) -> None:
    """Three categories, two variations each: status, result in request order, list, cancel."""
    session, body = server.session(), example("### Batch Generation Request")
    accepted = session.post(f"{server.url}/api/icons/generate/batch", json=body, timeout=10)
    assert accepted.status_code == 202
    batch_id = accepted.json()["batch_id"]
    address = f"{server.url}/api/icons/batch/{batch_id}"
    status = session.get(f"{address}/status", timeout=10).json()
    documented = example("### Batch Status Response")
    if status["current_category"] is None:
        documented.pop("current_category")
    if status["estimated_completion"] is None:
        documented.pop("estimated_completion")
    same_shape(status, documented)
    assert finished(server, batch_id)["completed_categories"] == 3
    result = session.get(f"{address}/result", timeout=10).json()
    assert [(each["category"], each["variation"]) for each in result["results"]] == [
        (category, variation) for category in body["categories"] for variation in (0, 1)
    ]
    for each in result["results"]:
        assert each["success"] is True
        assert each["metadata"]["custom_elements"] == body["custom_elements"].get(each["category"], [])
    assert batch_id in [each["batch_id"] for each in session.get(f"{server.url}/api/icons/batches").json()["batches"]]
    assert session.post(f"{address}/cancel", timeout=10).status_code == 200


def endpoints() -> list[tuple[str, str]]:
    """Method and path of every endpoint that the guide lists."""
    return re.findall(r"^- `(GET|POST) (/api/\S+)`", GUIDE, re.MULTILINE)


def test_the_guide_lists_what_this_test_thinks() -> None:
    """Eleven endpoints, so that a change of the guide is noticed here."""
    assert len(endpoints()) == 11


@pytest.mark.parametrize(("method", "path"), endpoints())
def test_every_listed_endpoint_exists(server: Server, method: str, path: str) -> None:
    """With a token none is unknown (400 for the empty body, 404 for the made-up id); without one each asks for it."""
    url = server.url + path.replace("{id}", "00000000-0000-0000-0000-000000000000").replace("{filename}", "x.png")
    answer = server.session().request(method, url, json={} if method == "POST" else None, timeout=10)
    expected = {404} if "{" in path else {200, 400}
    assert answer.status_code in expected
    if answer.status_code == 404:
        assert answer.json()["code"] in ("BATCH_NOT_FOUND", "IMAGE_NOT_FOUND")
    anonymous = server.session()
    del anonymous.headers["Authorization"]
    assert anonymous.request(method, url, timeout=10).status_code == 401


def test_errors_have_the_documented_fields(server: Server) -> None:
    """message, error and metadata, whatever went wrong."""
    answer = server.session().post(f"{server.url}/api/icons/generate", json={"category": ""}, timeout=10)
    assert answer.status_code == 400
    documented = example("## Error Handling")
    same_shape({**answer.json(), "metadata": documented["metadata"]}, documented)
    assert "category" in answer.json()["metadata"]["fields"]


def test_the_documented_socket_events_arrive(server: Server) -> None:
    """batch_progress, job_output and job_completed reach a client that only connects and listens."""
    names = re.findall(r"^- `(\w+)` - ", after_heading("### 7. WebSocket Integration"), re.MULTILINE)
    assert names == ["batch_progress", "job_output", "job_completed"]
    heard: list[str] = []
    client = socketio.Client()
    for name in names:
        client.on(name, lambda data, name=name: heard.append(name))
    client.connect(server.url, auth={"token": server.token})
    try:
        body = {"categories": ["socket guide"], "style": "flat"}
        server.session().post(f"{server.url}/api/icons/generate/batch", json=body, timeout=10)
        eventually(lambda: set(names) <= set(heard), 60)
    finally:
        client.disconnect()


def after_heading(heading: str) -> str:
    return GUIDE[GUIDE.index(heading) :].split("\n## ")[0]
