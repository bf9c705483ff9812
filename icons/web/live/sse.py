"""`/api/sse`: a job or a batch as server-sent events that can be resumed by number."""

import json
import socket
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

import structlog
from flask import Response, request
from flask_openapi import APIBlueprint, Tag

from icons.domain.access import Caller
from icons.domain.errors import InvalidRequest, StudioError
from icons.domain.events import Event, EventType
from icons.domain.jobs import BatchState, State
from icons.web.auth import current_caller, ticketed
from icons.web.job_bodies import batch_body, job_error, job_result
from icons.web.live.asking import Topic
from icons.web.live.guard import SOCKETS
from icons.web.live.streams import Stream, Streams, topic_of
from icons.web.parts import WebParts
from icons.web.schemas.jobs import BatchIdPath, JobIdPath, StreamQuery
from icons.web.wire import Json

log = structlog.get_logger(__name__)

_WRITE: Final = 30.0  # seconds that a reader may leave the connection full
_RETRY: Final = 2000  # milliseconds after which an EventSource comes back
_PAGE: Final = 500
_HEADERS: Final = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
_STREAM: Final[dict[str | int | HTTPStatus, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Events"}
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """How often a stream is looked after; in seconds."""

    heartbeat: float = 15.0  # a comment after so long without an event: the stream lives, and is its reader there?
    check: float = 20.0  # and whether its session has ended


class Subject(Protocol):
    """What a stream tells of."""

    whole: bool  # who names no number hears it from its beginning, else from now on

    @property
    def topic(self) -> Topic: ...

    def standing(self) -> tuple[Json, bool]:
        """How far it is, and whether it has ended. NotFound when it is not there."""
        ...

    def progress(self, event: Event) -> Json | None:
        """What an event says; None for what ends it."""
        ...

    def ending(self) -> Json:
        """What has come of it."""
        ...


class JobSubject:
    """One job: its story is short."""

    whole = True

    def __init__(self, parts: WebParts, caller: Caller, job_id: str) -> None:
        self._parts, self._caller, self._id = parts, caller, job_id
        self.topic = Topic(job_id=job_id)

    def standing(self) -> tuple[Json, bool]:
        """See `Subject`."""
        job = self._parts.service.job(self._caller, self._id)
        return {"jobId": job.id, "status": job.state.public, "progress": job.progress}, job.state.final

    def progress(self, event: Event) -> Json | None:
        """See `Subject`."""
        if event.type is EventType.JOB_COMPLETED:
            return None
        data = event.data
        told = {"progress": data["progress"], "stage": data["stage"], "message": data["line"]}
        return {"type": "progress", "jobId": self._id, **told}

    def ending(self) -> Json:
        """See `Subject`."""
        job = self._parts.service.job(self._caller, self._id)
        body = {"jobId": job.id, "status": job.state.public, "progress": job.progress}
        if job.state is not State.COMPLETED:
            return {"type": "error", **body, "error": job_error(job)}
        images = self._parts.gallery.images(self._caller, job.images)
        return {"type": "done", **body, "result": job_result(job, images, self._parts.signer)}


class BatchSubject:
    """One batch: its own events, not those of its jobs."""

    whole = False

    def __init__(self, parts: WebParts, caller: Caller, batch_id: str) -> None:
        self._service, self._prefix, self._caller, self._id = parts.service, parts.settings.public_url, caller, batch_id
        self.topic = Topic(batch_id=batch_id)

    def standing(self) -> tuple[Json, bool]:
        """See `Subject`."""
        batch = self._service.batch(self._caller, self._id)
        return batch_body(batch), batch.finished_at is not None

    def progress(self, event: Event) -> Json | None:
        """See `Subject`."""
        if event.type is EventType.BATCH_COMPLETED:
            return None
        figures = ("status", "progress", "total", "completed", "failed", "cancelled")
        return {"type": "progress", "batchId": self._id, **{name: event.data[name] for name in figures}}

    def ending(self) -> Json:
        """See `Subject`."""
        batch = self._service.batch(self._caller, self._id)
        body = batch_body(batch)
        if batch.state in (BatchState.FAILED, BatchState.CANCELLED):
            message = f"The batch is {batch.state.value}; its result names what became of each icon."
            return {
                "type": "error",
                **body,
                "error": {"code": f"BATCH_{batch.state.value.upper()}", "message": message},
            }
        address = f"{self._prefix}/api/icons/batch/{batch.id}"
        addresses = {"resultUrl": f"{address}/result", "downloadUrl": f"{address}/download"}
        return {"type": "done", **body, "result": {"success": True, **addresses}}


def blueprint(parts: WebParts, streams: Streams, pulse: Pulse = Pulse()) -> APIBlueprint:
    """The face. A browser's EventSource sends no headers: it takes tickets."""
    tag = Tag(name="streams", description="Server-sent events")
    api = APIBlueprint("sse", __name__, url_prefix="/api/sse", abp_tags=[tag])
    opening = Opening(parts, streams, pulse)

    @api.get("/jobs/<jobId>", responses=_STREAM)
    @ticketed
    def stream_job(path: JobIdPath, query: StreamQuery) -> Response:
        """Follow a job

        `data:` is JSON with a `type`: `connected`, `progress`, `done` (with `result`) or `error`; `id:` is its
        number. Credentials come as headers or as `?ticket=`.
        """
        caller = current_caller()
        return opening.response(JobSubject(parts, caller, path.job_id), caller, query.after)

    @api.get("/batches/<batchId>", responses=_STREAM)
    @ticketed
    def stream_batch(path: BatchIdPath, query: StreamQuery) -> Response:
        """Follow a batch, as a job is followed"""
        caller = current_caller()
        return opening.response(BatchSubject(parts, caller, path.batch_id), caller, query.after)

    return api


class Opening:
    """How a request becomes a stream."""

    def __init__(self, parts: WebParts, streams: Streams, pulse: Pulse) -> None:
        self._parts, self._streams, self._pulse = parts, streams, pulse

    def response(self, subject: Subject, caller: Caller, after: int | None) -> Response:
        """The stream, from ``after`` or Last-Event-ID on. 204, which keeps an EventSource from coming back, when it
        has heard everything."""
        after = _last_event_id(after)
        _, ended = subject.standing()
        if after is not None and ended and not self._page(subject, caller, after):
            return Response(status=204)
        connection = _connection()
        stream, position = self._streams.enter(subject.topic)
        frames = self._frames(subject, caller, stream, position, after)
        response = Response(frames, mimetype="text/event-stream", headers=_HEADERS)
        response.call_on_close(lambda: self._streams.leave(stream))
        if connection:
            self._parts.lines.hold(connection)
            response.call_on_close(lambda: self._parts.lines.release(connection))
        return response

    def _frames(
        self, subject: Subject, caller: Caller, stream: Stream, position: int, after: int | None
    ) -> Iterator[str]:
        try:
            # Read behind the entrance: whatever is not in it yet will be heard.
            standing, ended = subject.standing()
            last = after if after is not None else 0 if subject.whole else position
            yield f"retry: {_RETRY}\n"
            yield _frame({"type": "connected", **standing}, last)
            last = yield from self._missed(subject, caller, last, None if ended else position)
            if ended:
                yield _frame(subject.ending(), last)
            else:
                yield from self._live(subject, caller, stream, last)
        except StudioError as error:  # removed, or the store is out of reach: the client comes back and is told
            log.info("stream.ended", code=error.code)

    def _missed(self, subject: Subject, caller: Caller, after: int, until: int | None) -> Generator[str, None, int]:
        """What happened after one number, until another or, with None, to the end; number of the last of it."""
        while page := [event for event in self._page(subject, caller, after) if until is None or event.seq <= until]:
            for event in page:
                if topic_of(event) == subject.topic and (body := subject.progress(event)):
                    yield _frame(body, event.seq)
            after = page[-1].seq
        return after

    def _page(self, subject: Subject, caller: Caller, after: int) -> list[Event]:
        topic = subject.topic
        return self._parts.service.events(caller, after, _PAGE, job_id=topic.job_id, batch_id=topic.batch_id)

    def _live(self, subject: Subject, caller: Caller, stream: Stream, last: int) -> Iterator[str]:
        """Entries after ``last`` as they come: another process, whose client comes here, may have been ahead."""
        checked = time.monotonic()
        for event in stream.heard(self._pulse.heartbeat):
            if time.monotonic() - checked > self._pulse.check:
                checked = time.monotonic()
                if not self._parts.gate.still_valid(caller):
                    log.info("stream.session_ended", account=caller.account)
                    return
            if event is None:
                yield ": heartbeat\n\n"
            elif event.seq > last:
                body = subject.progress(event)
                yield _frame(body or subject.ending(), event.seq)
                if body is None:
                    return


def _last_event_id(after: int | None) -> int | None:
    """Number of the last event that the client has; None when it begins."""
    header = request.headers.get("Last-Event-ID", "")
    if not header:
        return after
    if not (header.isascii() and header.isdigit() and len(header) <= 18):
        raise InvalidRequest("Last-Event-ID is the `id` of the last event you have.", {"Last-Event-ID": "a number"})
    return int(header)


def _connection() -> socket.socket | None:
    """What carries this request; a reader that stops reading does not hold its thread for ever."""
    found = next((request.environ[name] for name in SOCKETS if name in request.environ), None)
    if found:
        found.settimeout(_WRITE)
    return found


def _frame(body: Json, number: int) -> str:
    return f"id: {number}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
