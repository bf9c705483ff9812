"""One error body for everything that goes wrong, and for every bad input a clear one."""

import json
from datetime import datetime
from typing import Any

import pytest
import structlog

from icons.domain.errors import ProviderFailed, RateLimited, StudioError, Unavailable
from icons.domain.requests import MAX_BATCH_ICONS
from icons.web import errors
from tests.conftest import Studio

FIELDS = {"error", "message", "code", "timestamp", "correlationId", "metadata"}
GENERATE, BATCH = "/api/icons/generate", "/api/icons/generate/batch"


@pytest.fixture(scope="module")
def client(house: Studio):
    return house.client()


def checked(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer's body, once it is what the contract says."""
    assert answer.status_code == status, answer.text
    body = answer.json
    assert set(body) >= FIELDS
    assert (body["code"], body["correlationId"]) == (code, answer.headers["X-Correlation-ID"])
    assert body["message"]
    assert body["timestamp"].endswith("Z")
    datetime.fromisoformat(body["timestamp"])
    return body


WRONG_FIELDS: list[tuple[str, dict[str, Any], str]] = [
    (GENERATE, {}, "category"),
    (GENERATE, {"category": None}, "category"),
    (GENERATE, {"category": 7}, "category"),
    (GENERATE, {"category": ""}, "category"),
    (GENERATE, {"category": "   "}, "category"),
    (GENERATE, {"category": "\u200b"}, "category"),
    (GENERATE, {"category": "x" * 201}, "category"),
    (GENERATE, {"category": "a\x00b"}, "category"),
    (GENERATE, {"category": "a\nb"}, "category"),
    (GENERATE, {"category": "a\ud800b"}, "category"),
    (GENERATE, {"category": "tools", "style": "no such style"}, "style"),
    (GENERATE, {"category": "tools", "color_scheme": "no such scheme"}, "color_scheme"),
    (GENERATE, {"category": "tools", "size": "512"}, "size"),
    (GENERATE, {"category": "tools", "size": True}, "size"),
    (GENERATE, {"category": "tools", "size": 512.5}, "size"),
    (GENERATE, {"category": "tools", "size": 15}, "size"),
    (GENERATE, {"category": "tools", "size": 2049}, "size"),
    (GENERATE, {"category": "tools", "size": 10**400}, "size"),
    (GENERATE, {"category": "tools", "seed": -1}, "seed"),
    (GENERATE, {"category": "tools", "seed": 2**63}, "seed"),
    (GENERATE, {"category": "tools", "format": "gif"}, "format"),
    (GENERATE, {"category": "tools", "background": "sky"}, "background"),
    (GENERATE, {"category": "tools", "variations": 11}, "variations"),
    (GENERATE, {"category": "tools", "provider": "nobody"}, "provider"),
    (GENERATE, {"category": "tools", "brand_colors": ["#zzzzzz"]}, "brand_colors.0"),
    (GENERATE, {"category": "tools", "brand_colors": ["#fff"] * 7}, "brand_colors"),
    (GENERATE, {"category": "tools", "custom_elements": "pen"}, "custom_elements"),
    (GENERATE, {"category": "tools", "custom_elements": ["pen"] * 9}, "custom_elements"),
    (GENERATE, {"category": "tools", "custom_elements": ["pen", ""]}, "custom_elements.1"),
    (GENERATE, {"category": "tools", "custom_elements": ["x" * 61]}, "custom_elements.0"),
    (GENERATE, {"category": "tools", "user_id": "x" * 256}, "user_id"),
    (GENERATE, {"category": "tools", "callback": "https://example.com"}, "callback"),
    (BATCH, {}, "categories"),
    (BATCH, {"categories": "tools"}, "categories"),
    (BATCH, {"categories": []}, "categories"),
    (BATCH, {"categories": ["tools", 7]}, "categories.1"),
    (BATCH, {"categories": ["tools", " Tools "]}, "categories"),
    (BATCH, {"categories": [f"c{n}" for n in range(MAX_BATCH_ICONS + 1)]}, "categories"),
    (BATCH, {"categories": [f"c{n}" for n in range(501)], "variations_per_category": 2}, "categories"),
    (BATCH, {"categories": ["tools"], "variations_per_category": 0}, "variations_per_category"),
    (BATCH, {"categories": ["tools"], "concurrency": 0}, "concurrency"),
    (BATCH, {"categories": ["tools"], "custom_elements": "pen"}, "custom_elements"),
    (BATCH, {"categories": ["tools"], "custom_elements": ["pen", 7]}, "custom_elements.1"),
    (BATCH, {"categories": ["tools"], "custom_elements": {"tools": "pen"}}, "custom_elements.tools"),
    (BATCH, {"categories": ["tools"], "custom_elements": {"tools": [7]}}, "custom_elements.tools.0"),
    (BATCH, {"categories": ["tools"], "custom_elements": {"electronics": ["chip"]}}, "custom_elements"),
    ("/api/icons/cache/clear", {"all": "yes"}, "all"),
    ("/api/icons/cache/clear", {"everything": True}, "everything"),
    ("/api/auth/keys", {}, "name"),
    ("/api/auth/keys", {"name": "ci", "expires_in_days": 0}, "expires_in_days"),
    ("/api/auth/login", {"username": "ada"}, "password"),
]


@pytest.mark.parametrize(("address", "body", "field"), WRONG_FIELDS, ids=lambda value: str(value)[:60])
def test_a_wrong_field_is_named(client, address: str, body: dict[str, Any], field: str) -> None:
    """400, and metadata.fields says which field is wrong and how."""
    answer = checked(client.post(address, json=body), 400, "INVALID_REQUEST")
    assert list(answer["metadata"]["fields"]) == [field]
    assert answer["metadata"]["fields"][field]


WRONG_BODIES: list[tuple[bytes, str, int, str]] = [
    (b"{", "application/json", 400, "INVALID_REQUEST"),
    (b"", "application/json", 400, "INVALID_REQUEST"),
    (b"[]", "application/json", 400, "INVALID_REQUEST"),
    (b"null", "application/json", 400, "INVALID_REQUEST"),
    (b'"{\\"category\\": \\"tools\\"}"', "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": "\xff\xfe"}', "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": "tools", "size": NaN}', "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": "tools", "size": -Infinity}', "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": "tools", "size": 1e999}', "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": "tools", "size": ' + b"9" * 5000 + b"}", "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json", 400, "INVALID_REQUEST"),
    (b'{"category": "tools"}', "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
    (b"category=tools", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
    (b'{"category": "' + b"x" * (3 * 1024 * 1024) + b'"}', "application/json", 413, "TOO_LARGE"),
]


@pytest.mark.parametrize(("data", "kind", "status", "code"), WRONG_BODIES, ids=lambda value: str(value)[:40])
def test_a_body_that_is_no_json_object_is_refused(client, data: bytes, kind: str, status: int, code: str) -> None:
    """Broken, hostile, mislabelled and oversized bodies each get their own clear answer."""
    checked(client.post(GENERATE, data=data, content_type=kind), status, code)


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/api/icons/batches?limit=0", "limit"),
        ("/api/icons/batches?limit=ten", "limit"),
        ("/api/icons/cached?page=0", "page"),
        ("/api/icons/cached?page=99999999999999999999", "page"),
        ("/api/icons/cached?per_page=101", "per_page"),
        ("/api/icons/cached?style=no-such-style", "style"),
        ("/api/icons/cached?category=a%00b", "category"),
        ("/api/icons/categories/suggestions?limit=1001", "limit"),
        ("/api/icons/categories/suggestions?q=" + "x" * 201, "q"),
    ],
)
def test_a_wrong_parameter_is_named(client, address: str, field: str) -> None:
    """Parameters of an address are checked like fields of a body."""
    answer = checked(client.get(address), 400, "INVALID_REQUEST")
    assert list(answer["metadata"]["fields"]) == [field]


def test_values_are_not_echoed(client) -> None:
    """What somebody sends by mistake, a secret perhaps, does not come back."""
    body = {"category": 7, "size": "hunter2-secret", "brand_colors": ["hunter2-secret"], "style": ["hunter2-secret"]}
    answer = client.post(GENERATE, json=body)
    assert set(answer.json["metadata"]["fields"]) == {"category", "size", "brand_colors.0", "style"}
    assert "hunter2" not in answer.text


def test_an_answer_names_a_bounded_number_of_fields(client) -> None:
    """A thousand mistakes do not make a megabyte of answer."""
    answer = client.post(GENERATE, json={"category": "tools"} | {f"{'x' * 300}{n}": n for n in range(1000)})
    assert answer.status_code == 400
    assert len(answer.data) < 10_000


@pytest.mark.parametrize("address", ["/nowhere", "/api/icons/nothing", "/api/icons/batch/a%00b/status"])
def test_an_unknown_address_is_404(client, address: str) -> None:
    """With the same body as every other error."""
    checked(client.get(address), 404, "NOT_FOUND")


def test_a_wrong_method_names_the_right_ones(client) -> None:
    """405 with Allow."""
    answer = client.delete(GENERATE)
    checked(answer, 405, "METHOD_NOT_ALLOWED")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("order-42_a.b", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("", False), ("ü", False)],
)
def test_a_correlation_id_is_taken_if_it_is_one(client, sent: str, taken: bool) -> None:
    """Anything that could confuse a log is replaced by an id of our own."""
    answer = client.get("/api/icons/styles", headers={"X-Correlation-ID": sent.encode().decode("latin-1")})
    assert (answer.headers["X-Correlation-ID"] == sent) is taken
    assert answer.headers["X-Correlation-ID"]


def test_every_answer_has_the_security_headers(client) -> None:
    """Errors included."""
    for address in ("/api/icons/styles", "/nowhere", "/api-docs"):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src ")
    assert client.get("/api/icons/styles").headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_what_nobody_foresaw_tells_nothing_of_the_inside(new_studio) -> None:
    """A crash is a 500 with a correlation id, without a trace, path or secret; a full house says when to come back."""
    studio = new_studio(work=False)

    def crash() -> None:
        raise RuntimeError(f"secret {studio.settings.storage_dir}")

    def full() -> None:
        raise RateLimited("Too many requests; wait a moment.", retry_after=1.2)

    studio.web.app.add_url_rule("/crash", view_func=crash)
    studio.web.app.add_url_rule("/full", view_func=full)
    client = studio.client()
    answer = client.get("/crash")
    checked(answer, 500, "INTERNAL_ERROR")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert str(studio.settings.storage_dir) not in answer.text
    answer = client.get("/full")
    assert checked(answer, 429, "RATE_LIMIT_EXCEEDED")["retryAfter"] == 2
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("PROVIDER_FAILED", 502),
        ("PROVIDER_REFUSED", 502),
        ("PROVIDER_TIMEOUT", 504),
        ("NO_CAPACITY", 503),
        ("INTERNAL_ERROR", 500),
        ("CONTENT_POLICY", 502),
    ],
)
def test_a_job_s_failure_keeps_its_code_and_gets_its_status(code: str, status: int) -> None:
    """Who waits for an icon hears the same as who reads the job, with the status that fits."""
    told = {"code": code, "message": "It said no.", "attempts": 3, "final": True}
    error = errors.job_failure(told, category="tools", attempts=3, job_id="7")
    assert (error.status, error.code, error.message) == (status, code, "It said no.")
    assert json.dumps(error.metadata) == '{"category": "tools", "attempts": 3, "job_id": "7"}'


@pytest.mark.parametrize(
    ("error", "level"), [(Unavailable("The house is full."), "warning"), (ProviderFailed("No answer."), "error")]
)
def test_a_full_house_is_no_error_of_its_own(house: Studio, error: StudioError, level: str) -> None:
    """Strangers could fill the log with such lines; what has failed is one."""
    with house.web.app.test_request_context("/"), structlog.testing.capture_logs() as lines:
        errors.answer(error)
    assert [(line["event"], line["log_level"]) for line in lines] == [("http.failed", level)]
