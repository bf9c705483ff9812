"""Entries of the event log on their way to sockets: live ones to whoever has joined, missed ones to one listener."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from icons.core.gallery import Gallery
from icons.core.service import Service
from icons.domain.access import Caller
from icons.domain.errors import Conflict
from icons.domain.events import Event, EventType
from icons.domain.images import Image
from icons.web.live.asking import ACCOUNT, Topic
from icons.web.live.listeners import Listener, Listeners
from icons.web.signing import ImageSigner
from icons.web.wire import Json, event_body

MAX_REPLAY: Final = 10_000
PAGE: Final = 500

Send = Callable[[Sequence[Listener], str, Json], None]  # (to whom, event name, body)


class Feed:
    """Every listener is sent each entry of its account once: by `catch_up`, `replay` or `broadcast`."""

    def __init__(
        self, service: Service, gallery: Gallery, signer: ImageSigner, listeners: Listeners, send: Send
    ) -> None:
        self._service, self._gallery, self._signer = service, gallery, signer
        self._listeners, self._send = listeners, send

    def broadcast(self, events: list[Event]) -> None:
        """Send new entries to the listeners of their accounts: all of them or, when it raises, none."""
        wanted = [event for event in events if self._listeners.of(event.account)]
        for event, body in list(self._bodies(wanted)):
            self._send(self._listeners.of(event.account), event.type.value, body)

    def catch_up(self, listener: Listener, after: int, until: int) -> None:
        """Send what happened in the account in (``after``, ``until``], oldest first."""
        self._deliver(listener, self._between(listener.caller, after, until, ACCOUNT))

    def replay(self, listener: Listener, after: int, topic: Topic) -> None:
        """Send the topic's entries newer than ``after`` that this connection has not been sent, oldest first."""
        with listener.lock:
            entries = self._between(listener.caller, after, listener.start, topic)
            self._deliver(listener, [entry for entry in entries if not listener.has(entry)])
            listener.replayed[topic.id] = min(after, listener.replayed.get(topic.id, after))

    def _deliver(self, listener: Listener, events: Sequence[Event]) -> None:
        for event, body in self._bodies(events):
            self._send([listener], event.type.value, body)

    def _between(self, caller: Caller, after: int, until: int, topic: Topic) -> list[Event]:
        """All of them before any is sent: too many are Conflict, not half a story."""
        found: list[Event] = []
        while after < until:
            page = self._service.events(caller, after, PAGE, job_id=topic.job_id, batch_id=topic.batch_id)
            found += [event for event in page if event.seq <= until]
            if len(found) > MAX_REPLAY:
                raise Conflict(
                    f"More than {MAX_REPLAY:,} events were missed. Fetch the status instead and go on from its seq.",
                    code="REPLAY_TOO_LONG",
                )
            if len(page) < PAGE:
                break
            after = page[-1].seq
        return found

    def _bodies(self, events: Sequence[Event]) -> Iterator[tuple[Event, Json]]:
        """Each event with its body; addresses of images are signed now, so that they work now."""
        images = self._images(events)
        for event in events:
            yield event, event_body(event, images, self._signer)

    def _images(self, events: Sequence[Event]) -> dict[str, Image]:
        """All images that these events name, by id: one look-up per account."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for event in events:
            if event.type is EventType.JOB_COMPLETED:
                wanted[event.account] += event.data["images"]
        found: dict[str, Image] = {}
        for account, image_ids in wanted.items():
            found |= self._gallery.images(Caller(account=account, subject=""), image_ids)
        return found
