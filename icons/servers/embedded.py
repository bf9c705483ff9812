"""The embedded web server: gunicorn, one worker process, threads grown when needed, the engine beside."""

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from icons.core.house import House
from icons.servers.opened import Opened
from icons.servers.serving import Serving
from icons.web import Web


class EmbeddedServer(BaseApplication):
    """Opens the house in the worker process, after the fork: threads and connections do not survive one."""

    def __init__(self, serving: Serving, open_house: Callable[[], House], open_web: Callable[[House], Web]) -> None:
        self._serving, self._open_house, self._open_web = serving, open_house, open_web
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn."""
        for name, value in self._serving.options().items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The WSGI application; called by gunicorn in the worker process."""
        house = self._open_house()
        opened = Opened(house, self._open_web(house))
        # What an embedded queue rings is heard in this process alone; a fleet has workers of its own.
        house.start(work=house.engines.queue.exclusive)
        return opened.application()
