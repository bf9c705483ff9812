"""xAI: proportions and a resolution in place of sizes; size, quality and style are refused there."""

from typing import Any, Final

from icons.adapters.providers.planning import Plan
from icons.domain.requests import Order

BASE_URL: Final = "https://api.x.ai/v1"


def parameters(order: Order, plan: Plan, count: int) -> dict[str, Any]:
    """What /images/generations is asked there."""
    shape = {"aspect_ratio": plan.ratio, "resolution": plan.resolution}
    return {
        "model": plan.model.name,
        "prompt": order.prompt.text,
        "n": count,
        "response_format": "b64_json",  # else it answers with addresses
        "extra_body": {name: value for name, value in shape.items() if value},
    }
