"""A worker from outside, as an extension would be: connected to `/ws`, doing what it is told by the test."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import websocket
from flask import Flask

from icons.web.live.workers import attach
from tests.conftest import Studio
from tests.web.drawn import picture, served
from tests.web.live.ears import own_parts

NAME = "chrome-extension-123"
SMALL = base64.b64decode(  # a PNG of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GOODBYE = 8  # opcode of a close frame
PICTURE = {"prompt": "a cat", "provider": "browser", "parameters": {"width": 64, "height": 64}}


def generate(studio: Studio) -> str:
    """Ask for a picture that only a worker from outside draws; the request's id."""
    answer = studio.client().post("/api/images/generate", json=PICTURE)
    assert answer.status_code == 200, answer.text
    return answer.json["requestId"]


class Hand:
    """A connection and the words of the protocol."""

    def __init__(self, url: str, path: str = "/ws", **options: Any) -> None:
        self.socket = websocket.create_connection(f"ws{url[4:]}{path}", timeout=15, **options)

    def hear(self, kind: str | None = None) -> dict[str, Any]:
        """The next message, which is to be of that type."""
        heard = json.loads(self.socket.recv())
        assert kind in (None, heard["type"]), heard
        return heard

    def say(self, kind: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}))

    def introduce(self, token: str | None = None, **metadata: Any) -> dict[str, Any]:
        """From the greeting to the welcome."""
        self.hear("authentication_required")
        known = {"version": "1.0.0", "capabilities": ["image-generation"], **metadata}
        self.say("authenticate", extensionId=NAME, metadata=known | ({"token": token} if token else {}))
        return self.hear("authentication_success")

    def deliver(self, request_id: str, number: int = 0, **fields: Any) -> None:
        data = base64.b64encode(picture(number)).decode()
        self.say("image_generated", requestId=request_id, imageData=data, **fields)

    def closing_code(self) -> int:
        """The code of the goodbye, past all that comes before it."""
        while True:
            opcode, data = self.socket.recv_data()
            if opcode == GOODBYE:
                return int.from_bytes(data[:2], "big")

    def work(self) -> list[str]:
        """Deliver whatever is asked for, in a thread, until the connection ends; the requests so far."""
        data, done = base64.b64encode(SMALL).decode(), list[str]()

        def run() -> None:
            with suppress(websocket.WebSocketException, OSError, ValueError):
                while True:
                    if (heard := self.hear())["type"] == "generate_image":
                        self.say("image_generated", requestId=heard["requestId"], imageData=data)
                        done.append(heard["requestId"])

        threading.Thread(target=run, daemon=True).start()
        return done

    def beat(self, seconds: float) -> threading.Event:
        """Say that it lives, again and again, until the flag is set."""
        stop = threading.Event()

        def run() -> None:
            with suppress(websocket.WebSocketException, OSError):
                while not stop.wait(seconds):
                    self.say("heartbeat", extensionId=NAME)

        threading.Thread(target=run, daemon=True).start()
        return stop

    def vanish(self) -> None:
        """Without a goodbye."""
        self.socket.shutdown()


@contextmanager
def hired(url: str, token: str, **metadata: Any) -> Iterator[Hand]:
    """A worker that has been let in."""
    hand = Hand(url)
    try:
        hand.introduce(token, **metadata)
        yield hand
    finally:
        hand.vanish()


@contextmanager
def own_door(studio: Studio, check_seconds: float = 20.0, **known: Any) -> Iterator[str]:
    """A door of the test's own, with settings of its own; its base URL."""
    app = Flask("door")
    door = attach(app, own_parts(studio, **known), studio.house.dispatcher, check_seconds)
    with served(app) as url:
        try:
            yield url
        finally:
            door.close()
