"""A provider's service over real HTTP: every shape that the adapters speak, latency, a limit, and faults on demand.

::

    with running() as fake:
        fake.fail(Fault.SERVER_ERROR, times=2)
        connect(Connection("p", "openai", "key", fake.address("openai")), allow_private=True)

A conftest has it as a fixture with ``from tests.fakes.provider import fake_provider``.
"""

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from tests.fakes import shapes
from tests.fakes.faults import Fault, suffer


@dataclass
class Call:
    """One request as it arrived."""

    time: float  # monotonic seconds
    path: str
    key: str  # the API key
    body: dict[str, Any]  # JSON, or the form's fields; files as bytes
    headers: dict[str, str]  # names in lower case


@dataclass
class FakeProvider:
    """What a test sets and reads; the service itself runs in a thread."""

    port: int = 0
    latency: float = 0.0  # seconds before each answer
    limit: tuple[int, float] | None = None  # so many calls in any so many seconds
    headers: dict[str, str] = field(default_factory=dict)  # with every success
    opaque_only: bool = False  # refuse every transparent background
    by_address: bool = False  # give addresses in place of pictures
    stream_error: dict[str, Any] | None = None  # the event in place of the finished picture
    packed: bool = False  # gzip every success
    calls: list[Call] = field(default_factory=list)
    rejected: int = 0  # by the limit
    _faults: deque[Fault | None] = field(default_factory=deque)
    _window: deque[float] = field(default_factory=deque)

    def address(self, provider: str) -> str:
        """The base URL for a connection of this provider."""
        path = {"google": "", "openrouter": "/api/v1"}.get(provider, "/v1")
        return f"http://127.0.0.1:{self.port}{path}"

    def fail(self, *faults: Fault, times: int = 1) -> None:
        """Have the next calls meet these faults, in turn."""
        self._faults.extend(faults * times)

    def fail_after(self, calls: int, *faults: Fault) -> None:
        """Answer so many calls well first."""
        self._faults.extend([None] * calls)
        self.fail(*faults)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call, from its record to its answer."""
        shape = _shape(request.path)
        call = await _recorded(request)
        self.calls.append(call)
        if self._over_limit(call.time):
            self.rejected += 1
            return await suffer(Fault.BUSY_WAIT, request, shape, call.key)
        await asyncio.sleep(self.latency)
        if self._faults and (fault := self._faults.popleft()):
            return await suffer(fault, request, shape, call.key)
        if self.opaque_only and call.body.get("background") == "transparent":
            return await suffer(Fault.OPAQUE_ONLY, request, shape, call.key)
        if request.method == "GET":
            return _found(request)
        headers = {"x-request-id": f"req-{len(self.calls)}", **self.headers}
        if shape == "images" and call.body.get("stream"):
            return await _streamed(request, self._events(call.body), headers)
        body = {"images": shapes.images, "chat": shapes.chat, "gemini": shapes.gemini}[shape](call.body)
        if shape == "images" and self.by_address:
            body = {**body, "data": [{"url": f"http://{request.host}/files/picture.png"}]}
        response = web.json_response(body, headers=headers)
        if self.packed:
            response.enable_compression(web.ContentCoding.gzip)
        return response

    def _events(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        events = shapes.image_events(body)
        return events if self.stream_error is None else [*events[:-1], {"type": "error", "error": self.stream_error}]

    def _over_limit(self, now: float) -> bool:
        if self.limit is None:
            return False
        count, seconds = self.limit
        while self._window and self._window[0] <= now - seconds:
            self._window.popleft()
        if len(self._window) >= count:
            return True
        self._window.append(now)
        return False


def _found(request: web.Request) -> web.Response:
    """A file, or else the list of models."""
    if request.path.endswith(".png"):
        return web.Response(body=shapes.picture("a file"), content_type="image/png")
    return web.json_response({"data": [{"id": "one"}, {"id": "two"}]})


def _shape(path: str) -> str:
    if ":generateContent" in path:
        return "gemini"
    return "chat" if path.endswith("/chat/completions") else "images"


async def _recorded(request: web.Request) -> Call:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        body = {name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()}
        body["stream"] = body.get("stream") == "true"
    else:
        body = json.loads(await request.read() or "{}")
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(time.monotonic(), request.path, request.headers.get("x-goog-api-key") or bearer, body, headers)


async def _streamed(request: web.Request, events: list[dict[str, Any]], headers: dict[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **headers})
    await response.prepare(request)
    for event in events:
        await response.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
    return response


async def _serve(fake: FakeProvider, ready: threading.Event, stop: asyncio.Event) -> None:
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.port = runner.addresses[0][1]
    ready.set()
    await stop.wait()
    await runner.cleanup()


@contextmanager
def running(**settings: Any) -> Iterator[FakeProvider]:
    """A service on a free port, with these attributes of `FakeProvider`."""
    fake, ready = FakeProvider(**settings), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_serve(fake, ready, stop),), daemon=True)
    thread.start()
    assert ready.wait(10), "the fake provider did not start"
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)
        loop.close()


@pytest.fixture
def fake_provider() -> Iterator[FakeProvider]:
    """A service of the test's own."""
    with running() as fake:
        yield fake
