"""What the worker does with one request when the line breaks: nobody pays twice."""

import asyncio

from icons.adapters.providers import connect
from icons.domain.access import Connection
from icons.terminal.remote.easel import Easel
from icons.terminal.remote.messages import Json, Order
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider, running

ORDER = Order.of({"type": "generate_image", "requestId": "r-1", "prompt": "a boat", "correlationId": "c-1"})


class Line:
    """Where an easel's messages go; down, until it is mended."""

    def __init__(self) -> None:
        self.up = False
        self.sent: list[Json] = []

    async def send(self, message: Json) -> bool:
        if self.up:
            self.sent.append(message)
        return self.up

    @property
    def endings(self) -> list[str]:
        return [each["type"] for each in self.sent if each["type"] != "image_generation_progress"]


async def _drawn_while_down(fake: FakeProvider) -> tuple[Line, Easel]:
    """The request has been carried out, and its answer could not be sent."""
    connection = Connection("openai", "openai", api_key="sk-test", base_url=fake.address("openai"))
    provider = connect(connection, allow_private=True)
    await provider.open()
    line = Line()
    easel = Easel(connection, provider, 2, "", line.send)
    await easel.take(ORDER)
    await easel.take(ORDER)  # while it is at work
    await easel.finish(30)
    await provider.close()
    line.up = True
    return line, easel


def test_a_picture_that_could_not_be_sent_is_sent_when_asked_again() -> None:
    """One call for three times the same request; the answer is addressed to the latest."""

    async def scene(fake: FakeProvider) -> Line:
        line, easel = await _drawn_while_down(fake)
        await easel.take(ORDER.model_copy(update={"correlation_id": "c-2"}))
        return line

    with running() as fake:
        line = asyncio.run(scene(fake))
    assert len(fake.calls) == 1
    assert line.endings == ["image_generated"]
    assert line.sent[0]["correlationId"] == "c-2"


def test_an_unknown_outcome_is_told_before_anything_is_tried_again() -> None:
    """A call that may have been billed is not made anew because its failure did not arrive."""

    async def scene(fake: FakeProvider) -> Line:
        fake.fail(Fault.RESET)
        line, easel = await _drawn_while_down(fake)
        await easel.take(ORDER)
        return line

    with running() as fake:
        line = asyncio.run(scene(fake))
    assert len(fake.calls) == 1
    assert line.endings == ["image_generation_failed"]
    assert line.sent[0]["retryable"] is False
    assert "billed" in line.sent[0]["reason"]
