"""Open streams: each hears of one job or batch, by a bounded queue from the tail's thread to the one that writes."""

import queue
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

from icons.core import metrics
from icons.core.tail import Tail
from icons.domain.errors import Unavailable
from icons.domain.events import Event
from icons.web.live.asking import Topic
from icons.web.live.places import Share

_MOST_WAITING: Final = 500  # events that a reader may be behind before it is let go
_JOIN_SECONDS: Final = 10.0


def topic_of(event: Event) -> Topic:
    """What an event is news of. That of a batch's job is of the job only: the batch has events of its own."""
    return Topic(job_id=event.job_id) if event.job_id else Topic(batch_id=event.batch_id)


class Stream:
    """One listener."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._events: queue.Queue[Event | None] = queue.Queue(_MOST_WAITING)
        self._closed = False

    def offer(self, event: Event) -> bool:
        """Pass an event on; False, and the end of the stream behind what waits, when too many wait already."""
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self.close()
            return False
        return True

    def close(self) -> None:
        """End it once what waits has been heard."""
        self._closed = True
        with suppress(queue.Full):  # then nobody waits for more
            self._events.put_nowait(None)

    def heard(self, pause: float) -> Iterator[Event | None]:
        """Events as they come; None after each ``pause`` seconds without one. Ends when the stream is closed."""
        while not (self._closed and self._events.empty()):
            try:
                event = self._events.get(timeout=pause)
            except queue.Empty:
                yield None
            else:
                if event is None:
                    return
                yield event


class Streams:
    """All streams of this process; each has one of ``places``."""

    def __init__(self, tail: Tail, places: Share) -> None:
        self._tail, self._places = tail, places
        self._lock = threading.Lock()
        self._open: defaultdict[Topic, set[Stream]] = defaultdict(set)
        self._closing = False
        self._unlisten = tail.listen(self._hand_out)

    def enter(self, topic: Topic) -> tuple[Stream, int]:
        """A new stream that hears every event after the number beside it. Unavailable when all places are taken."""
        stream, joined = Stream(topic), Future[int]()
        with self._lock:
            if self._closing or not self._places.take():
                raise Unavailable("Too many streams are open here. Try again in a minute, or poll.", retry_after=60)
        metrics.STREAMS.inc()

        def join(position: int) -> None:
            with self._lock:
                self._open[topic].add(stream)
            joined.set_result(position)

        self._tail.call(join)
        try:
            return stream, joined.result(_JOIN_SECONDS)
        except TimeoutError as error:
            self._tail.call(lambda _: self.leave(stream))  # behind the joining that is still to come
            raise Unavailable("This server is busy. Try again in a minute.", retry_after=60) from error

    def leave(self, stream: Stream) -> None:
        """Free its place. To be called exactly once for each that has entered."""
        with self._lock:
            self._forget(stream)
        self._places.give()
        metrics.STREAMS.dec()

    def close(self) -> None:
        """End every stream and let nobody in; who comes back to another process goes on by number."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
            streams = [stream for some in self._open.values() for stream in some]
        self._unlisten()
        for stream in streams:
            stream.close()

    def _hand_out(self, events: list[Event]) -> None:
        """In the tail's thread."""
        with self._lock:
            for event in events:
                for stream in list(self._open.get(topic_of(event), ())):
                    if not stream.offer(event):
                        self._forget(stream)

    def _forget(self, stream: Stream) -> None:
        listening = self._open.get(stream.topic, set())
        listening.discard(stream)
        if not listening:
            self._open.pop(stream.topic, None)
