"""What Prometheus is told: true figures, under labels that users cannot multiply."""

import subprocess
import sys
from pathlib import Path

import requests
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from icons.core.service import Context
from icons.domain.requests import BatchRequest, IconRequest
from tests.fakes.faults import Fault
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from ..conftest import eventually, free_port
from .test_paying import draw, new_paid  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]


def told(studio):
    """(name, labels) -> value."""
    text = generate_latest(studio.house.figures).decode()
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_waits_is_told_by_lane_and_priority(new_studio):
    """Looked up at the moment of asking; a batch's held jobs are not ready and not among them."""
    studio = new_studio(work=False)
    icons = BatchRequest(tuple("abc"), shared=IconRequest("", size=32), concurrency=2)
    studio.service.submit_batch(studio.caller(), icons, Context())
    studio.service.submit(studio.caller(), IconRequest("d", size=32), Context())
    figures = told(studio)
    assert figures["icons_jobs_waiting", ("lane", "local"), ("priority", "batch")] == 2
    assert figures["icons_jobs_waiting", ("lane", "local"), ("priority", "interactive")] == 1
    assert 0 <= figures["icons_oldest_waiting_seconds", ("lane", "local"), ("priority", "batch")] < 60
    assert figures["icons_store_up",] == 1


def test_a_database_that_is_away_is_told(new_studio):
    """All that the process knows by itself is still there."""
    studio = new_studio(work=False)
    database = studio.settings.storage_dir / "icons.db"
    studio.house.engines.store.close()
    database.rename(database.with_suffix(".away"))
    database.mkdir()
    figures = told(studio)
    assert figures["icons_store_up",] == 0
    assert ("process_resident_memory_bytes",) in figures
    assert not any(name == "icons_jobs_waiting" for name, *_ in figures)


def test_a_worker_process_tells_its_own(tmp_path):
    """METRICS_PORT is the first process's, the next one's follows; loopback unless said otherwise."""
    port = free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "STORAGE_DIR": str(tmp_path),
        "METRICS_PORT": str(port),
        "DRAW_PROCESSES": "1",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, ROOT / "app.py", "worker", "--processes", "2"]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def scraped(port):
        try:
            return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        except requests.ConnectionError:
            return ""

    try:
        assert "icons_worker_active_jobs 0.0" in eventually(lambda: scraped(port), 40)
        assert "icons_store_up 1.0" in eventually(lambda: scraped(port + 1), 40)
    finally:
        worker.terminate()
        assert worker.wait(60) == 0


def test_processes_that_share_a_folder_tell_of_all(tmp_path):
    """PROMETHEUS_MULTIPROC_DIR makes several web processes one, whichever of them is asked."""
    count = "from icons.core import metrics; metrics.CACHE.labels(result='hit').inc(3); metrics.LISTENERS.inc(2)"
    ask = (
        "from icons.core import metrics\n"
        "print([s.value for f in metrics.counted() for s in f.samples if s.name == 'icons_cache_lookups_total'])"
    )
    environment = {"PATH": "/usr/bin:/bin", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(code):
        done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, capture_output=True)
        return done.stdout

    run(count), run(count)
    assert run(ask) == b"[6.0]\n"


def test_paid_calls_are_counted(new_paid, fake_provider):  # noqa: F811
    """By outcome and, once they are answered, with what they took of the limits and of the money."""
    bench = new_paid(requests_per_minute=6000)
    before = told(bench)
    fake_provider.fail(Fault.BUSY)
    draw(bench)
    after = told(bench)

    def grown(name, **labels):
        key = (name, *sorted(labels.items()))
        return after[key] - before.get(key, 0)

    assert grown("icons_provider_calls_total", lane="openai", outcome="busy") == 1
    assert grown("icons_provider_calls_total", lane="openai", outcome="answered") == 1
    assert grown("icons_provider_used_total", lane="openai", quantity="requests") == 1
    assert grown("icons_provider_wait_seconds_count", lane="openai") >= 2
    assert after["icons_provider_limit_per_minute", ("lane", "openai"), ("quantity", "requests")] == 6000
    assert after["icons_provider_circuit", ("lane", "openai")] == 0
    spent = [key for key in after if key[0] == "icons_spent_microdollars_total"]
    assert sum(after[key] - before.get(key, 0) for key in spent) > 0
