"""The figures that the process counts for Prometheus. What the store knows stands in `figures.py`."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, Metric, ProcessCollector
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MutexValue, ValueClass

PROFILES: Final = "profiles"  # label of all lanes that users have made: their own names are without end
_SHARED: Final = ValueClass is not MutexValue  # the library has found PROMETHEUS_MULTIPROC_DIR
_QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
_SLOW: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

REGISTRY = CollectorRegistry()
_PROCESS: Final = CollectorRegistry()
ProcessCollector(registry=_PROCESS)
GCCollector(registry=_PROCESS)

SETTLED = Counter("icons_jobs_settled", "Leases ended, by how", ("kind", "outcome"), registry=REGISTRY)
ACTIVE = Gauge("icons_worker_active_jobs", "Jobs running", registry=REGISTRY, multiprocess_mode="livesum")
CACHE = Counter("icons_cache_lookups", "Requests asked of the cache, by result", ("result",), registry=REGISTRY)

DRAWING = Histogram(
    "icons_draw_seconds",
    "Time from asking a provider to its answer",
    ("provider",),
    buckets=_SLOW,
    registry=REGISTRY,
)
CALLS = Counter("icons_provider_calls", "Calls of providers, by outcome", ("lane", "outcome"), registry=REGISTRY)
USED = Counter("icons_provider_used", "What calls took of a lane's limits", ("lane", "quantity"), registry=REGISTRY)
LIMIT = Gauge(
    "icons_provider_limit_per_minute",
    "Limits of the operator's own lanes, for all processes together",
    ("lane", "quantity"),
    registry=REGISTRY,
    multiprocess_mode="livemax",
)
WAITS = Histogram(
    "icons_provider_wait_seconds",
    "How long a start has to wait for its turn under a lane's limits",
    ("lane",),
    buckets=_SLOW,
    registry=REGISTRY,
)

SPENT = Counter("icons_spent_microdollars", "Cost of answered calls", ("provider", "model"), registry=REGISTRY)
DOUBTFUL = Counter(
    "icons_spending_unknown_calls",
    "Calls that may have been charged without an answer",
    ("provider",),
    registry=REGISTRY,
)
OVER_BUDGET = Counter("icons_budget_refusals", "Requests and calls that a budget has stopped", registry=REGISTRY)

HOOKS = Counter("icons_webhook_attempts", "Attempts to deliver a webhook, by outcome", ("outcome",), registry=REGISTRY)

LISTENERS = Gauge(
    "icons_socket_listeners", "Connected Socket.IO clients", registry=REGISTRY, multiprocess_mode="livesum"
)
STREAMS = Gauge("icons_event_streams", "Open event streams", registry=REGISTRY, multiprocess_mode="livesum")
WORKERS = Gauge("icons_outside_workers", "Connected workers of /ws", registry=REGISTRY, multiprocess_mode="livesum")
REQUESTS = Histogram(
    "icons_http_request_seconds",
    "Time to answer an HTTP request",
    ("method", "route", "status"),
    buckets=_QUICK,
    registry=REGISTRY,
)

CONNECTIONS = Gauge(
    "icons_database_connections", "Database connections in use", registry=REGISTRY, multiprocess_mode="livesum"
)
UNAVAILABLE = Counter("icons_database_unavailable", "Transactions that the database refused for now", registry=REGISTRY)
FILES = Histogram(
    "icons_files_seconds", "Time to store or open a file", ("operation",), buckets=_QUICK, registry=REGISTRY
)


def counted() -> Iterator[Metric]:
    """The figures of this process; those of all that share PROMETHEUS_MULTIPROC_DIR, where that is set."""
    yield from _PROCESS.collect()
    if not _SHARED:
        yield from REGISTRY.collect()
        return
    together: Collector = MultiProcessCollector(None)
    yield from together.collect()
