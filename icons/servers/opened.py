"""What a web process has opened: to be halted at once and stopped in the end."""

from dataclasses import dataclass

import structlog
from flask import Flask

from icons.core.house import House
from icons.servers.serving import OPENED
from icons.web import Web

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A house and its faces."""

    house: House
    web: Web

    def application(self) -> Flask:
        """The WSGI application, which has this among its extensions."""
        self.web.app.extensions[OPENED] = self
        return self.web.app

    def warn(self) -> None:
        """Of a service in which nobody might draw."""
        if self.house.engines.queue.exclusive and not self.house.working:
            log.warning("web.draws_nothing", advice="Start a worker beside it: python app.py worker")

    def halt(self) -> None:
        """Take nothing new, close sockets and streams."""
        self.house.halt()
        self.web.close()

    def stop(self) -> None:
        """Finish what runs."""
        self.halt()
        self.house.stop()
