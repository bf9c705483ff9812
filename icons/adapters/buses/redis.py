"""The fleet's bus: one Redis channel that every process of an installation hears."""

import threading
from collections.abc import Callable
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from redis.retry import Retry

from icons.core.bell import Line, Ringer
from icons.domain.errors import SettingsError, Unavailable

_PATIENCE: Final = 2.0  # seconds for Redis to answer
_ATTENTION: Final = 1.0  # seconds after which a listener looks whether it shall leave


class RedisBus:
    """Blocking calls in plain threads: under gevent or eventlet they are green ones. Redis may come and go."""

    def __init__(self, url: str) -> None:
        """SettingsError when the URL or its password is wrong. A Redis that does not answer is waited for."""
        self._url, self._redis = url, _client(url)
        # Redis does not divide channels by database number; installations that share a Redis do.
        self._channel = f"icon-studio:{self._redis.connection_pool.connection_kwargs.get('db', 0)}"
        self._line = Line("bus")
        self._ringer = Ringer(self._line, self._publish)
        self._check()

    def ring(self) -> None:
        """See `Bus.ring`."""
        self._ringer.ring()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """See `Bus.listen`. ``wake`` is also called after each connection: rings may have been missed before it."""
        left = threading.Event()
        threading.Thread(target=self._hear, args=(wake, left), name="bus-listener", daemon=True).start()
        return left.set

    def close(self) -> None:
        """Send the last ring."""
        self._ringer.close()
        self._redis.close()

    def _check(self) -> None:
        try:
            self._redis.ping()
        except (AuthenticationError, ResponseError) as error:
            raise SettingsError("BUS_URL: this Redis refuses the user or the password; correct them.") from error
        except RedisError as error:
            self._line.lost(type(error).__name__)

    def _publish(self) -> None:
        try:
            self._redis.publish(self._channel, b"")
        except RedisError as error:
            raise Unavailable(type(error).__name__) from error

    def _hear(self, wake: Callable[[], None], left: threading.Event) -> None:
        redis = _client(self._url)
        while not left.is_set():
            try:
                self._subscribe(redis, wake, left)
            except RedisError as error:
                self._line.lost(type(error).__name__)
                left.wait(self._line.pause())
        redis.close()

    def _subscribe(self, redis: Redis, wake: Callable[[], None], left: threading.Event) -> None:
        with redis.pubsub() as channel:  # type: ignore[no-untyped-call] # of redis-py
            channel.subscribe(self._channel)
            while not left.is_set():
                # The first message confirms the subscription.
                if channel.get_message(timeout=_ATTENTION):
                    self._line.found()
                    wake()


def _client(url: str) -> Redis:
    try:
        return Redis.from_url(
            url,
            socket_connect_timeout=_PATIENCE,
            socket_timeout=_PATIENCE,
            health_check_interval=10,
            retry=Retry(NoBackoff(), 0),  # whoever rings or listens tries again by itself, and says so
        )
    except ValueError:
        raise SettingsError("BUS_URL is not a Redis address; write redis://host:6379/0, for example.") from None
