"""A bare Socket.IO client: whole frames as they come, and nothing that mends them."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import websocket

_OPEN, _PING, _PONG, _CONNECT, _CONNECTED, _EVENT, _ACKNOWLEDGEMENT = "0", "2", "3", "40", "40", "42", "43"


class Listener:
    """One WebSocket, connected by an API key."""

    def __init__(self, url: str, key: str, small: bool = False) -> None:
        """``small``: with hardly any room for what it has not read."""
        options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)] if small else []
        address = f"ws{url[4:]}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=30, sockopt=options)
        self.socket.recv()
        self.socket.send(_CONNECT + json.dumps({"token": key}))
        answer = self.socket.recv()
        assert answer.startswith(_CONNECTED), answer

    def ask(self, name: str, **payload: Any) -> None:
        """Send an event; its acknowledgement comes among the messages."""
        self.socket.send(f"{_EVENT}0{json.dumps([name, payload])}")

    def messages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Events and acknowledgements (under the name "") as they come."""
        while True:
            text = self.socket.recv()
            if text == _PING:
                self.socket.send(_PONG)
            elif text.startswith(_EVENT):
                name, body = json.loads(text.removeprefix(_EVENT))
                yield name, body
            elif text.startswith(_ACKNOWLEDGEMENT):
                yield "", json.loads(text.removeprefix(_ACKNOWLEDGEMENT).lstrip("0"))[0]
            else:
                raise AssertionError(text)

    def until(self, wanted: str) -> list[int]:
        """Numbers of all events up to the first of that name."""
        numbers = []
        for name, body in self.messages():
            if name:
                numbers.append(body["seq"])
            if name == wanted:
                return numbers
        raise AssertionError
