"""Files for platforms made of a model's pixels: one paid picture, cut and extended."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image as Pillow

from icons.adapters.providers.local import LocalProvider
from icons.core.bridge import Blocking
from icons.core.leases import Desk
from icons.core.tasks.platforms import MakePlatforms
from icons.domain.errors import RequestRefused
from icons.domain.images import Format, Picture
from icons.domain.jobs import Lease
from icons.domain.requests import Answer, Order
from tests.conftest import Studio
from tests.web.drawn import idle_studio

GROUND, SUBJECT = (40, 60, 160), (200, 30, 30)


@pytest.fixture
def studio(tmp_path) -> Iterator[Studio]:
    with idle_studio(tmp_path, ratelimit_enabled=False) as studio:
        yield studio


class Painter:
    """Answers every order with a red box on blue, as a model would; keeps the orders."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    async def draw(self, lease: Lease, order: Order) -> Answer:
        self.orders.append(order)
        if "forbidden" in order.prompt.text:
            raise RequestRefused("Not this.")
        image = Pillow.new("RGB", (order.width, order.height), GROUND)
        image.paste(SUBJECT, (300, 400, 700, 600))
        out = io.BytesIO()
        image.save(out, "PNG")
        return Answer((Picture(out.getvalue(), Format.PNG),), "painter-1", {"revised_prompt": "a red box"})


def painted(studio: Studio, painter: Painter, prompt: str, *platforms: str) -> dict:
    """A job that the painter has done."""
    client, engines = studio.client(), studio.house.engines
    body = {"prompt": prompt, "platforms": platforms, "options": {"quality": "hd"}}
    created = client.post("/api/jobs", json=body).json
    desk = Desk(engines.store, engines.files, engines.queue, engines.bus)
    blocking = Blocking(2)
    task = MakePlatforms(painter.draw, LocalProvider(1), studio.service.library, engines.store.images, desk, blocking)
    lease = engines.store.leases.claim("test", ["platforms"], "local")
    lease = replace(lease, job=replace(lease.job, lane="painter"))

    async def report(stage: str, progress: int, line: str) -> None:
        desk.report(lease, stage, progress, line)

    try:
        outcome, kept = asyncio.run(task.run(lease, report))
        desk.settle(lease, outcome, kept)
    finally:
        blocking.close()
    return client.get(created["statusUrl"]).json


def test_who_is_paid_is_asked_once(studio: Studio) -> None:
    """All platforms come from one picture; its facts are told; a favicon.svg cannot be made of it and is left out."""
    painter = Painter()
    job = painted(studio, painter, "A red box", "favicon", "pwa", "android", "instagram-story")
    (order,) = painter.orders
    assert (order.format, order.width, order.height, order.quality) == (Format.PNG, 1024, 1024, "hd")
    assert order.prompt.text == "A red box"
    names = [each["name"] for each in job["result"]["images"]]
    assert "favicon.ico" in names
    assert "favicon.svg" not in names
    assert (job["result"]["revisedPrompt"], job["result"]["model"]) == ("a red box", "painter-1")


def test_the_subject_is_whole_and_on_its_ground(studio: Studio) -> None:
    """A tall story shows all of the box on blue; the launcher's layers are the box alone and the blue alone."""
    job = painted(studio, Painter(), "A red box again", "instagram-story", "android")
    client = studio.client()
    files = {each["name"]: client.get(each["url"]).data for each in job["result"]["images"]}
    story = Pillow.open(io.BytesIO(files["instagram-story.png"]))
    assert (story.size, story.getpixel((5, 5)), story.getpixel((540, 960))) == ((1080, 1920), GROUND, SUBJECT)
    front = Pillow.open(io.BytesIO(files["ic_launcher_foreground.png"]))
    assert front.getpixel((3, 3))[3] == 0
    assert front.getpixel((216, 216))[:3] == SUBJECT
    assert Pillow.open(io.BytesIO(files["ic_launcher_background.png"])).getpixel((3, 3)) == GROUND


def test_a_refusal_is_the_tasks_error(studio: Studio) -> None:
    """What the provider refuses goes to the worker as it is: the job fails with its code."""
    with pytest.raises(RequestRefused):
        painted(studio, Painter(), "A forbidden box", "pwa")
