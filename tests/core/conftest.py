"""A house whose provider does what the test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from icons.adapters.buses import open_bus
from icons.adapters.fetcher import GuardedFetcher
from icons.adapters.files import open_files
from icons.adapters.providers import CATALOGUE, connect
from icons.adapters.queues import open_queue
from icons.adapters.store import open_store
from icons.core.house import Engines, House, Rules
from icons.core.service import Context
from icons.core.vault import Vault
from icons.core.worker import Pace
from icons.domain.access import Account, Caller, Connection
from icons.domain.images import Format, Picture
from icons.domain.prompts.library import Library
from icons.domain.requests import Answer, BatchRequest, IconRequest, Order, Reply
from icons.domain.retry import RetryPolicy

QUICK = Pace(poll=0.2, beat=0.3, quick_beat=0.05, alive_for=5, drain=2)


class ScriptedProvider:
    """Answers with a small vector picture after ``seconds``, or does what ``script`` does with the order."""

    name = "local"
    engine = "scripted/1"

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.orders: list[Order] = []
        self.running = self.most = 0
        self.script: Callable[[Order], None] = lambda order: None
        self.gate: Callable[[], bool] | None = None  # drawing goes on once it says so

    async def open(self) -> None:
        """Nothing to get ready."""

    async def reply(self, messages, model="", end_user="") -> Reply:
        return Reply(messages[-1].text, "scripted")

    async def draw(self, order: Order, preview=None) -> Answer:
        self.orders.append(order)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.seconds)
            while self.gate and not self.gate():
                await asyncio.sleep(0.01)
            self.script(order)
        finally:
            self.running -= 1
        subject, variation = order.prompt.brief.subject, order.prompt.brief.variation
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>{subject} {variation}</title></svg>'
        return Answer((Picture(svg.encode(), Format.SVG),), "scripted", {"subject": subject})

    async def render(self, svg: bytes, size: int) -> bytes:
        return svg

    async def close(self) -> None:
        """Nothing is held."""


class Bench:
    """A house on a folder, its scripted provider and two callers."""

    def __init__(
        self,
        folder: Path,
        provider: ScriptedProvider | None = None,
        rules: Rules | None = None,
        timeout: float = 5.0,
        paid: tuple[Connection, ...] = (),
    ) -> None:
        """``paid``: connections of the operator's beside the local one; the first of them draws by default."""
        folder.mkdir(parents=True, exist_ok=True)
        self.provider = provider or ScriptedProvider()
        local = Connection("local", "local", concurrency=4, timeout=timeout)
        own = {each.id: (each, connect(each, allow_private=True)) for each in paid}
        own["local"] = (local, self.provider)
        engines = Engines(
            open_store(f"sqlite:///{folder / 'icons.db'}"),
            open_files((folder / "files").as_uri()),
            open_queue("embedded:", folder),
            open_bus("memory:"),
            own,
            connect,
            CATALOGUE,
            self.provider,
            GuardedFetcher(),
            Vault(["a key of the tests"]),
            lambda connection: f"{connection.provider} answers.",
            GuardedFetcher(allow_private=True),
            lambda owed, images: json.dumps({"type": owed.delivery.event, "data": dict(owed.data)}).encode(),
        )
        rules = rules or Rules(pace=QUICK, retry=RetryPolicy(attempts=3, base=0.01, cap=0.05))
        self.house = House(engines, Library.built_in(), rules)
        self.service, self.gallery, self.store = self.house.service, self.house.gallery, engines.store
        self.ada, self.bob = self._caller("ada"), self._caller("bob")

    def _caller(self, name: str) -> Caller:
        account: Account = self.store.accounts.by_subject(name) or self.house.accounts.add(name, "password " + name)[0]
        return Caller(account.id, account.subject, account.role)

    def draw(self, category: str = "tools", caller: Caller | None = None, **options):
        """Submit one icon and wait for its end."""
        job = self.submit(category, caller, **options)
        return self.service.wait(caller or self.ada, job.id, 20)

    def submit(self, category: str = "tools", caller: Caller | None = None, **options):
        request = IconRequest(category=category, format=Format.SVG, **options)
        return self.service.submit(caller or self.ada, request, Context(correlation_id="test"))

    def submit_batch(self, *categories: str, caller: Caller | None = None, **options):
        request = BatchRequest(categories=categories, shared=IconRequest(category="", format=Format.SVG), **options)
        return self.service.submit_batch(caller or self.ada, request, Context())


@pytest.fixture
def new_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Opens benches; all are stopped at the end."""
    opened: list[Bench] = []

    def open_one(*, work: bool = True, folder: str = "storage", **options) -> Bench:
        bench = Bench(tmp_path / folder, **options)
        bench.house.start(work=work)
        opened.append(bench)
        return bench

    yield open_one
    for bench in opened:
        bench.house.stop()


@pytest.fixture
def bench(new_bench: Callable[..., Bench]) -> Bench:
    """A working bench of the test's own."""
    return new_bench()
