"""What can go wrong with one call to a provider."""

import asyncio
import base64
import json
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes import shapes

HUGE = 70 * 1024 * 1024  # bytes: more than any adapter reads


class Fault(StrEnum):
    """Switchable per call: see `FakeProvider.fail`."""

    BUSY = "429"
    BUSY_WAIT = "429 with Retry-After"
    QUOTA = "insufficient_quota"
    WRONG_KEY = "401"
    NO_MODEL = "404"
    BAD_REQUEST = "400"
    MODERATION = "moderation refusal"
    OPAQUE_ONLY = "400 on transparent"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    GATEWAY = "502 with a page"
    REDIRECT = "302"
    RESET = "connection reset"
    HANG = "no answer"
    TRUNCATED = "body cut off"
    MALFORMED = "no JSON"
    WRONG_SHAPE = "JSON of another shape"
    DEEP = "JSON nested beyond reading"
    STRANGE_ERROR = "400 of an unheard-of shape"
    TEXT = "text in place of a picture"
    HUGE_BODY = "a body without end"
    SLOW_BODY = "a body that drips"


REFUSALS = {
    Fault.BUSY: (429, "Rate limit reached.", "rate_limit_exceeded", {}),
    Fault.BUSY_WAIT: (429, "Rate limit reached.", "rate_limit_exceeded", {"Retry-After": "7"}),
    Fault.QUOTA: (429, "You exceeded your current quota.", "insufficient_quota", {}),
    Fault.WRONG_KEY: (401, "Incorrect API key provided: {key}.", "invalid_api_key", {}),
    Fault.NO_MODEL: (404, "The model does not exist, {key}.", "model_not_found", {}),
    Fault.BAD_REQUEST: (400, "Unknown parameter, {key}.", "invalid_request_error", {}),
    Fault.MODERATION: (400, "Rejected by the safety system, {key}.", "moderation_blocked", {}),
    Fault.OPAQUE_ONLY: (400, "Transparent background is not supported.", "invalid_value", {}),
    Fault.SERVER_ERROR: (500, "The server had an error, {key}.", "server_error", {}),
    Fault.UNAVAILABLE: (503, "Overloaded.", "overloaded", {"Retry-After": "3"}),
}


ODD: dict[Fault, dict[str, Any]] = {
    Fault.GATEWAY: {"status": 502, "text": "<h1>Bad gateway</h1>", "content_type": "text/html"},
    Fault.MALFORMED: {"text": '{"data": ['},
    Fault.WRONG_SHAPE: {"text": '{"data": "nothing", "choices": 7, "candidates": "none"}'},
    Fault.DEEP: {"text": "[" * 200_000},
    Fault.STRANGE_ERROR: {
        "status": 400,
        "text": json.dumps(
            {"error": {"message": ["no", "text"], "code": {"a": 1}, "details": 7}, "pad": "x" * 100_000}
        ),
    },
}


async def suffer(fault: Fault, request: web.Request, shape: str, key: str) -> web.StreamResponse:
    """The answer, if it can be called one. Texts quote the key, as careless services do."""
    if fault in REFUSALS:
        status, text, code, headers = REFUSALS[fault]
        body = shapes.error(shape, status, text.replace("{key}", key), code)
        return web.json_response(body, status=status, headers=headers)
    if fault in ODD:
        return web.Response(**{"content_type": "application/json", **ODD[fault]})
    match fault:
        case Fault.REDIRECT:
            return web.Response(status=302, headers={"Location": f"http://{request.host}/elsewhere"})
        case Fault.TEXT:
            return web.json_response(_text_for_a_picture(shape))
        case Fault.RESET:
            _cut(request)
            return web.Response()
        case Fault.HANG:
            await asyncio.sleep(3600)
    return await _long_body(fault, request)


def _text_for_a_picture(shape: str) -> dict[str, Any]:
    words = base64.b64encode(b"I cannot draw, but here is a poem.").decode()
    if shape == "gemini":
        part = {"inlineData": {"mimeType": "image/png", "data": words}}
        return {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}
    image = {"image_url": {"url": f"data:image/png;base64,{words}"}}
    return {"data": [{"b64_json": words}], "choices": [{"message": {"content": "A poem.", "images": [image]}}]}


async def _long_body(fault: Fault, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    if fault is Fault.TRUNCATED:
        response.content_length = 1000
    await response.prepare(request)
    await response.write(b'{"data": [')
    if fault is Fault.TRUNCATED:
        _cut(request)
    elif fault is Fault.HUGE_BODY:
        block = b" " * 1024 * 1024
        for _ in range(HUGE // len(block)):
            await response.write(block)
    else:
        while True:
            await asyncio.sleep(0.1)
            await response.write(b" ")
    return response


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
