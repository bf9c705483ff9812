"""`/api/icons`: asking for an icon, and the single jobs that draw them."""

from collections.abc import Sequence

from flask import g, request
from flask_openapi import APIBlueprint, Tag

from icons.core.service import Context
from icons.domain.errors import Conflict, NotFound, StudioError
from icons.domain.images import Image
from icons.domain.jobs import Job, Priority, State
from icons.domain.requests import BatchRequest
from icons.web.auth import current_caller
from icons.web.errors import job_failure
from icons.web.parts import WebParts
from icons.web.prefer import Preference, preference
from icons.web.schemas.icon_answers import GenerateAccepted, GenerateAnswer, JobAnswer
from icons.web.schemas.icons import GenerateBody, JobPath
from icons.web.wire import Json, Reply, batch_accepted, icon_body, job_accepted, job_body


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="icons", description="Single icons")
    api = APIBlueprint("icons", __name__, url_prefix="/api/icons", abp_tags=[tag])
    _add_generate(api, parts)
    _add_jobs(api, parts)
    return api


def _add_generate(api: APIBlueprint, parts: WebParts) -> None:
    settings = parts.settings

    @api.post("/generate", responses={200: GenerateAnswer, 202: GenerateAccepted})
    def generate(body: GenerateBody) -> Reply:
        """Draw an icon

        Waits for it, up to `Prefer: wait=N` seconds; `Prefer: respond-async` does not wait. What is not finished by
        then is answered with 202 and the address of its status.
        """
        wish = preference(request.headers.get("Prefer"), settings.default_wait, settings.max_wait)
        context = Context(body.user_id, g.correlation_id, body.hook(parts.hooks))
        answer = _generate_one if body.variations == 1 else _generate_variations
        return answer(parts, body, context, wish)


def _add_jobs(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    def shown(job: Job) -> Json:
        images = parts.gallery.images(current_caller(), job.images)
        return job_body(job, images, parts.signer)

    @api.get("/jobs/<job_id>", responses={200: JobAnswer})
    def job_status(path: JobPath) -> Json:
        """Show a job and, once it is there, its icon"""
        return shown(service.job(current_caller(), path.job_id))

    @api.delete("/jobs/<job_id>", responses={200: JobAnswer})
    def cancel_job(path: JobPath) -> Json:
        """Stop a job; one that has ended stays as it is"""
        return shown(service.cancel(current_caller(), path.job_id))

    @api.post("/jobs/<job_id>/retry", responses={200: JobAnswer})
    def retry_job(path: JobPath) -> Json:
        """Begin a failed or cancelled job anew; others stay as they are"""
        return shown(service.retry(current_caller(), path.job_id))


def _generate_one(parts: WebParts, body: GenerateBody, context: Context, wish: Preference) -> Reply:
    caller, service = current_caller(), parts.service
    icon = service.normalise(caller, body.request())
    # Who waits gets a remembered answer without a job; who does not is promised a job's id, and a webhook tells of one.
    ask = service.ask if wish.wait and not context.hook else service.submit
    job = ask(caller, icon, context)
    if isinstance(job, tuple):
        return _icon_reply(parts, job[0], icon.to_json(), None, wish)
    if wish.wait:
        job = service.wait(caller, job.id, wish.wait)
    if not wish.wait or not job.state.final:
        accepted = job_accepted(job, parts.settings.public_url)
        return accepted, 202, {"Location": accepted["status_url"], **wish.headers}
    return _icon_reply(parts, _image_of(parts, job), dict(job.request), job, wish)


def _icon_reply(parts: WebParts, image: Image, asked: Json, job: Job | None, wish: Preference) -> Reply:
    icon = icon_body(image, asked, parts.signer, cached=job is None or job.cached)
    return {"job_id": job and job.id, "batch_id": None, **icon}, 200, wish.headers


def _image_of(parts: WebParts, job: Job) -> Image:
    """The picture of a job that has ended. Raises what it failed with."""
    if job.state is not State.COMPLETED:
        raise _failure([job])
    images = parts.gallery.images(current_caller(), job.images)
    if not images:
        raise NotFound("image")  # cleared this very moment
    return next(iter(images.values()))


def _generate_variations(parts: WebParts, body: GenerateBody, context: Context, wish: Preference) -> Reply:
    """A batch of one category; its pictures at once when they are finished in time."""
    caller, service = current_caller(), parts.service
    variations = BatchRequest((body.category,), body.variations, shared=body.request())
    batch = service.submit_batch(caller, variations, context, Priority.INTERACTIVE)
    if wish.wait:
        batch = service.wait_batch(caller, batch.id, wish.wait)
    if not wish.wait or batch.counts.unfinished:
        accepted = batch_accepted(batch, parts.settings.public_url)
        return accepted, 202, {"Location": accepted["status_url"], **wish.headers}
    jobs = service.jobs_of(caller, batch.id)
    icons = _icons_of(parts, jobs)
    if not icons:
        raise _failure(jobs)
    return {"job_id": None, "batch_id": batch.id, **icons[0], "images": icons}, 200, wish.headers


def _icons_of(parts: WebParts, jobs: Sequence[Job]) -> list[Json]:
    images = parts.gallery.images(current_caller(), [image_id for job in jobs for image_id in job.images])
    return [
        icon_body(images[image_id], job.request, parts.signer, cached=job.cached)
        for job in jobs
        for image_id in job.images[:1]
        if image_id in images
    ]


def _failure(jobs: Sequence[Job]) -> StudioError:
    """Why jobs that have ended brought no picture."""
    for job in jobs:
        if job.state is State.FAILED and job.error:
            attempts = job.error["attempts"]
            return job_failure(job.error, category=job.request["category"], attempts=attempts, job_id=job.id)
    return Conflict("It was cancelled before it was drawn.", metadata={"job_id": jobs[0].id})
