"""xAI: proportions and a resolution in place of sizes; size, quality and style are refused there.

An edit is JSON with its one picture as a data URL, and keeps that picture's proportions (docs.x.ai, Image Editing).
"""

from typing import Any, Final

from icons.adapters.providers import reading
from icons.adapters.providers.planning import Plan
from icons.domain.requests import Order

BASE_URL: Final = "https://api.x.ai/v1"


def parameters(order: Order, plan: Plan, count: int) -> dict[str, Any]:
    """What /images/generations is asked there."""
    shape = {"aspect_ratio": plan.ratio, "resolution": plan.resolution}
    return {**_common(order, plan, count), "extra_body": {name: value for name, value in shape.items() if value}}


def edit(order: Order, plan: Plan, count: int) -> dict[str, Any]:
    """What /images/edits is asked there."""
    (picture,) = order.references
    return {**_common(order, plan, count), "image": {"type": "image_url", "url": reading.data_url(picture)}}


def _common(order: Order, plan: Plan, count: int) -> dict[str, Any]:
    return {
        "model": plan.model.name,
        "prompt": order.prompt.text,
        "n": count,
        "response_format": "b64_json",  # else it answers with addresses
    }
