"""The receivers of the webhooks guide take what the service sends, and nothing else."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from ..conftest import Studio, embedded, eventually, open_studio
from ..fakes.receiver import receiving

GUIDE = (Path(__file__).parents[2] / "docs/how-to/webhooks.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The guide's code in that language."""
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = open_studio(embedded(tmp_path_factory.mktemp("guide"), allow_private_webhooks=True))
    yield studio
    studio.web.close()
    studio.house.stop()


def secret_of(house: Studio) -> str:
    return house.client().get("/api/webhooks/secret").json["secret"]


def test_the_message_is_as_shown(house: Studio) -> None:
    """Field by field, in this order."""
    shown = json.loads(example("json"))
    with receiving() as receiver:
        asked = {"category": "boat", "size": 512, "webhook_url": f"{receiver.url}/ok"}
        house.client().post("/api/icons/generate", json=asked)
        eventually(lambda: receiver.calls)
    sent = json.loads(receiver.calls[0].body)
    assert list(sent) == list(shown)
    assert set(sent["data"]) == set(shown["data"])
    assert set(sent["data"]["images"][0]) == set(shown["data"]["images"][0])
    assert re.fullmatch(r"v1,[A-Za-z0-9+/]{43}=", receiver.calls[0].headers["webhook-signature"])


def test_the_receiver_in_python(house: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes a message of ours, and refuses one whose body has been changed."""
    scope: dict[str, Any] = {"__name__": "receiver"}
    exec(example("python").replace("whsec_...", secret_of(house)), scope)  # noqa: S102 - the guide's own code
    server = make_server("127.0.0.1", 0, scope["app"], threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    client = house.client()
    client.post("/api/icons/generate", json={"category": "boat", "size": 64, "webhook_url": url})
    eventually(lambda: client.get("/api/webhooks/deliveries").json["data"][0]["lastStatus"] == 204)
    assert "job.completed completed" in capsys.readouterr().out
    forged = {"webhook-id": "msg_1", "webhook-timestamp": "1769864400", "webhook-signature": "v1,AAAA"}
    assert scope["app"].test_client().post("/hook", data="{}", headers=forged).status_code == 400
    server.shutdown()


def test_the_receiver_in_node(house: Studio, tmp_path: Path) -> None:
    """The same without a package."""
    node = shutil.which("node")
    assert node, "Node is needed for the dashboard, too"
    client = house.client()
    with receiving() as receiver:
        client.post("/api/webhooks/test", json={"url": f"{receiver.url}/ok"})
    (call,) = receiver.calls
    (tmp_path / "verify.mjs").write_text(example("js"))
    (tmp_path / "main.mjs").write_text(
        'import { verify } from "./verify.mjs";\n'
        "const { secret, headers, body } = JSON.parse(process.argv[2]);\n"
        "console.log(verify(secret, headers, body).type);\n"
    )

    def verified(body: str) -> subprocess.CompletedProcess[str]:
        sent = json.dumps({"secret": secret_of(house), "headers": call.headers, "body": body})
        return subprocess.run([node, tmp_path / "main.mjs", sent], capture_output=True, text=True, timeout=30)

    assert verified(call.body.decode()).stdout.strip() == "ping"
    assert "not signed" in verified('{"type":"forged"}').stderr
