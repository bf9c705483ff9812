"""All that Prometheus is told: what the process counts and, looked up at each scrape, how the store stands."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from icons.core import metrics
from icons.core.ports import Store
from icons.domain.breaker import Circuit
from icons.domain.errors import StudioError
from icons.domain.workers import BROWSER, ERRANDS, is_outside

log = structlog.get_logger(__name__)

_OPENNESS: Final = {Circuit.CLOSED: 0, Circuit.HALF_OPEN: 1, Circuit.OPEN: 2}


class Figures(Collector):
    """A collector. Each process tells the same of the store: aggregate that by `max`, all else by `sum`."""

    def __init__(self, store: Store, own: Collection[str], circuits: Callable[[], dict[str, Circuit]]) -> None:
        """``own``: names of the operator's own lanes. ``circuits``: lane -> state of its circuit breaker."""
        self._store, self._own, self._circuits = store, own, circuits
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing, so that registering asks nobody; the library calls it."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Called by the library at each scrape."""
        yield from metrics.counted()
        yield self._breakers()
        up = GaugeMetricFamily("icons_store_up", "Whether the database answers")
        try:
            yield from [*self._jobs(), *self._webhooks()]
            up.add_metric((), 1)
        except StudioError as error:
            log.warning("figures.store_unavailable", message=error.message)
            up.add_metric((), 0)
        yield up

    def _jobs(self) -> Iterator[Metric]:
        labels = ("lane", "priority")
        waiting = GaugeMetricFamily("icons_jobs_waiting", "Jobs ready to start", labels=labels)
        oldest = GaugeMetricFamily("icons_oldest_waiting_seconds", "Age of the oldest of them", labels=labels)
        counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        ages: defaultdict[tuple[str, str], float] = defaultdict(float)
        for each in self._store.leases.backlog():
            key = (self._label(each.lane), each.priority.name.lower())
            counts[key] += each.jobs
            ages[key] = max(ages[key], each.oldest)
        for key, count in counts.items():
            waiting.add_metric(key, count)
            oldest.add_metric(key, ages[key])
        return iter((waiting, oldest))

    def _webhooks(self) -> Iterator[Metric]:
        pending, oldest = self._store.hooks.backlog()
        yield GaugeMetricFamily("icons_webhooks_pending", "Webhooks that are still to be delivered", pending)
        yield GaugeMetricFamily("icons_oldest_webhook_seconds", "Age of the oldest of them", oldest or 0.0)

    def _breakers(self) -> Metric:
        states: defaultdict[str, int] = defaultdict(int)
        for lane, circuit in self._circuits().items():
            states[self._label(lane)] = max(states[self._label(lane)], _OPENNESS[circuit])
        family = GaugeMetricFamily(
            "icons_provider_circuit", "Circuit breaker: 0 closed, 1 half open, 2 open", labels=("lane",)
        )
        for label, openness in states.items():
            family.add_metric((label,), openness)
        return family

    def _label(self, lane: str) -> str:
        if lane in self._own or lane == ERRANDS:
            return lane
        return BROWSER if is_outside(lane) else metrics.PROFILES
