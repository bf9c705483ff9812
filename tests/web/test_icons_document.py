"""The OpenAPI document and the page that shows it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Studio

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(house: Studio) -> dict[str, Any]:
    """As it is served to anybody."""
    return house.client(anonymous=True).get("/api/openapi.json").json


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield f"{method} {path}", item[method]


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    """The version that tools understand, and both ways to authenticate."""
    assert document["openapi"] == "3.1.0"
    assert {name for each in document["security"] for name in each} == set(document["components"]["securitySchemes"])


def test_every_api_address_is_in_it(house: Studio, document: dict[str, Any]) -> None:
    """What the application answers under /api, the document describes, but for itself."""
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in house.web.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert served - set(document["paths"]) == {"/api/openapi.json"}


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    """Summary, tag, id of its own, and what it answers."""
    found = dict(operations(document))
    for name, operation in found.items():
        assert operation["summary"], name
        assert operation["tags"], name
        assert "<br" not in operation.get("description", ""), name
        assert {"default"} < set(operation["responses"]), name
    assert len({operation["operationId"] for operation in found.values()}) == len(found)


def test_errors_and_security_follow_from_the_view(document: dict[str, Any]) -> None:
    """A closed view answers 401, one with a body 400, 413 and 415, one about a thing 404."""
    found = dict(operations(document))
    closed = {name for name, operation in found.items() if operation.get("security") != []}
    assert "post /api/auth/login" not in closed
    assert "post /api/icons/generate" in closed
    assert all("401" in found[name]["responses"] for name in closed)
    assert {"400", "413", "415"} < set(found["post /api/icons/generate"]["responses"])
    assert "404" in found["get /api/icons/jobs/{job_id}"]["responses"]
    shared = found["post /api/icons/generate"]["responses"]["400"]["$ref"].rpartition("/")[2]
    error = document["components"]["responses"][shared]["content"]["application/json"]["schema"]
    assert error == {"$ref": "#/components/schemas/Error"}


def test_bodies_are_required_where_a_field_of_theirs_is(document: dict[str, Any]) -> None:
    """Clearing the cache needs no body, drawing does."""
    found = dict(operations(document))
    assert found["post /api/icons/generate"]["requestBody"]["required"] is True
    assert found["post /api/images/generate"]["requestBody"]["required"] is True  # in each of its forms
    assert found["post /api/icons/cache/clear"]["requestBody"]["required"] is False


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No schema is named that is not there."""
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names
    assert names <= set(document["components"]["schemas"])


def test_the_page_needs_nothing_from_elsewhere(house: Studio) -> None:
    """All that it loads comes from this server, and its policy forbids the rest."""
    client = house.client(anonymous=True)
    page = client.get("/api-docs")
    assert client.get("/api-docs/").status_code in (200, 308)
    assert "//" not in re.sub(r"<!--.*?-->", "", page.text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for address in loaded:
        assert client.get(address).status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "validatorUrl: null" in client.get("/api-docs/start.js").text
    assert client.get("/api-docs/../__init__.py").status_code == 404
