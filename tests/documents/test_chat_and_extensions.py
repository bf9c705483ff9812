"""The extensions document's own code, run by Node with host and credentials changed only."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import PASSWORD, Studio, embedded, open_studio
from tests.web.drawn import served

HERE = Path(__file__).parent
GUIDE = (HERE / "chat-and-extensions.md").read_text(encoding="utf-8")


def code(heading: str) -> str:
    """The first block of JavaScript below a heading of the document."""
    found = re.search(r"```javascript\n(.*?)```", GUIDE[GUIDE.index(f"{heading}\n") :], re.DOTALL)
    assert found, heading
    return found[1]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A fresh house without any provider's key, which counts two new pictures in three seconds and no more."""
    studio = open_studio(embedded(tmp_path_factory.mktemp("house"), limit_v1_images="2 per 3 seconds"))
    yield studio
    studio.web.close()
    studio.house.stop()


@pytest.fixture(scope="module")
def url(studio: Studio) -> Iterator[str]:
    with served(studio.web.app) as address:
        yield address


def run(studio: Studio, url: str, folder: Path, script: str) -> Any:
    """What the script hands to ``tell``, as Python."""
    login = requests.post(f"{url}/api/auth/login", json={"username": "ada", "password": PASSWORD}, timeout=20).json()
    names = ", ".join(
        re.findall(r"^export (?:async )?(?:const|function) (\w+)", extension := _extension(), re.MULTILINE)
    )
    (folder / "extension.mjs").write_text(extension, encoding="utf-8")
    head = (
        f'import {{ {names} }} from "./extension.mjs";\nconst tell = (value) => console.log(JSON.stringify(value));\n'
    )
    (folder / "script.mjs").write_text(head + script, encoding="utf-8")
    known = {"ICONS_URL": url, "ICONS_KEY": studio.key(), "ICONS_REFRESH": login["refresh_token"]}
    environment = {**os.environ, **known, "ICONS_ACCESS": login["access_token"]}
    command = ["node", str(folder / "script.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _extension() -> str:
    return (HERE / "extension.mjs").read_text(encoding="utf-8")


def test_the_extensions_chat_and_queue_manager_run(studio: Studio, url: str, tmp_path: Path) -> None:
    """Its request begins a chat and a picture; its polling loop downloads the picture under the caller's name."""
    script = """
class QueueManager {
%(queue)s
}
const manager = new QueueManager();
const pollJobStatus = (jobId) => manager.pollJobStatus(jobId);
const userToken = await getStoredToken();
let said;
async function handle(eventType, eventPayload) {
%(chat)s
}
await handle("semantest/custom/image/download/requested", {
  prompt: "A red kite over the sea", metadata: { filename: "kite.png", requestId: "r-1" },
});
await until(() => downloads.length);
tell({ asked, downloads });
"""
    queue = re.sub(r"^// Modified.*\n", "", code("### 2. Queue Manager Updates"))
    told = run(studio, url, tmp_path, script % {"queue": queue, "chat": code("### 1. ChatGPT Extension Integration")})
    assert [each["name"] for each in told["downloads"]] == ["kite.png"]
    assert told["downloads"][0]["bytes"] > 1000
    assert told["asked"][0] == {"url": f"{url}/v1/chat/new", "status": 200, "reset": told["asked"][0]["reset"]}
    assert {each["status"] for each in told["asked"]} == {200}


def test_the_queue_submits_and_tracks(studio: Studio, url: str, tmp_path: Path) -> None:
    """processNext takes a request from the queue, submits it with its key and polls until it is there."""
    script = """
async function submitToAPI(request) {
  const answer = await fetch("/api/v1/images/generate", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request),
  });
  return answer.json();
}
class QueueManager {
  queue = [{ prompt: "A tea cup", size: "512x512", metadata: { filename: "cup.png" } }];
  tracked = new Map();
  trackJob(jobId, request) { this.tracked.set(jobId, request); }
%s
}
const manager = new QueueManager();
await manager.processNext();
await until(() => downloads.length);
tell({ downloads, tracked: [...manager.tracked.values()] });
"""
    told = run(studio, url, tmp_path, script % code("### 2. Queue Manager Updates"))
    assert [each["name"] for each in told["downloads"]] == ["cup.png"]
    assert told["tracked"][0]["prompt"] == "A tea cup"


def test_its_client_waits_out_a_limit(studio: Studio, url: str, tmp_path: Path) -> None:
    """requestWithRetry reads X-RateLimit-Reset of a 429, waits until then, and gets its picture."""
    script = """
%s
class Client extends APIClient {
  async waitUntil(reset) {
    this.waited = Number(reset) * 1000 - Date.now();
    await pause(Math.max(0, this.waited) + 50);
  }
  async exponentialBackoff(tries) { await pause(100 * 2 ** tries); }
}
const client = new Client();
const options = {
  method: "POST", headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ prompt: "A fern", size: "64x64" }),
};
const jobs = [];
for (let number = 0; number < 3; number += 1) {
  jobs.push((await (await client.requestWithRetry("/api/v1/images/generate", options)).json()).jobId);
}
tell({ jobs, waited: client.waited, statuses: asked.map((each) => each.status) });
"""
    told = run(studio, url, tmp_path, script % code("### 3. Error Handling & Retry Logic"))
    assert len(set(told["jobs"])) == 3
    assert 429 in told["statuses"]
    assert 0 < told["waited"] <= 4000


def test_an_expired_token_is_refreshed(studio: Studio, url: str, tmp_path: Path) -> None:
    """getAuthHeaders gets a new token for the refresh token, and the service takes it."""
    script = """
stored.access = `h.${Buffer.from(JSON.stringify({ exp: 1 })).toString("base64url")}.s`;
%s
const headers = await getAuthHeaders();
const answer = await fetch("/api/v1/chat", { headers });
tell({ status: answer.status, urls: asked.map((each) => each.url) });
"""
    auth = code("### Security Considerations").partition("// Token refresh logic\n")[2]
    auth = auth.replace("const token = await", "let token = await")  # the document assigns to its constant
    told = run(studio, url, tmp_path, script % auth)
    assert told["status"] == 200
    assert any(each.endswith("/api/auth/refresh") for each in told["urls"])


def test_the_documents_webhook_fields_are_taken(studio: Studio, url: str) -> None:
    """webhookUrl and webhookEvents as they stand in its request."""
    events = re.search(r"webhookEvents: (\[.*?\])", code("## Webhook Integration"))
    assert events
    wanted = {"webhookUrl": "https://hooks.example.com/icons", "webhookEvents": json.loads(events[1].replace("'", '"'))}
    body = {"prompt": "A bell", **wanted}
    answer = requests.post(f"{url}/v1/chat/new", json=body, headers={"X-API-Key": studio.key()}, timeout=60)
    assert answer.status_code == 200, answer.text
