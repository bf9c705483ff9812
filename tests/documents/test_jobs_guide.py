"""Every example of the jobs document, replayed against a running server with host and token changed only."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ..conftest import Server, Studio, embedded, eventually, open_studio

HERE = Path(__file__).parent
GUIDE = (HERE / "jobs-guide.md").read_text(encoding="utf-8")
SDK = HERE / "sdk"


def after(heading: str, language: str) -> str:
    """The first code block of that language below a heading of the guide."""
    found = re.search(rf"```{language}\n(.*?)```", GUIDE[GUIDE.index(f"{heading}\n") :], re.DOTALL)
    assert found, heading
    return found[1]


def example(heading: str, number: int = 0) -> Any:
    """One of the JSON examples below a heading."""
    found = re.findall(r"```json\n(.*?)```", GUIDE[GUIDE.index(f"{heading}\n") :], re.DOTALL)
    return json.loads(found[number])


def same_shape(answer: Any, documented: Any, path: str = "") -> None:
    """Every field of the documented answer is there, with a value of its kind."""
    if isinstance(documented, dict):
        for key, value in documented.items():
            assert key in answer, f"{path}{key} is missing"
            same_shape(answer[key], value, f"{path}{key}.")
    elif isinstance(documented, list):
        assert isinstance(answer, list), path
        for each in answer:
            same_shape(each, documented[0], f"{path}[].")
    elif isinstance(documented, bool) or not isinstance(documented, (int, float)):
        assert isinstance(answer, type(documented)), path
    else:
        assert isinstance(answer, (int, float)), path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The module's studio, where nobody counts requests: these tests ask more often than the guide allows."""
    studio = open_studio(embedded(tmp_path_factory.mktemp("house"), ratelimit_enabled=False))
    yield studio
    studio.web.close()
    studio.house.stop()


def finished(session: requests.Session, address: str) -> dict:
    def ended() -> dict | None:
        job = session.get(address, timeout=10).json()
        return job if job["status"] in ("completed", "failed") else None

    return eventually(ended, 60)


@pytest.mark.parametrize("heading", ["### Bearer Token (JWT)", "### API Key"])
def test_both_ways_of_signing_in_by_curl(server: Server, heading: str) -> None:
    """The guide's two curl lines list the jobs."""
    command = after(heading, "bash").replace("http://localhost:3001", server.url)
    command = command.replace("YOUR_JWT_TOKEN", server.token).replace("YOUR_API_KEY", server.studio.key())
    line = [*shlex.split(command.replace("\\\n", " ")), "--silent", "--show-error", "--fail-with-body"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "jobs" in json.loads(done.stdout)


def test_a_job_from_its_creation_to_its_files(server: Server) -> None:
    """The example request is stored, reports its stages, and brings a picture of the right size for each platform."""
    session, body = server.session(), example("### Create Job")
    created = session.post(f"{server.url}/api/jobs", json=body, timeout=10)
    assert created.status_code == 201
    same_shape(created.json(), example("### Create Job", 1))
    assert created.json()["status"] == "queued"
    job = finished(session, server.url + created.headers["Location"])
    documented = example("### Completed Job Response")
    same_shape(job, documented)
    same_shape(job, example("### Get Job Status"))
    wanted = [(each["platform"], each["width"], each["height"]) for each in documented["result"]["images"]]
    assert [(each["platform"], each["width"], each["height"]) for each in job["result"]["images"]] == wanted
    for each in job["result"]["images"]:
        picture = requests.get(server.url + each["url"], timeout=10)
        assert len(picture.content) == each["size"]
    assert job["result"]["revisedPrompt"].startswith(body["prompt"])
    assert {key: job["data"][key] for key in ("userId", "prompt", "platforms")} == {
        key: body[key] for key in ("userId", "prompt", "platforms")
    }
    assert "Processing Instagram Post..." in job["logs"]


def test_lists_and_figures(server: Server) -> None:
    """The list and the statistics have the guide's fields, and the filter filters."""
    session = server.session()
    session.post(f"{server.url}/api/jobs", json={"prompt": "A lighthouse in fog"}, timeout=10)
    listed = session.get(f"{server.url}/api/jobs?status=active&limit=10", timeout=10).json()
    same_shape(listed, example("### List Jobs"))
    assert all(job["status"] == "active" for job in listed["jobs"])
    everything = session.get(f"{server.url}/api/jobs", timeout=10).json()
    assert everything["count"] == len(everything["jobs"]) >= 1
    same_shape(session.get(f"{server.url}/api/queue/stats", timeout=10).json(), example("### Queue Statistics"))


def test_cancel_retry_and_clean(server: Server) -> None:
    """A failed job is retried and cancelled; the guide's cleaning body is taken as it stands."""
    session = server.session()
    body = {"prompt": "Ripe plums", "options": {"provider": "local", "style": "natural"}}
    job_id = session.post(f"{server.url}/api/jobs", json=body, timeout=10).json()["jobId"]
    cancelled = session.delete(f"{server.url}/api/jobs/{job_id}/cancel", timeout=20)
    if cancelled.status_code == 200:  # else the worker was quicker
        same_shape(cancelled.json(), example("### Cancel Job"))
        retried = session.post(f"{server.url}/api/jobs/{job_id}/retry", timeout=10)
        assert retried.json() == {**example("### Retry Failed Job"), "jobId": job_id}
    finished(session, f"{server.url}/api/jobs/{job_id}")
    cleaning = session.post(
        f"{server.url}/api/queue/clean", json={"grace": 86400000, "status": "completed"}, timeout=10
    )
    assert cleaning.json()["cleaned"] == 0  # nothing here is a day old


def test_errors_have_the_documented_fields_and_codes(server: Server) -> None:
    """INVALID_REQUEST, UNAUTHORIZED and JOB_NOT_FOUND, in the guide's body."""
    session = server.session()
    refused = session.post(f"{server.url}/api/jobs", json={"platforms": ["instagram-post"]}, timeout=10)
    assert refused.status_code == 400
    documented = example("### Error Response Format")
    same_shape(refused.json(), documented)
    assert (refused.json()["code"], "prompt" in refused.json()["metadata"]["fields"]) == (documented["code"], True)
    assert requests.get(f"{server.url}/api/jobs", timeout=10).json()["code"] == "UNAUTHORIZED"
    missing = session.get(f"{server.url}/api/jobs/gen-1640000000-abc123", timeout=10)
    assert (missing.status_code, missing.json()["code"]) == (404, "JOB_NOT_FOUND")


@pytest.fixture(scope="module")
def node_modules() -> Path:
    """Node's EventSource, installed once."""
    if not (SDK / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=SDK, check=True, timeout=100)
    return SDK / "node_modules"


def test_the_javascript_sdk_runs_in_node(server: Server, node_modules: Path, tmp_path: Path) -> None:
    """The guide's client and its usage, unchanged but for host and token, print progress and the finished job."""
    code = after("## SDK Example", "javascript")
    code = code.replace("http://localhost:3001", server.url).replace("your-token", server.token)
    script = tmp_path / "sdk.mjs"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        ["node", "--import", str(SDK / "browser.mjs"), str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "SDK_TOKEN": server.token},
    )
    assert "Completed!" in done.stdout, done.stdout + done.stderr
    assert re.search(r"Progress: \d+%", done.stdout)
    assert "Instagram Post" in done.stdout
    assert "Error:" not in done.stderr
