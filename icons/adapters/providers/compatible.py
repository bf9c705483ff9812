"""Services that call themselves OpenAI-compatible, Gab AI among them: nothing is asked but what all of them know."""

from typing import Any, Final

from icons.adapters.providers.planning import Plan
from icons.domain.requests import Order

GAB_URL: Final = "https://gab.ai/v1"


def parameters(order: Order, plan: Plan, count: int) -> dict[str, Any]:
    """What /images/generations is asked there."""
    return {"model": plan.model.name, "prompt": order.prompt.text, "n": count, "response_format": "b64_json"}
