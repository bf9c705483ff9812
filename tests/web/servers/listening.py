"""A bare Socket.IO client: whole frames as they come, and nothing that mends them."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
import websocket

_GOODBYES = ("1", "")  # Engine.IO's, and the WebSocket's own
_PING, _PONG, _CONNECT, _CONNECTED, _EVENT, _ACKNOWLEDGEMENT = "2", "3", "40", "40", "42", "43"


class Listener:
    """One WebSocket, connected by an API key."""

    def __init__(self, url: str, key: str, small: bool = False) -> None:
        """``small``: with hardly any room for what it has not read."""
        options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)] if small else []
        address = f"ws{url[4:]}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=30, sockopt=options)
        self.socket.recv()
        self.socket.send(_CONNECT + json.dumps({"token": key}))
        self._early: list[str] = []  # news may overtake the welcome
        while not (text := self.socket.recv()).startswith(_CONNECTED):
            self._early.append(text)

    def ask(self, name: str, **payload: Any) -> None:
        """Send an event; its acknowledgement comes among the messages."""
        self.socket.send(f"{_EVENT}0{json.dumps([name, payload])}")

    def messages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Events and acknowledgements (under the name "") as they come, until the server says goodbye."""
        while (text := self._next()) not in _GOODBYES:
            if text == _PING:
                self.socket.send(_PONG)
            elif text.startswith(_EVENT):
                name, body = json.loads(text.removeprefix(_EVENT))
                yield name, body
            elif text.startswith(_ACKNOWLEDGEMENT):
                yield "", json.loads(text.removeprefix(_ACKNOWLEDGEMENT).lstrip("0"))[0]
            else:
                raise AssertionError(text)

    def _next(self) -> str:
        return self._early.pop(0) if self._early else self.socket.recv()

    def until(self, wanted: str) -> list[int]:
        """Numbers of all events up to the first of that name."""
        numbers = []
        for name, body in self.messages():
            if name:
                numbers.append(body["seq"])
            if name == wanted:
                return numbers
        raise AssertionError


@contextmanager
def polled(url: str, key: str) -> Iterator[Callable[[], str]]:
    """A client without WebSockets; its next poll."""
    with requests.Session() as session:
        address = f"{url}/socket.io/?EIO=4&transport=polling"
        address += f"&sid={json.loads(session.get(address, timeout=10).text[1:])['sid']}"
        sent = session.post(address, data=_CONNECT + json.dumps({"token": key}), timeout=10)
        assert sent.status_code == 200, sent.text

        def poll() -> str:
            answer = session.get(address, timeout=40)
            assert answer.status_code == 200, answer.text
            return answer.text

        assert poll().startswith(_CONNECTED)
        yield poll
