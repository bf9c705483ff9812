"""What the worker does with one request when the line breaks or it is killed itself: nobody pays twice."""

import asyncio
import base64
import io
import os
import time
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from icons.adapters.files.disk import DiskFiles
from icons.adapters.providers import connect
from icons.domain.access import Connection
from icons.domain.images import Format, Picture
from icons.domain.requests import Answer
from icons.terminal.remote.easel import Easel
from icons.terminal.remote.messages import Json, Order
from icons.terminal.remote.results import generated
from icons.terminal.remote.shelf import Shelf
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider, running

ASKED = {"type": "generate_image", "requestId": "r-1", "prompt": "a boat", "correlationId": "c-1"}
ORDER = Order.of(ASKED)


class Line:
    """Where an easel's messages go; down, until it is mended."""

    def __init__(self, *, up: bool = False) -> None:
        self.up = up
        self.sent: list[Json] = []

    async def send(self, message: Json) -> bool:
        if self.up:
            self.sent.append(message)
        return self.up

    @property
    def endings(self) -> list[str]:
        return [each["type"] for each in self.sent if each["type"] != "image_generation_progress"]


class Bench:
    """A provider that counts its calls, and the folder of one worker's shelf."""

    def __init__(self, fake: FakeProvider, folder: Path) -> None:
        self.fake, self.folder = fake, folder

    @property
    def shelf(self) -> Shelf:
        return Shelf(DiskFiles(self.folder), self.folder)

    @property
    def files(self) -> list[Path]:
        return [file for file in self.folder.iterdir() if file.is_file()]

    @asynccontextmanager
    async def easel(self, line: Line):
        """That of a worker that has just been started."""
        connection = Connection("openai", "openai", api_key="sk-test", base_url=self.fake.address("openai"))
        provider = connect(connection, allow_private=True)
        await provider.open()
        yield Easel(connection, provider, 2, "", self.shelf, line.send)
        await provider.close()

    async def drawn(self, line: Line, order: Order = ORDER) -> None:
        """A worker carries out a request, and ends."""
        async with self.easel(line) as easel:
            await easel.take(order)
            await easel.take(order)  # while it is at work
            await easel.finish(30)


Scene = Callable[[Bench], Coroutine[Any, Any, None]]


@pytest.fixture
def play(tmp_path: Path):
    """Plays a scene on a bench of its own."""

    def run(scene: Scene) -> Bench:
        with running() as fake:
            bench = Bench(fake, tmp_path / "shelf")
            asyncio.run(scene(bench))
        return bench

    return run


@pytest.mark.parametrize("restarted", [False, True])
def test_a_picture_that_could_not_be_sent_is_sent_when_asked_again(play, restarted: bool) -> None:
    """One call for three times the same request, even by another process; the answer is addressed to the latest."""
    line = Line()

    async def scene(bench: Bench) -> None:
        later = ORDER.model_copy(update={"correlation_id": "c-2"})
        async with bench.easel(line) as easel:
            await easel.take(ORDER)
            await easel.finish(30)
            line.up = True
            if not restarted:
                await easel.take(later)
                await easel.finish(30)
        if restarted:
            await bench.drawn(line, later)

    assert len(play(scene).fake.calls) == 1
    assert line.endings == ["image_generated"]
    assert line.sent[-1]["correlationId"] == "c-2"


def test_another_request_of_the_same_id_is_another_request(play) -> None:
    """What lies on the shelf is for what was asked, not for whoever knows its number."""
    line = Line(up=True)

    async def scene(bench: Bench) -> None:
        await bench.drawn(line)
        await bench.drawn(line, Order.of({**ASKED, "prompt": "a tower"}))

    assert len(play(scene).fake.calls) == 2


@pytest.mark.parametrize("word", ["received", "cancelled", "refused"])
def test_what_the_service_has_is_kept_no_longer(play, word: str) -> None:
    """Or does not want; until then it is there."""

    async def scene(bench: Bench) -> None:
        async with bench.easel(Line(up=True)) as easel:
            await easel.take(ORDER)
            await easel.finish(30)
            assert len(bench.files) == 1
            match word:
                case "received":
                    easel.forget("r-1")
                case "cancelled":
                    easel.cancel("r-1")
                case "refused":
                    easel.refused("r-1", "REQUEST_NOT_FOUND")

    assert play(scene).files == []


def test_what_the_service_cannot_take_now_is_sent_again(play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without another call."""
    monkeypatch.setattr("icons.terminal.remote.easel._AGAIN", 0.05)
    line = Line(up=True)

    async def scene(bench: Bench) -> None:
        async with bench.easel(line) as easel:
            await easel.take(ORDER)
            await easel.finish(30)
            easel.refused("r-1", "NO_CAPACITY")
            async with asyncio.timeout(20):
                while len(line.endings) < 2:
                    await asyncio.sleep(0.01)

    assert len(play(scene).fake.calls) == 1
    assert line.endings == ["image_generated"] * 2


def test_an_unknown_outcome_is_told_before_anything_is_tried_again(play) -> None:
    """A call that may have been billed is not made anew because its failure did not arrive."""
    line = Line()

    async def scene(bench: Bench) -> None:
        bench.fake.fail(Fault.RESET)
        async with bench.easel(line) as easel:
            await easel.take(ORDER)
            await easel.finish(30)
            line.up = True
            await easel.take(ORDER)

    assert len(play(scene).fake.calls) == 1
    assert line.endings == ["image_generation_failed"]
    assert line.sent[0]["retryable"] is False
    assert "billed" in line.sent[0]["reason"]


def test_a_call_that_a_killed_worker_has_made_is_not_repeated_by_itself(play) -> None:
    """Its successor says that it may have been paid for; who then asks again, wants it."""
    line = Line(up=True)

    async def scene(bench: Bench) -> None:
        bench.shelf.begin(ORDER)
        await bench.drawn(line)
        assert not bench.fake.calls
        await bench.drawn(line)

    bench = play(scene)
    assert line.endings == ["image_generation_failed", "image_generated"]
    assert "billed" in line.sent[1]["reason"]
    assert len(bench.fake.calls) == 1


def test_what_nobody_has_asked_for_for_a_day_is_thrown_away(play) -> None:
    """Answers, and calls that were begun."""

    async def scene(bench: Bench) -> None:
        await bench.drawn(Line())
        bench.shelf.begin(ORDER)
        assert len(bench.files) == 2
        for file in bench.files:
            os.utime(file, (0, time.time() - 90_000))
        assert bench.shelf.find(ORDER) is None

    assert play(scene).files == []


def noise() -> Answer:
    """A picture that its file does not compress at all."""
    out = io.BytesIO()
    Pillow.effect_noise((200, 200), 90).convert("RGB").save(out, "PNG", compress_level=0)
    return Answer((Picture(out.getvalue(), Format.PNG),), "m", {})


def test_a_picture_that_is_too_large_is_made_smaller() -> None:
    """The same pixels, as WebP; what already fits stays as it came."""
    request, answer = ORDER.request("openai", ""), noise()
    original = answer.pictures[0].data
    sent = [base64.b64decode(generated("r-1", request, [answer], most)["imageData"]) for most in (10**6, 100_000)]
    assert sent[0] == original
    with Pillow.open(io.BytesIO(sent[1])) as shown, Pillow.open(io.BytesIO(original)) as whole:
        assert shown.format == "WEBP"
        assert shown.convert("RGB").tobytes() == whole.tobytes()


def test_a_picture_that_stays_too_large_is_not_sent(play) -> None:
    """The caller reads why at once, and the picture stays on the shelf."""
    line = Line(up=True)

    async def scene(bench: Bench) -> None:
        async with bench.easel(line) as easel:
            easel.max_message = 1000
            await easel.take(ORDER)
            await easel.finish(30)

    assert len(play(scene).files) == 1
    assert line.endings == ["image_generation_failed"]
    assert "1,000 bytes" in line.sent[-1]["error"]
