"""Traces, as a collector gets them over HTTP: one for a request and all that it sets in motion, in every process."""

import os
import subprocess
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from icons.adapters.tracing import open_tracer
from icons.core import tracing

from ..conftest import eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
def collector(monkeypatch):
    """A collector that the environment names; the spans that it has got, with the service's name."""
    spans = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for told in ExportTraceServiceRequest.FromString(body).resource_spans:
                spans.extend(span for scope in told.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")  # ms
    yield spans
    server.shutdown()
    tracing.install(None)


def test_a_job_is_in_the_trace_of_its_request(new_studio, collector):
    """The web tells the request; the worker, which knows nothing but the job, its drawing and settling."""
    studio = new_studio(work=False)
    names = ("PATH", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_BSP_SCHEDULE_DELAY")
    environment = {name: os.environ[name] for name in names}
    environment |= {"STORAGE_DIR": str(studio.settings.storage_dir), "DRAW_PROCESSES": "1", "LOG_LEVEL": "ERROR"}
    worker = subprocess.Popen([sys.executable, ROOT / "app.py", "worker"], env=environment, stdout=subprocess.DEVNULL)
    try:
        trace = uuid.uuid4()
        answer = studio.client().post(
            "/api/icons/generate",
            json={"category": "a secret category", "size": 32},
            headers={"traceparent": f"00-{trace.hex}-00f067aa0ba902b7-01", "Prefer": "wait=60"},
        )
        assert answer.status_code in (200, 201), answer.text
        found = eventually(lambda: len(spans := of_trace(collector, trace)) >= 4 and spans, 30)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
    assert {span.name for span in found} == {"POST /api/icons/generate", "job", "provider call", "settle"}
    by_name = {span.name: span for span in found}
    assert by_name["provider call"].parent_span_id == by_name["job"].span_id
    assert {each.key for each in by_name["job"].attributes} == {"job_id", "kind", "lane", "attempt"}
    assert "a secret category" not in str(found)


def of_trace(spans, trace):
    return [span for span in list(spans) if span.trace_id == trace.bytes]


def test_errors_are_told_by_type_alone(collector):
    """Their texts may hold what a provider said."""
    tracing.install(open_tracer())
    with pytest.raises(ValueError), tracing.span("job", "an order of ours"):
        raise ValueError("secret words")
    tracing.close()
    (span,) = eventually(lambda: [*collector])
    assert span.status.message == "ValueError"
    assert "secret words" not in str(span)


def test_nothing_is_imported_without_the_variables():
    """Who does not trace does not pay for it."""
    code = "import sys, app; app.open_tracer(); print('opentelemetry.exporter' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": os.environ["PATH"]}, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "False\n", done.stderr
