"""Health, readiness and figures: who may ask, and that the answers are true."""

import re
from datetime import datetime

import pytest

from icons.core import metrics
from tests.web.drawn import complete_all, idle_studio, submit


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house"), environment="staging") as studio:
        yield studio


@pytest.fixture
def stranger(house):
    return house.client(anonymous=True)


def from_address(client, address, **headers):
    return client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}, headers=headers)


def test_health_needs_no_credential_and_has_the_documents_body(stranger):
    """Exactly the fields of the document; the memory figures are those of a living process."""
    answer = stranger.get("/health")
    body = answer.json
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(body) == {"status", "timestamp", "uptime", "memory", "environment"}
    assert (body["status"], body["environment"]) == ("healthy", "staging")
    assert datetime.fromisoformat(body["timestamp"]).utcoffset().total_seconds() == 0
    assert body["timestamp"].endswith("Z")
    assert isinstance(body["uptime"], int)
    memory = body["memory"]
    assert set(memory) == {"rss", "heapTotal", "heapUsed"}
    assert 10_000_000 < memory["heapUsed"] <= memory["rss"]
    assert memory["heapUsed"] <= memory["heapTotal"]


def test_used_memory_grows_with_what_the_process_keeps(stranger):
    """`heapUsed` counts what is written, not what is merely reserved."""
    before = stranger.get("/health").json["memory"]["heapUsed"]
    kept = bytearray(b"\1" * 30_000_000)
    assert stranger.get("/health").json["memory"]["heapUsed"] - before > 0.9 * len(kept)


def test_ready_while_everything_works(stranger):
    """Each part is named."""
    answer = stranger.get("/ready")
    assert (answer.status_code, answer.json["ready"]) == (200, True)
    assert set(answer.json["checks"].values()) == {"ok"}


def test_not_ready_without_the_database(new_studio):
    """503, and the part that fails says so; the process itself stays healthy."""
    studio = new_studio(work=False, folder="broken")
    client = studio.client(anonymous=True)
    database = studio.settings.storage_dir / "icons.db"
    studio.house.engines.store.close()
    database.rename(database.with_suffix(".away"))
    database.mkdir()
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["ready"]) == (503, False)
    assert answer.json["checks"]["store"] != "ok"
    assert client.get("/health").status_code == 200


def test_metrics_are_prometheus_text(house, stranger):
    """The house's own figures and the process's."""
    submit(house, "tools")
    before = metrics.REGISTRY.get_sample_value("icons_cache_lookups_total", {"result": "miss"})
    answer = from_address(stranger, "127.0.0.1")
    assert answer.mimetype == "text/plain"
    figures = dict(re.findall(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", answer.text, re.MULTILINE))
    assert float(figures['icons_cache_lookups_total{result="miss"}']) == before >= 1
    assert float(figures["process_resident_memory_bytes"]) > 10_000_000
    assert "icons_socket_listeners" in figures
    complete_all(house)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_without_a_token_this_machine_may_ask(stranger, address):
    """A scraper beside the service needs no set-up."""
    assert from_address(stranger, address).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "203.0.113.9", "2001:db8::1", "::ffff:10.0.0.7", ""])
def test_without_a_token_nobody_else_finds_the_page(stranger, house, address):
    """404 from elsewhere, whoever asks."""
    assert from_address(stranger, address).status_code == 404
    assert from_address(house.client(house.admin), address).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_of_this_machine_passes_on_is_not_local(stranger, header):
    """Behind a reverse proxy every visitor's peer address is the loopback."""
    assert from_address(stranger, "127.0.0.1", **{header: "203.0.113.9"}).status_code == 404


def test_with_a_token_only_the_token_counts(new_studio):
    """From anywhere with it, from nowhere without it."""
    client = new_studio(work=False, metrics_token="scrape me").client(anonymous=True)
    assert from_address(client, "203.0.113.9", Authorization="Bearer scrape me").status_code == 200
    assert from_address(client, "127.0.0.1").status_code == 404
    assert from_address(client, "127.0.0.1", Authorization="Bearer scrape you").status_code == 404
    assert from_address(client, "127.0.0.1", Authorization="Bearer scrapé").status_code == 404
