"""The OpenAPI document says of every operation what a caller needs, and nothing in it is wrong."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from icons.web import openapi
from tests.conftest import Studio

METHODS = {"get", "post", "put", "patch", "delete"}
OUTSIDE = re.compile(rb"""(?:src|href)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//|@import|fetch\(["']https?://""")


@pytest.fixture(scope="module")
def document(house: Studio) -> dict[str, Any]:
    return house.client(anonymous=True).get("/api/openapi.json").json


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Operations by "METHOD /path"."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def media(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is sent and answered as JSON, errors included."""
    sent = operation.get("requestBody", {}).get("content", {})
    yield from sent.values()
    for answer in operation["responses"].values():
        known = document["components"]["responses"].get(answer.get("$ref", "").rpartition("/")[2], answer)
        if "application/json" in known.get("content", {}):
            yield known["content"]["application/json"]


def parameters(operation: dict[str, Any]) -> set[str]:
    """Names of the parameters that operations share."""
    return {each["$ref"].rpartition("/")[2] for each in operation.get("parameters", ()) if "$ref" in each}


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    """Every schema in it is a valid JSON schema, every reference leads somewhere."""
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    for reference in set(re.findall(r'"\$ref": ?"#/([^"]+)"', str(document).replace("'", '"'))):
        place: Any = document
        for step in reference.split("/"):
            place = place[step]


def test_every_operation_says_what_it_is(document: dict[str, Any], operations: dict[str, Any]) -> None:
    """A summary, a tag that is explained, and an id that no other has."""
    explained = {tag["name"] for tag in document["tags"] if tag.get("description")}
    for name, operation in operations.items():
        assert operation["summary"], name
        assert set(operation["tags"]) <= explained, name
        assert operation["tags"], name
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9_]+", each) for each in ids)


def test_every_model_has_a_name_of_its_own(house: Studio) -> None:
    """The document names schemas after models: of two that share a name it would describe one."""
    models, found = set[type[BaseModel]](), [BaseModel]
    while found:
        models |= {*(derived := found.pop().__subclasses__())}
        found += derived
    names = Counter(model.__name__ for model in models if model.__module__.startswith("icons.web"))
    assert {"GenerateBody", "DrawImagesBody"} <= names.keys()
    assert not {name for name, count in names.items() if count > 1}


def test_operation_ids_are_stable(operations: dict[str, Any]) -> None:
    """Generated clients are named after them: they change with the view's name alone, not with its address."""
    assert operations["POST /api/icons/generate"]["operationId"] == "icons_generate"
    assert operations["POST /api/icons/generate/batch"]["operationId"] == "batches_generate_batch"
    assert operations["GET /api/images/{filename}"]["operationId"] == "images_show"


def test_every_address_is_described(house: Studio, document: dict[str, Any]) -> None:
    """What the application answers and a caller may use is in the document."""
    hidden = {"docs", "dashboard", "v1_chat_short", "v1_images_short"}  # the last two: described without _short
    for rule in house.web.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] not in hidden:
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
            assert {method.lower() for method in rule.methods} & METHODS <= set(document["paths"][path]), path


def test_examples_fit_their_schemas(document: dict[str, Any], operations: dict[str, Any]) -> None:
    """Each request and each answer in JSON has one, and the schema accepts it."""
    seen = 0
    for name, operation in operations.items():
        for each in media(document, operation):
            schema = {**each["schema"], "components": document["components"]}
            problems = [
                error.message for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(each["example"])
            ]
            assert not problems, (name, problems)
            seen += 1
    assert seen > 100


def test_an_example_request_is_answered(house: Studio, operations: dict[str, Any]) -> None:
    """What the document shows works when it is sent."""
    client = house.client()
    for address in ("/api/icons/generate/batch", "/api/icons/cache/clear", "/api/auth/keys"):
        body = operations[f"POST {address}"]["requestBody"]["content"]["application/json"]["example"]
        assert client.post(address, json=body).status_code < 300


def test_common_headers_are_described(operations: dict[str, Any]) -> None:
    """X-Correlation-ID everywhere; Idempotency-Key and Prefer exactly where they count."""
    assert all("X-Correlation-ID" in parameters(operation) for operation in operations.values())
    generate, clear, keys = (
        parameters(operations[f"POST {address}"])
        for address in ("/api/icons/generate", "/api/icons/cache/clear", "/api/auth/keys")
    )
    assert {"Idempotency-Key", "Prefer"} <= generate
    assert clear & {"Idempotency-Key", "Prefer"} == {"Idempotency-Key"}
    assert not keys & {"Idempotency-Key", "Prefer"}


def test_refusals_are_described_where_they_may_come(document: dict[str, Any], operations: dict[str, Any]) -> None:
    """401 where a caller is demanded, 409 where a key may be taken, 429 with its headers under every limit."""
    for name, operation in operations.items():
        answers = set(operation["responses"])
        assert "default" in answers, name
        assert operation.get("security") == [] or "401" in answers, name
        assert ("429" in answers) == ("x-rate-limits" in operation), name
        assert ("Idempotency-Key" in parameters(operation)) <= ("409" in answers), name
    refused = document["components"]["responses"]["Error429"]["headers"]
    assert {"Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(refused)
    assert operations["GET /health"].get("x-rate-limits") is None
    assert operations["GET /health"]["security"] == []


def test_answers_carry_the_described_headers(
    house: Studio, document: dict[str, Any], operations: dict[str, Any]
) -> None:
    """What is described as sent with every answer is sent."""
    answer = house.client().get("/api/icons/styles")
    described = operations["GET /api/icons/styles"]["responses"]["200"]["headers"]
    assert set(described) <= set(answer.headers.keys())


def test_the_page_asks_nobody_outside(house: Studio) -> None:
    """All that the page loads lies here: its files name no other host to load from, and its policy allows none."""
    client = house.client(anonymous=True)
    page = client.get("/api-docs")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) >= 3
    for address in loaded:
        assert address.startswith("/api-docs/"), address
        assert client.get(address).status_code == 200
    for file in [*openapi._PAGE.iterdir(), *Path(openapi._ASSETS).rglob("*.css"), *openapi._ASSETS.rglob("*.html")]:
        if file.name in page.text or file.parent == openapi._PAGE:
            assert not OUTSIDE.search(file.read_bytes()), file.name
