"""Ollama: drawing is experimental there, and takes a prompt and a size."""

from typing import Any, Final

from icons.adapters.providers.planning import Plan
from icons.domain.requests import Order

BASE_URL: Final = "http://127.0.0.1:11434/v1"


def parameters(order: Order, plan: Plan, count: int) -> dict[str, Any]:
    """What /images/generations is asked there; ``count`` is always 1."""
    size = {"size": str(plan.size)} if plan.size else {}
    return {"model": plan.model.name, "prompt": order.prompt.text, "response_format": "b64_json", **size}
