"""`/api/v1/images`: pictures of a prompt, batches of them, and the status of every job."""

from typing import Final

from flask import g, request
from flask_openapi import APIBlueprint, Tag

from icons.core.service import Context
from icons.web.auth import current_caller
from icons.web.limits import limited
from icons.web.parts import WebParts
from icons.web.prefer import preference
from icons.web.schemas.jobs import BatchIdPath, JobIdPath
from icons.web.schemas.v1 import PictureBody, PicturesBody
from icons.web.schemas.v1_answers import BatchStatusAnswer, JobStatus
from icons.web.v1.bodies import batch_status, job_status
from icons.web.wire import Json, Reply

TAG: Final = Tag(name="v1 images", description="Pictures of prompts, one or up to 100 at once")


def add(api: APIBlueprint, parts: WebParts) -> None:
    """The views."""
    _add_asking(api, parts)
    _add_looking(api, parts)


def _add_asking(api: APIBlueprint, parts: WebParts) -> None:
    service, settings = parts.service, parts.settings

    @api.post("/images/generate", responses={200: JobStatus, 202: JobStatus})
    @limited("v1_images")
    def generate(body: PictureBody) -> Reply:
        """Draw pictures of a prompt

        Answers at once; with `Prefer: wait=N`, with the pictures when they are there within N seconds.
        """
        caller = current_caller()
        wish = preference(request.headers.get("Prefer"), 0.0, settings.max_wait)
        context = Context(body.user_id, g.correlation_id, body.hook(parts.hooks))
        job = service.submit_image(caller, body.drawn(body.prompt), context)
        if wish.wait:
            job = service.wait(caller, job.id, wish.wait)
        told = job_status(parts, caller, job, stream=True)
        return told, 200 if job.state.final else 202, {"Location": told["statusUrl"], **wish.headers}

    @api.post("/images/batch", responses={200: BatchStatusAnswer, 202: BatchStatusAnswer})
    @limited("v1_batch")
    def generate_batch(body: PicturesBody) -> Reply:
        """Draw up to 100 prompts, each in its own way

        Answers at once; with `Prefer: wait=N`, with the pictures when they are there within N seconds.
        """
        caller = current_caller()
        wish = preference(request.headers.get("Prefer"), 0.0, settings.max_wait)
        context = Context(body.user_id, g.correlation_id, body.hook(parts.hooks))
        batch = service.submit_images(caller, [item.drawn(item.prompt) for item in body.jobs], context)
        if wish.wait:
            batch = service.wait_batch(caller, batch.id, wish.wait)
        told = batch_status(parts, caller, batch, stream=True)
        return told, 202 if batch.counts.unfinished else 200, {"Location": told["statusUrl"], **wish.headers}


def _add_looking(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    @api.get("/images/status/<jobId>", responses={200: JobStatus})
    def show_job(path: JobIdPath) -> Json:
        """Show how far a job is and, once they are there, its pictures; for jobs of every kind"""
        caller = current_caller()
        return job_status(parts, caller, service.job(caller, path.job_id))

    @api.get("/images/batch/<batchId>", responses={200: BatchStatusAnswer})
    def show_batch(path: BatchIdPath) -> Json:
        """Show how far a batch is, with its jobs and their pictures"""
        caller = current_caller()
        return batch_status(parts, caller, service.batch(caller, path.batch_id))
