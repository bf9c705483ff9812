"""`/api/jobs` and `/api/queue`: every job of the account, and pictures for platforms from a free prompt."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import g, request
from flask_openapi import APIBlueprint, Tag

from icons.core.service import Context
from icons.domain.errors import Conflict, InvalidRequest
from icons.domain.jobs import REPEATABLE, Job, State
from icons.web.auth import current_caller
from icons.web.job_bodies import event_entry, job_details, job_summary, lines, queue_figures
from icons.web.limits import limited
from icons.web.parts import WebParts
from icons.web.prefer import preference
from icons.web.schemas.job_answers import (
    CleanAnswer,
    JobCreated,
    JobDetails,
    JobEventsAnswer,
    JobMoved,
    JobsAnswer,
    QueueStatistics,
)
from icons.web.schemas.jobs import CleanBody, CreateJobBody, EventsQuery, JobIdPath, JobOptions, JobsQuery
from icons.web.wire import Json, Reply

_LOG_LINES: Final = 500  # events of a job that its logs are read from
_STOP_SECONDS: Final = 5.0  # a running job is stopped within a beat of its worker
_USUAL_SECONDS: Final = 30.0  # what a first job is thought to take


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="jobs", description="Every job of the account; pictures for platforms")
    api = limited("jobs")(APIBlueprint("jobs", __name__, url_prefix="/api", abp_tags=[tag]))
    _add_creating(api, parts)
    _add_looking(api, parts)
    _add_changing(api, parts)
    _add_queue(api, parts)
    return api


def _add_creating(api: APIBlueprint, parts: WebParts) -> None:
    service, settings = parts.service, parts.settings

    @api.post("/jobs", responses={201: JobCreated})
    @limited("job_creation")
    def create_job(body: CreateJobBody) -> Reply:
        """Draw a prompt for one or more platforms

        Answers at once; with `Prefer: wait=N` when it has ended or N seconds have passed. `streamUrl` tells how far
        it is.
        """
        caller = current_caller()
        wish = preference(request.headers.get("Prefer"), 0.0, settings.max_wait)
        context = Context(body.user_id, g.correlation_id, body.hook(parts.hooks))
        with _named_as_sent():
            job = service.submit_platforms(caller, body.request(), context, body.tier)
        if wish.wait:
            job = service.wait(caller, job.id, wish.wait)
        created = _created(parts, job)
        return created, 201, {"Location": created["statusUrl"], **wish.headers}


@contextmanager
def _named_as_sent() -> Iterator[None]:
    """What is wrong with an option is told under the name that it has here: ``options.colorScheme``."""
    try:
        yield
    except InvalidRequest as error:
        known = {name: f"options.{field.alias}" for name, field in JobOptions.model_fields.items()}
        fields = {known.get(name, name): text for name, text in error.fields.items()}
        raise InvalidRequest(error.message, fields, code=error.code) from None


def _created(parts: WebParts, job: Job) -> Json:
    caller, prefix = current_caller(), parts.settings.public_url
    ticket, _ = parts.accounts.add_ticket(caller)
    average = parts.service.queue(caller)["average_seconds"]
    seconds = 0 if job.state.final else max(1, math.ceil(_USUAL_SECONDS if average is None else average))
    return {
        "jobId": job.id,
        "status": job.state.public if job.state.final else "queued",
        "message": "Job created successfully",
        "estimatedTime": "1 second" if seconds == 1 else f"{seconds} seconds",
        "statusUrl": f"{prefix}/api/jobs/{job.id}",
        "streamUrl": f"{prefix}/api/sse/jobs/{job.id}?ticket={ticket}",
    }


def _add_looking(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    @api.get("/jobs", responses={200: JobsAnswer})
    def list_jobs(query: JobsQuery) -> Json:
        """List the account's jobs, newest first"""
        found = service.find(current_caller(), query.wanted(), query.limit + 1, query.after)
        page = found[: query.limit]
        return {
            "jobs": [job_summary(job) for job in page],
            "count": len(page),
            "status": query.status,
            "nextAfter": page[-1].id if len(found) > query.limit else None,
        }

    @api.get("/jobs/<jobId>", responses={200: JobDetails})
    def show_job(path: JobIdPath) -> Json:
        """Show a job and, once they are there, its files"""
        caller = current_caller()
        job = service.job(caller, path.job_id)
        logs = lines(service.events(caller, 0, _LOG_LINES, job_id=job.id))
        return job_details(job, logs, parts.gallery.images(caller, job.images), parts.signer)

    @api.get("/jobs/<jobId>/events", responses={200: JobEventsAnswer})
    def list_events(path: JobIdPath, query: EventsQuery) -> Json:
        """List what has happened to a job, oldest first"""
        events = service.events(current_caller(), query.after, query.limit, job_id=path.job_id)
        return {
            "events": [event_entry(event) for event in events],
            "count": len(events),
            "nextAfter": events[-1].seq if events else query.after,
        }


def _add_changing(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    @api.post("/jobs/<jobId>/retry", responses={200: JobMoved})
    def retry_job(path: JobIdPath) -> Json:
        """Begin a failed or cancelled job anew"""
        caller = current_caller()
        job = service.job(caller, path.job_id)
        if job.state not in REPEATABLE:
            raise Conflict(f"Only a failed or cancelled job can be retried; this one is {job.state.public}.")
        service.retry(caller, job.id)
        return {"jobId": job.id, "status": "retrying", "message": "Job has been queued for retry"}

    @api.delete("/jobs/<jobId>/cancel", responses={200: JobMoved})
    def cancel_job(path: JobIdPath) -> Json:
        """Stop a job

        One that runs is stopped within seconds: `cancelling` says that it was still at it.
        """
        caller = current_caller()
        job = service.cancel(caller, path.job_id)
        if not job.state.final:
            job = service.wait(caller, job.id, _STOP_SECONDS)
        if job.state in (State.COMPLETED, State.FAILED):
            raise Conflict(f"The job has ended already; it is {job.state.public}.")
        if job.state is State.CANCELLED:
            return {"jobId": job.id, "status": "cancelled", "message": "Job cancelled successfully"}
        return {"jobId": job.id, "status": "cancelling", "message": "Job will be stopped within seconds"}


def _add_queue(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    @api.get("/queue/stats", responses={200: QueueStatistics})
    def queue_statistics() -> Json:
        """Count the jobs by state"""
        return queue_figures(service.queue(current_caller())["states"])

    @api.post("/queue/clean", responses={200: CleanAnswer})
    def clean_queue(body: CleanBody) -> Json:
        """Remove ended jobs; those of batches stay with their batch"""
        cleaned = service.clean(current_caller(), body.states, body.seconds, everybody=body.everybody)
        return {"cleaned": cleaned, "status": body.status, "message": f"{cleaned} job(s) removed"}
