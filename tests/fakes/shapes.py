"""What the providers' services answer, each in its own shape."""

import base64
import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><script>1</script><rect width="8" height="8"/></svg>'
USAGE = {
    "input_tokens": 50,
    "output_tokens": 1056,
    "total_tokens": 1106,
    "input_tokens_details": {"text_tokens": 40, "image_tokens": 10},
}


def picture(prompt: str, size: str = "1024x1024", *, transparent: bool = False, file_format: str = "png") -> bytes:
    """A disc in a colour that the prompt decides, on white or on nothing."""
    if file_format == "svg":
        return SVG
    width, height = (int(side) for side in size.split("x"))
    image = Image.new("RGBA", (width, height), (255, 255, 255, 0 if transparent else 255))
    red, green, blue = (part // 2 for part in hashlib.sha256(prompt.encode()).digest()[:3])
    box = (width // 4, height // 4, width * 3 // 4, height * 3 // 4)
    ImageDraw.Draw(image).ellipse(box, fill=(red, green, blue, 255))
    out = BytesIO()
    image.save(out, file_format.upper(), compress_level=1)
    return out.getvalue()


def drawn(body: Mapping[str, Any]) -> bytes:
    """The picture that a request to an images API asks for."""
    size = body.get("size") or "1024x1024"
    transparent = body.get("background") == "transparent"
    return picture(
        body["prompt"],
        "1024x1024" if size == "auto" else size,
        transparent=transparent,
        file_format=body.get("output_format", "png"),
    )


def images(body: Mapping[str, Any]) -> dict[str, Any]:
    """/images/generations and /images/edits."""
    encoded = base64.b64encode(drawn(body)).decode()
    count = int(body.get("n", 1))
    return {"created": 1, "data": [{"b64_json": encoded}] * count, "usage": USAGE}


def image_events(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same, streamed: unfinished pictures, then the finished one."""
    encoded = base64.b64encode(drawn(body)).decode()
    partial = {"type": "image_generation.partial_image", "b64_json": encoded}
    count = int(body.get("partial_images", 0))
    events: list[dict[str, Any]] = [{**partial, "partial_image_index": index} for index in range(count)]
    return [*events, {"type": "image_generation.completed", "b64_json": encoded, "usage": USAGE}]


def chat(body: Mapping[str, Any]) -> dict[str, Any]:
    """/chat/completions: words, and a picture when the modalities ask for one (OpenRouter)."""
    content = body["messages"][-1]["content"]
    text = content if isinstance(content, str) else content[0]["text"]
    message: dict[str, Any] = {"role": "assistant", "content": f"You said: {text}"}
    if "image" in body.get("modalities", ()):
        url = "data:image/png;base64," + base64.b64encode(picture(text)).decode()
        message["images"] = [{"type": "image_url", "image_url": {"url": url}}]
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46},
    }


def gemini(body: Mapping[str, Any]) -> dict[str, Any]:
    """models/...:generateContent: a picture when the modalities ask for one, else words."""
    text = body["contents"][-1]["parts"][0]["text"]
    part: dict[str, Any] = {"text": f"You said: {text}"}
    if "IMAGE" in body.get("generationConfig", {}).get("responseModalities", ()):
        part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture(text)).decode()}}
    return {
        "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 1290, "totalTokenCount": 1302},
        "modelVersion": "gemini",
        "responseId": "gemini-1",
    }


def error(shape: str, status: int, message: str, code: str, param: str | None = None) -> dict[str, Any]:
    """An error answer."""
    if shape == "gemini":
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code.upper()}
        return {"error": {"code": status, "message": message, "status": "FAILED", "details": [reason]}}
    return {"error": {"message": message, "type": code, "code": code, "param": param}}
