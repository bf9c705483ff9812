"""`/api/webhooks`: what the account is owed, and what signs it."""

from flask_openapi import APIBlueprint, Tag

from icons.core.hooks import Secret
from icons.domain.hooks import Delivery, DeliveryState
from icons.web.auth import current_caller
from icons.web.hook_bodies import ping
from icons.web.idempotency import secret_answers
from icons.web.parts import WebParts
from icons.web.schemas.hooks import (
    DeliveriesAnswer,
    DeliveriesQuery,
    DeliveryAnswer,
    DeliveryPath,
    PingAnswer,
    PingBody,
    SecretAnswer,
)
from icons.web.wire import Json, iso, iso_or_none


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="webhooks", description="Messages to addresses that requests name as webhookUrl, and their secret")
    api = APIBlueprint("webhooks", __name__, url_prefix="/api/webhooks", abp_tags=[tag])
    _add_secrets(api, parts)
    _add_deliveries(api, parts)
    return api


def _add_secrets(api: APIBlueprint, parts: WebParts) -> None:
    hooks = parts.hooks

    @api.get("/secret", responses={200: SecretAnswer})
    def show_secret() -> Json:
        """Show what webhooks are signed with"""
        return _secret_body(hooks.secret(current_caller()))

    @api.post("/secret/rotate", responses={200: SecretAnswer})
    @secret_answers
    def rotate_secret() -> Json:
        """Replace the secret

        The one before signs along for 24 hours, so that receivers can change over without losing a message.
        """
        return _secret_body(hooks.rotate(current_caller()))

    @api.post("/test", responses={200: PingAnswer})
    def test_address(body: PingBody) -> Json:
        """Send a signed ping to an address"""
        tested = hooks.test(current_caller(), body.url, ping())
        return {"ok": tested.ok, "message": tested.message, "latencyMs": round(tested.seconds * 1000)}


def _add_deliveries(api: APIBlueprint, parts: WebParts) -> None:
    hooks = parts.hooks

    @api.get("/deliveries", responses={200: DeliveriesAnswer})
    def list_deliveries(query: DeliveriesQuery) -> Json:
        """List the account's webhooks, newest first"""
        found = hooks.find(current_caller(), query.status, query.limit + 1, query.after)
        page = found[: query.limit]
        more = len(found) > query.limit
        return {"data": [_delivery_body(each) for each in page], "nextCursor": page[-1].id if more else None}

    @api.get("/deliveries/<deliveryId>", responses={200: DeliveryAnswer})
    def show_delivery(path: DeliveryPath) -> Json:
        """Show a webhook and what became of it"""
        return _delivery_body(hooks.get(current_caller(), path.delivery_id))

    @api.post("/deliveries/<deliveryId>/redeliver", responses={202: DeliveryAnswer})
    def redeliver(path: DeliveryPath) -> tuple[Json, int]:
        """Send a webhook once more, whatever became of it

        An address that was silenced by its answer 410 gets webhooks again from then on.
        """
        return _delivery_body(hooks.redeliver(current_caller(), path.delivery_id)), 202


def _secret_body(secret: Secret) -> Json:
    return {
        "secret": secret.secret,
        "createdAt": iso(secret.created_at),
        "previousValidUntil": iso_or_none(secret.previous_until),
    }


def _delivery_body(delivery: Delivery) -> Json:
    delivered = delivery.state is DeliveryState.DELIVERED
    return {
        "id": delivery.id,
        "event": delivery.event.value,
        "url": delivery.url,
        "status": delivery.state.value,
        "attempts": delivery.attempts,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error or None,
        "jobId": delivery.job_id,
        "batchId": delivery.batch_id,
        "createdAt": iso(delivery.created_at),
        "nextAttemptAt": iso_or_none(delivery.next_at),
        "deliveredAt": iso_or_none(delivery.ended_at if delivered else None),
    }
