"""What fuzzers do not find: lone surrogates, numbers beyond every column, bodies nested without end."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from icons.web.examples import example
from tests.conftest import Studio
from tools.docs import openapi_document

DOCUMENT: Final = openapi_document()
SCHEMAS: Final = DOCUMENT["components"]["schemas"]
ENDLESS: Final = 100_000  # levels

Place = tuple[str | int, ...]

TEXTS: Final = {
    "a lone surrogate": "a\ud800b",
    "a NUL": "a\0b",
    "an end of line": "a\nb",
    "a megabyte": "x" * 1_000_000,
}
NUMBERS: Final = {"beyond int64": 2**63, "below int64": -(2**63) - 1, "beyond a double": 10**400, "a fraction": 0.5}
BODIES: Final = {
    "arrays without end": b"[" * ENDLESS,
    "closed arrays": b"[" * ENDLESS + b"]" * ENDLESS,
    "objects without end": b'{"a":' * ENDLESS,
    "closed objects": b'{"a":' * ENDLESS + b"1" + b"}" * ENDLESS,
    "half a surrogate pair": b'{"category": "\\ud800", "\\udfff": 1}',
    "no UTF-8": b'{"category": "\xed\xa0\x80"}',
    "a number of 5,000 digits": b'{"size": ' + b"7" * 5000 + b"}",
    "a key of a megabyte": b'{"' + b"k" * 1_000_000 + b'": 1}',
    "the same key twice": b'{"category": "a", "category": ["b"]}',
}


def operations(*, with_body: bool) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of those that take a JSON body, or of all."""
    return [
        (method, path, operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if not with_body or "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


def address(path: str, part: str = "nothing") -> str:
    """A path with all its parameters replaced."""
    return re.sub(r"{\w+}", part, path)


def query_of(operation: dict[str, Any]) -> list[str]:
    """Names of what may stand in its query."""
    return [each["name"] for each in operation.get("parameters", ()) if each.get("in") == "query"]


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every text and number of a body, with the way to it."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*place, key))
    else:
        yield place, value


def changed(body: Any, place: Place, value: Any) -> Any:
    """The body with another value at that place."""
    if not place:
        return value
    copy = body.copy()
    copy[place[0]] = changed(body[place[0]], place[1:], value)
    return copy


def refused(answer: TestResponse) -> None:
    """An error of the contract that blames the caller."""
    assert 400 <= answer.status_code < 500, answer.text[:500]
    assert {"error", "message", "code", "correlationId"} <= set(answer.json)


@pytest.fixture(scope="module")
def client(house: Studio):
    return house.client()


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in operations(with_body=True)],
)
def test_no_field_takes_what_cannot_be_kept(client, method: str, path: str, operation: dict[str, Any]) -> None:
    """Each text and each number of each body in turn becomes one that no database takes: never a crash."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    body = example(schema, SCHEMAS)
    for place, value in leaves(body):
        odd = TEXTS if isinstance(value, str) else NUMBERS if isinstance(value, int | float) else {}
        for name, each in odd.items():
            answer = client.open(address(path), method=method, json=changed(body, place, each))
            assert answer.status_code < 500, (place, name, answer.text)
            if name == "a lone surrogate" and "password" not in place:
                refused(answer)


@pytest.mark.parametrize("odd", BODIES)
def test_no_body_is_too_odd(client, odd: str) -> None:
    """Every address that reads a body refuses it in words."""
    for method, path, _ in operations(with_body=True):
        refused(client.open(address(path), method=method, data=BODIES[odd], content_type="application/json"))


@pytest.mark.parametrize("odd", ["%00", "%ed%a0%80", "%ff", "..%2f..%2fetc%2fpasswd", "x" * 5000, "%0d%0aX: 1", "😀"])
def test_no_address_is_too_odd(client, odd: str) -> None:
    """As a part of the path and as each parameter of the query."""
    for method, path, operation in operations(with_body=False):
        assert client.open(address(path, odd), method=method).status_code < 500, path
        for name in query_of(operation):
            asked = f"{address(path)}?{name}={odd}"
            assert client.open(asked, method=method).status_code < 500, asked


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**63) - 1, 10**40, "1e400", "NaN", "٣"])
def test_no_number_is_too_large(client, number: object) -> None:
    """In each parameter of each query."""
    for method, path, operation in operations(with_body=False):
        for name in query_of(operation):
            asked = f"{address(path)}?{name}={number}"
            assert client.open(asked, method=method).status_code < 500, asked


@pytest.mark.parametrize(
    "header", ["Prefer", "Idempotency-Key", "X-Correlation-ID", "If-None-Match", "Range", "Accept"]
)
@pytest.mark.parametrize("odd", ["\xff", "wait=" + "9" * 400, "x" * 9000, "bytes=9-1,5-", ";;,,==", '"'])
def test_no_header_is_too_odd(client, header: str, odd: str) -> None:
    """On a request that reads it or not."""
    body = json.dumps({"category": "tools", "size": 16}).encode()
    headers = {header: odd, "Content-Type": "application/json"}
    assert client.post("/api/icons/generate", data=body, headers=headers).status_code < 500
    assert client.get("/api/icons/styles", headers=headers).status_code < 500
    assert client.get("/api/images/nothing.png", headers=headers).status_code < 500
