"""gunicorn's worker on eventlet, which gunicorn 26 removed. The standard library has to be patched by then."""

import os
from functools import partial
from typing import Any

import eventlet
import greenlet
from eventlet import greenthread, hubs
from eventlet.greenio import GreenSocket
from gunicorn.workers.base_async import AsyncWorker


class EventletWorker(AsyncWorker):
    """A green thread per connection."""

    def init_process(self) -> None:
        """After the fork: the parent's epoll must not be shared."""
        hubs.use_hub()
        # psycopg, which the service is about to import, looks for gevent's patches only, and else waits in C.
        os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"
        super().init_process()

    def timeout_ctx(self) -> Any:
        """How long a connection may idle."""
        return eventlet.Timeout(self.cfg.keepalive or None, False)

    def handle_usr1(self, sig: int, frame: Any) -> None:
        """Files are opened by a green thread: a handler must not wait."""
        eventlet.spawn(super().handle_usr1, sig, frame)

    def run(self) -> None:
        """Accept until it is told to stop, then wait for what is being answered."""
        accepting = [self._accept_from(each) for each in self.sockets]
        eventlet.sleep(0)  # they begin: eventlet fails to stop a thread that has not
        while self.alive:
            self.notify()
            eventlet.sleep(1.0)
        self.notify()
        with eventlet.Timeout(self.cfg.graceful_timeout, False):
            for each in accepting:
                each.kill(eventlet.StopServe())
            for each in accepting:
                each.wait()

    def _accept_from(self, listener: Any) -> Any:
        green = GreenSocket(listener)
        green.setblocking(1)
        return eventlet.spawn(_serve, green, partial(self.handle, green), self.worker_connections)


def _serve(listener: GreenSocket, handle: Any, most: int) -> None:
    """A green thread per connection, ``most`` at once, until StopServe; then until the last has ended."""
    pool, own = eventlet.GreenPool(most), greenthread.getcurrent()
    while True:
        try:
            connection, address = listener.accept()
            pool.spawn(handle, connection, address).link(_ended, own, connection)
        except eventlet.StopServe:
            listener.close()
            pool.waitall()
            return


def _ended(thread: Any, server: Any, connection: Any) -> None:
    """What a connection's thread could not handle is the server's."""
    try:
        thread.wait()
    except greenlet.GreenletExit:
        pass
    except Exception as error:
        greenthread.kill(server, error)
    finally:
        connection.close()
