"""How gunicorn is to serve: where, by how many, in which runtime, and how it leaves in good order."""

import _thread
import os
import signal
import socket
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from icons.domain.errors import SettingsError

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

    from icons.servers.opened import Opened

Runtime = Literal["threads", "gevent", "eventlet"]

OPENED: Final = "icon-studio"
"""Where among its extensions an application keeps its `Opened`."""

_WORKERS: Final[dict[Runtime, str]] = {
    "threads": "gthread",
    "gevent": "gevent",
    "eventlet": "icons.servers.eventlet_worker.EventletWorker",
}
_STALLED: Final = 120  # seconds without a sign of life after which a process is replaced
_KEEPALIVE: Final[dict[Runtime, int]] = {"threads": 5, "gevent": 2, "eventlet": 2}
"""Seconds that a connection may idle. Green workers wait for those before they end."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where to listen, with how many threads in each process, and how many seconds a stop may take."""

    host: str
    port: int
    threads: int
    graceful: int
    runtime: Runtime = "threads"
    processes: int = 1

    @property
    def alone(self) -> bool:
        """Whether one process with real threads does it all."""
        return self.runtime == "threads" and self.processes == 1

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared
        return f"http://{_bracketed(host)}:{self.port}"

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

    def options(self) -> dict[str, Any]:
        """gunicorn's settings by name."""
        return {
            "bind": f"{_bracketed(self.host)}:{self.port}",
            "worker_class": _WORKERS[self.runtime],
            "workers": self.processes,
            "threads": self.threads,
            "worker_connections": 2 * self.threads,
            "timeout": _STALLED,
            "graceful_timeout": self.graceful,
            "keepalive": _KEEPALIVE[self.runtime],
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # TRUSTED_PROXIES is the one home of that
            "post_worker_init": watch_signals,
            "worker_exit": leave,
            "child_exit": bury,
        }


def _bracketed(host: str) -> str:
    """As addresses want those of IPv6 written."""
    return f"[{host}]" if ":" in host else host


def watch_signals(worker: "Worker") -> None:
    """Every way of stopping is a graceful one: sockets are closed, requests in flight and jobs may finish."""
    opened = _opened(worker)

    def stop(signum: int, frame: FrameType | None) -> None:
        # A signal handler must not wait: not for a lock, and a green one, which may run in the hub, for nothing at all.
        _thread.start_new_thread(opened.halt, ())
        worker.handle_exit(signum, frame)

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(each, stop)
    opened.warn()


def leave(_: "Arbiter", worker: "Worker") -> None:
    """The process ends: with what it has opened, when it came so far."""
    if worker.booted:
        _opened(worker).stop()
        os._exit(0)  # threads that still serve a slow client would keep the process


def bury(_: "Arbiter", worker: "Worker") -> None:
    """Gauges of a process that has ended count no more, where the figures of several lie in one folder."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def _opened(worker: "Worker") -> "Opened":
    application = cast("Flask", worker.wsgi)
    return cast("Opened", application.extensions[OPENED])
