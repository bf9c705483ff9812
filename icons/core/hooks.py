"""Webhooks as an account sees them: what it is owed, what signs it, and whether an address may be called."""

import base64
import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from standardwebhooks import Webhook

from icons.core.bridge import complete
from icons.core.ports import Fetcher, Queue
from icons.core.ports import Hooks as HookStore
from icons.core.ports.hooks import HookSecret
from icons.core.profiles import Tested
from icons.core.vault import Vault
from icons.domain.access import Caller
from icons.domain.errors import NotFound, StudioError, Unavailable
from icons.domain.hooks import OVERLAP, Delivery, DeliveryState, Hook, HookEvent

log = structlog.get_logger(__name__)

USER_AGENT: Final = "IconStudio-Webhooks/1"
_TEST_PATIENCE: Final = 15.0  # seconds
_TESTS_AT_ONCE: Final = 8  # each holds a thread of the web server
_TESTS_OF_ONE: Final = 2  # of them, so that nobody's slow addresses keep everybody from testing


@dataclass(frozen=True, slots=True)
class Secret:
    """What an account checks its messages with. Times are epoch seconds, UTC."""

    secret: str  # "whsec_" and base64, as https://www.standardwebhooks.com has it
    created_at: float
    previous_until: float | None  # so long the one before signs along


class Hooks:
    """The webhooks of all accounts; each caller sees its own, and an unknown message looks like somebody else's."""

    def __init__(self, store: HookStore, vault: Vault, fetcher: Fetcher, queue: Queue) -> None:
        self._store, self._vault, self._fetcher, self._queue = store, vault, fetcher, queue
        self._tests = Counter[str]()  # under way, by account
        self._lock = threading.Lock()

    def wanted(self, url: str | None, events: Iterable[HookEvent], field: str) -> Hook | None:
        """What a request asks to be told; InvalidRequest naming ``field`` unless its address may be called."""
        if url is None:
            return None
        self._fetcher.check(url, field)
        return Hook(url, tuple(events))

    # Messages

    def find(self, caller: Caller, state: DeliveryState | None, limit: int, after: str | None = None) -> list[Delivery]:
        """The account's messages, newest first; ``after`` is the id of the last one seen."""
        return self._store.find(caller.account, state, limit, after)

    def get(self, caller: Caller, delivery_id: str) -> Delivery:
        """One message."""
        return _found(self._store.get(caller.account, delivery_id))

    def redeliver(self, caller: Caller, delivery_id: str) -> Delivery:
        """Send a message once more, under the id that it has."""
        delivery = _found(self._store.redeliver(caller.account, delivery_id))
        self._queue.ring()
        log.info("webhook.redelivered", delivery_id=delivery.id, correlation_id=delivery.correlation_id)
        return delivery

    def test(self, caller: Caller, url: str, body: bytes) -> Tested:
        """Send a ping, signed; what goes wrong is part of the result. InvalidRequest when it may not be called."""
        self._fetcher.check(url)
        headers = self.headers(caller.account, f"ping_{uuid.uuid4().hex}", body)
        with self._testing(caller.account):
            started = time.monotonic()
            try:
                status = complete(self._fetcher.post, url, body, headers, _TEST_PATIENCE).status
                ok, message = 200 <= status < 300, f"The address answered with status {status}."
            except StudioError as error:
                ok, message = False, error.message
            return Tested(ok, message, time.monotonic() - started)

    @contextmanager
    def _testing(self, account: str) -> Iterator[None]:
        """One more test is under way. Unavailable when there are enough."""
        with self._lock:
            if self._tests[account] >= _TESTS_OF_ONE or self._tests.total() >= _TESTS_AT_ONCE:
                raise Unavailable("Many addresses are being tested at present. Try again in a minute.", retry_after=60)
            self._tests[account] += 1
        try:
            yield
        finally:
            with self._lock:
                self._tests -= Counter((account,))

    # Secrets

    def secret(self, caller: Caller) -> Secret:
        """What the account's messages are signed with; made when it is first needed."""
        return self._shown(caller.account, self._signing(caller.account))

    def rotate(self, caller: Caller) -> Secret:
        """A new one; the one before signs along for OVERLAP seconds."""
        rotated = self._store.rotate(caller.account, self._new_secret(caller.account), OVERLAP)
        log.info("webhook.secret_rotated", account=caller.account)
        return self._shown(caller.account, rotated)

    def reseal(self) -> int:
        """Seal every secret anew under the first of the vault's keys; how many."""
        count = self._store.reseal(self._vault.reseal)
        log.info("webhook.resealed", count=count)
        return count

    def headers(self, account: str, message_id: str, body: bytes) -> dict[str, str]:
        """What goes with a message that is sent now: its id, the time, and a signature by each secret that counts."""
        now = datetime.now(UTC)
        text = body.decode()
        keys = [self._vault.open(account, each.sealed) for each in self._signing(account)]
        return {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(Webhook(key).sign(message_id, now, text) for key in keys),
        }

    def _signing(self, account: str) -> Sequence[HookSecret]:
        return self._store.secrets(account) or self._store.add_secret(account, self._new_secret(account))

    def _new_secret(self, account: str) -> str:
        return self._vault.seal(account, "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())

    def _shown(self, account: str, signing: Sequence[HookSecret]) -> Secret:
        present, *earlier = signing
        previous_until = earlier[0].expires_at if earlier else None
        return Secret(self._vault.open(account, present.sealed), present.created_at, previous_until)


def _found(delivery: Delivery | None) -> Delivery:
    if delivery is None:
        raise NotFound("delivery")
    return delivery
