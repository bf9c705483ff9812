"""The embedded web server: gunicorn, one worker process, threads grown when needed, the engine beside."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from icons.core.house import House
from icons.domain.errors import SettingsError
from icons.web import Web


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, with how many threads, and how many seconds a stop may take."""

    host: str
    port: int
    threads: int
    graceful: int

    def check(self) -> None:
        """SettingsError when nobody could listen there."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise SettingsError(
                    f"Nothing can listen on {self.host}:{self.port} ({error.strerror}); set HOST and PORT."
                ) from error


class EmbeddedServer(BaseApplication):
    """Opens the house in the worker process, after the fork: threads and connections do not survive one."""

    def __init__(self, address: Address, open_house: Callable[[], House], open_web: Callable[[House], Web]) -> None:
        self._address, self._open_house, self._open_web = address, open_house, open_web
        self._house: House | None = None
        self._web: Web | None = None
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn."""
        host = f"[{self._address.host}]" if ":" in self._address.host else self._address.host
        options: dict[str, Any] = {
            "bind": f"{host}:{self._address.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._address.threads,
            "worker_connections": 2 * self._address.threads,
            "timeout": 120,
            "graceful_timeout": self._address.graceful,
            "keepalive": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self._watch_signals,
            "worker_exit": self._leave,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The WSGI application; called by gunicorn in the worker process."""
        self._house = self._open_house()
        self._web = self._open_web(self._house)
        self._house.start()
        return self._web.app

    def _watch_signals(self, worker: Worker) -> None:
        """Every way of stopping is a graceful one: sockets are closed, requests in flight and jobs may finish."""

        def leave(signum: int, frame: FrameType | None) -> None:
            threading.Thread(target=self._halt, daemon=True).start()  # a signal handler must not wait for a lock
            worker.handle_exit(signum, frame)

        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(each, leave)

    def _halt(self) -> None:
        if self._house:
            self._house.halt()
        if self._web:
            self._web.close()

    def _leave(self, _: Arbiter, __: Worker) -> None:
        self._halt()
        if self._house:
            self._house.stop()
        os._exit(0)  # threads that still serve a slow client would keep the process
