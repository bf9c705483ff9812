"""Requests that nobody would think of: every operation of the OpenAPI document, fuzzed by schemathesis.

`make test` sends a few of each, always the same ones; `make fuzz` sends many, each time others.
"""

import os
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import allow_header_conformance, positive_data_acceptance

from tests.conftest import Server
from tools.docs import openapi_document

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "0"))

# What no schema can say: the names that a running service has, and what is behind an address.
KNOWN: Final[dict[str, Any]] = {
    "style": "flat",
    "color_scheme": "pastel",
    "colorScheme": "pastel",
    "provider": "local",
    "fallback": ["local"],
    "platforms": ["favicon"],
    "prompt": "A paper boat on a calm lake",
    "since": "2026-01-31T12:00:00Z",
    "until": "2026-01-31T12:00:00Z",
    "apiKey": "sk-0123456789abcdef",
    "baseUrl": "https://provider.invalid/v1",
    "url": "https://pictures.invalid/boat.png",
    "webhookUrl": "https://hooks.invalid/icons",
    "webhook_url": "https://hooks.invalid/icons",
    # Little to draw: a chat would wait in line behind large pictures.
    "n": 1,
    "numberOfImages": 1,
    "width": 64,
    "height": 64,
}
PATIENCE: Final = 60.0  # seconds for an answer: some wait for what they ask for
# These are possible values of {filename} or {sessionId}, too: OPTIONS names the methods of that address with their own.
# Nothing can be fetched from an address that is made up: 502 is the right answer. And what makes a file a picture is
# beyond a schema.
EXCLUDED: Final = {
    "/api/images": [positive_data_acceptance],
    "/api/images/delete": [allow_header_conformance],
    "/api/images/facets": [allow_header_conformance],
    "/api/images/generate": [allow_header_conformance],
    "/api/images/tags": [allow_header_conformance],
    "/api/v1/chat/new": [allow_header_conformance],
    "/api/images/import": [allow_header_conformance, not_a_server_error],
}
DRAWING: Final = ("/icons/generate", "/icons/generate/batch")

schema = schemathesis.openapi.from_dict(openapi_document())


@schema.auth()
class Key:
    """The caller's credential. Schemathesis leaves it out, or spoils it, to see that it is demanded."""

    value = ""

    def get(self, *_: object) -> str:
        return self.value

    def set(self, case: schemathesis.Case, data: str, _: object) -> None:
        case.headers["X-API-Key"] = data


@pytest.fixture(scope="module", autouse=True)
def _key(server: Server) -> None:
    Key.value = server.studio.key()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES or 5,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_finds_a_fault(case: schemathesis.Case, server: Server) -> None:
    """Each answer is one that the document describes; wrong requests are refused, right ones are not."""
    if case.meta is None or case.meta.generation.mode.is_positive:
        # Only where it differs: schemathesis judges anew what is put in, and takes the bytes of a file for a mistake.
        if isinstance(case.body, dict) and (body := fitting(case.path, case.body)) != case.body:
            case.body = body
        if case.query and (query := fitting(case.path, case.query)) != case.query:
            case.query = query
    excluded = EXCLUDED.get(case.path, [])
    case.call_and_validate(base_url=server.url, timeout=PATIENCE, excluded_checks=excluded)


def fitting(path: str, values: dict[str, Any]) -> dict[str, Any]:
    """What the schema allows, made to fit this house, too: names that exist, no category twice, little to draw."""
    inner = {name: _within(path, value) for name, value in values.items()}
    fit = {**inner, **{name: known for name, known in KNOWN.items() if values.get(name) is not None}}
    if path.endswith(DRAWING):
        fit["size"] = 32
    elif isinstance(fit.get("size"), str):
        fit["size"] = "64x64"
    if path.endswith("/profiles"):  # the local provider takes neither
        fit = {name: value for name, value in fit.items() if name not in ("apiKey", "baseUrl")}
    if "categories" in fit:
        fit["categories"] = list({each.strip().casefold(): each for each in fit["categories"]}.values())[:3]
        fit["custom_elements"] = []
        fit["variations_per_category"] = 2
    return fit


def _within(path: str, value: Any) -> Any:
    """The same for what is inside."""
    if isinstance(value, list):
        return [_within(path, each) for each in value]
    return fitting(path, value) if isinstance(value, dict) else value
