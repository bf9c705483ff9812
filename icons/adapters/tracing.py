"""OpenTelemetry's tracer, over OTLP by HTTP. Its own variables say whether there is one, where to, and how much:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from icons.core.tracing import Tracer
from icons.domain.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.context import Context

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PATIENCE: Final = 3000  # milliseconds for the last spans
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")


def open_tracer() -> Tracer | None:
    """The tracer that the environment asks for; nothing of OpenTelemetry is imported where it asks for none."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or not any(os.environ.get(name) for name in _ENDPOINTS):
        return None
    try:
        return OpenTelemetry()
    except ImportError as error:
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed; say: "
            "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
        ) from error


class OpenTelemetry:
    """A trace's id is made from its correlation id: a process that knows nothing but a job finds the job's trace."""

    def __init__(self) -> None:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._api = trace
        named = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "icon-studio")})
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("icons")

    @contextmanager
    def span(self, name: str, correlation_id: str | None, **attributes: str | int) -> Iterator[None]:
        """See `Tracer.span`."""
        context = self._trace(correlation_id) if correlation_id else None
        # Of an exception the type is told, not the text: that may hold what a provider said.
        with self._tracer.start_as_current_span(
            name, context, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(self._api.StatusCode.ERROR, type(error).__name__)
                raise

    def over(self, name: str, correlation_id: str, seconds: float, **attributes: str | int) -> None:
        """See `Tracer.over`."""
        end = time.time_ns()
        begin = end - int(seconds * 1e9)
        span = self._tracer.start_span(name, self._trace(correlation_id), attributes=attributes, start_time=begin)
        span.end(end)

    def close(self) -> None:
        """See `Tracer.close`."""
        self._provider.force_flush(_PATIENCE)

    def _trace(self, correlation_id: str) -> "Context":
        """Inside of the trace, beneath a first span that all of its processes agree on and none sends."""
        digest = hashlib.sha256(correlation_id.encode()).hexdigest()
        plain = correlation_id.replace("-", "")
        trace_id = plain if _TRACE_ID.fullmatch(plain) else digest[:32]
        first = self._api.SpanContext(
            int(trace_id, 16), int(digest[-16:], 16), is_remote=True, trace_flags=self._api.TraceFlags(1)
        )
        return self._api.set_span_in_context(self._api.NonRecordingSpan(first))
