"""The figures that the process counts for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

SETTLED = Counter("icons_jobs_settled", "Leases ended, by how", ("kind", "outcome"), registry=REGISTRY)
DRAWING = Histogram(
    "icons_draw_seconds",
    "Time from asking a provider to its answer",
    ("provider",),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
    registry=REGISTRY,
)
CACHE = Counter("icons_cache_lookups", "Requests asked of the cache, by result", ("result",), registry=REGISTRY)
ACTIVE = Gauge("icons_worker_active_jobs", "Jobs running in this process", registry=REGISTRY)
WAITING = Gauge("icons_jobs_waiting", "Jobs ready to start", registry=REGISTRY)
OLDEST = Gauge("icons_oldest_waiting_seconds", "Age of the oldest job ready to start", registry=REGISTRY)
LISTENERS = Gauge("icons_socket_listeners", "Connected Socket.IO clients", registry=REGISTRY)
REQUESTS = Histogram(
    "icons_http_request_seconds",
    "Time to answer an HTTP request",
    ("method", "route", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30),
    registry=REGISTRY,
)
