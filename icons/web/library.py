"""`/api/icons`: what can be asked for, what is remembered, and what it all adds up to."""

import math
from collections.abc import Mapping
from typing import Any, Final

from flask_openapi import APIBlueprint, Tag

from icons.core.ports import JobFilter
from icons.domain.images import CacheEntry
from icons.domain.jobs import LIVE, Job, State
from icons.domain.prompts import Category, Scheme, Style
from icons.web.auth import current_caller
from icons.web.parts import WebParts
from icons.web.schemas.icon_answers import (
    CachedAnswer,
    ClearedAnswer,
    SchemesAnswer,
    StylesAnswer,
    SuggestionsAnswer,
)
from icons.web.schemas.icons import CachedQuery, ClearBody, SuggestionsQuery
from icons.web.schemas.statistics import QueueAnswer, StatisticsAnswer
from icons.web.signing import ImageSigner
from icons.web.wire import Json, image_body, iso, iso_or_none, job_status, subject

_SHOWN: Final = 100  # jobs of a kind in the queue: beyond that only their number says something


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="library", description="Styles, colour schemes, categories, the cache and statistics")
    api = APIBlueprint("library", __name__, url_prefix="/api/icons", abp_tags=[tag])
    _add_choices(api, parts)
    _add_cache(api, parts)
    return api


def _add_choices(api: APIBlueprint, parts: WebParts) -> None:
    library = parts.service.library

    @api.get("/styles", responses={200: StylesAnswer})
    def styles() -> Json:
        """List the styles"""
        found = [_style(each) for each in library.styles]
        return {"styles": found, "count": len(found)}

    @api.get("/color-schemes", responses={200: SchemesAnswer})
    def color_schemes() -> Json:
        """List the colour schemes"""
        found = [
            {**_style(each), "palettes": [list(palette) for palette in each.palettes], "branded": each.branded}
            for each in library.schemes
        ]
        return {"color_schemes": found, "count": len(found)}

    @api.get("/categories/suggestions", responses={200: SuggestionsAnswer})
    def suggestions(query: SuggestionsQuery) -> Json:
        """Suggest categories for what has been typed so far"""
        found = [_category(each) for each in library.suggest(query.q, query.limit)]
        return {"categories": found, "count": len(found)}


def _add_cache(api: APIBlueprint, parts: WebParts) -> None:
    gallery, library = parts.gallery, parts.service.library

    def style_name(given: str | None) -> str | None:
        return given and library.style(given).name

    @api.get("/cached", responses={200: CachedAnswer})
    def cached(query: CachedQuery) -> Json:
        """List the account's remembered icons, newest first"""
        offset = (query.page - 1) * query.per_page
        style = style_name(query.style)
        entries, total = gallery.entries(current_caller(), query.per_page, offset, query.category, style)
        return {
            "icons": [_entry(entry, parts.signer) for entry in entries],
            "total": total,
            "page": query.page,
            "per_page": query.per_page,
            "pages": math.ceil(total / query.per_page),
        }

    @api.post("/cache/clear", responses={200: ClearedAnswer})
    def clear(body: ClearBody) -> Json:
        """Forget remembered icons; pictures that a batch still shows stay"""
        cleared = gallery.clear(
            current_caller(), everybody=body.everybody, category=body.category, style=style_name(body.style)
        )
        return {
            "success": True,
            "entries": cleared.entries,
            "images": cleared.images,
            "bytes": cleared.bytes,
            "message": f"Forgot {cleared.entries} remembered answers and removed {cleared.images} pictures.",
        }

    @api.get("/stats", responses={200: StatisticsAnswer})
    def stats() -> Json:
        """Show the account's figures; an administrator sees those of all accounts"""
        return _statistics(parts.service.statistics(current_caller()), parts.circuits())

    @api.get("/queue", responses={200: QueueAnswer})
    def queue() -> Json:
        """List what runs and what waits for the account, newest first"""
        caller = current_caller()
        running = parts.service.find(caller, JobFilter(frozenset({State.ACTIVE})), _SHOWN)
        waiting = parts.service.find(caller, JobFilter(LIVE - {State.ACTIVE}), _SHOWN)
        return {"active": [_queued(job) for job in running], "waiting": [_queued(job) for job in waiting]}


def _queued(job: Job) -> Json:
    told = ("job_id", "batch_id", "status", "progress", "stage", "created_at", "started_at")
    status = job_status(job)
    return {**{name: status[name] for name in told}, "kind": job.kind, "title": subject(job.request)}


def _statistics(figures: Mapping[str, Any], circuits: Mapping[str, str]) -> Json:
    states: Mapping[str, int] = figures["states"]
    completed, failed = states.get("completed", 0), states.get("failed", 0)
    ended = completed + failed
    return {
        "total_generations": ended,
        "successful_generations": completed,
        "failed_generations": failed,
        "cancelled_generations": states.get("cancelled", 0),
        "cached_generations": figures["cached"],
        "success_rate": round(completed / ended, 4) if ended else 0.0,
        "average_generation_time": figures["average_seconds"],
        "median_generation_time": figures["median_seconds"],
        "p95_generation_time": figures["p95_seconds"],
        "oldest_waiting_since": iso_or_none(figures["oldest_waiting"]),
        "active_jobs": states.get("active", 0),
        "waiting_jobs": states.get("waiting", 0) + states.get("delayed", 0),
        "active_batches": figures["active_batches"],
        "total_batches": figures["total_batches"],
        "cache": dict(figures["cache"]),
        "circuits": dict(circuits),
    }


def _style(entry: Style | Scheme) -> Json:
    return {
        "name": entry.name,
        "title": entry.title,
        "description": entry.description,
        "aliases": list(entry.aliases),
    }


def _category(entry: Category) -> Json:
    return {
        "name": entry.name,
        "title": entry.title,
        "group": entry.group,
        "suggestions": list(entry.suggestions),
    }


def _entry(entry: CacheEntry, signer: ImageSigner) -> Json:
    image = entry.images[0]
    return {
        "category": entry.category,
        "style": entry.style,
        "color_scheme": entry.color_scheme,
        "created_at": iso(entry.created_at),
        "last_used_at": iso(entry.last_used_at),
        **image_body(image, signer),
        "metadata": dict(image.facts),
    }
