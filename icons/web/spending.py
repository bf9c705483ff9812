"""What icons would cost and what was spent."""

from flask_openapi import APIBlueprint, Tag

from icons.domain.spending import dollars
from icons.web.auth import current_caller
from icons.web.parts import WebParts
from icons.web.schemas.icon_answers import EstimateAnswer
from icons.web.schemas.icons import BatchBody
from icons.web.schemas.spending import SpendingAnswer, SpendingQuery
from icons.web.wire import Json, quote_body

_TAG = Tag(name="spending", description="Prices before, sums after")


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    api = APIBlueprint("spending", __name__, url_prefix="/api", abp_tags=[_TAG])
    service = parts.service

    @api.post("/icons/estimate", responses={200: EstimateAnswer})
    def estimate(body: BatchBody) -> Json:
        """Say what a batch would cost, without drawing anything"""
        return quote_body(service.estimate(current_caller(), body.request()))

    @api.get("/spending", responses={200: SpendingAnswer})
    def spending(query: SpendingQuery) -> Json:
        """Sum up what was spent, by day, model or batch"""
        caller = current_caller()
        rows = service.spending(caller, query.group_by, query.since)
        budget = service.budget(caller)
        return {
            "currency": "USD",
            "group_by": query.group_by,
            "month_budget": None if budget is None else dollars(budget),
            "month_spent": dollars(service.month_spent(caller)),
            "total": dollars(sum(row["cost"] for row in rows)),
            "rows": [
                {**row, "cost": dollars(row["cost"]), "unknown_cost": dollars(row["unknown_cost"])} for row in rows
            ],
        }

    return api
