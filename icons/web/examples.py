"""Examples for the OpenAPI document, made from the schemas, so that none can go stale."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = Mapping[str, Any]

_MOMENT: Final = "2026-01-31T12:00:00.000Z"
_ID: Final = "5f8e6a52-93c4-4f7e-9b61-0d3c1a2b4e5f"
_URL: Final = f"/api/images/{_ID}.png?expires=1769864400&signature=0f3a9c"

_BY_NAME: Final[Mapping[str, Any]] = {
    "category": "office supplies",
    "categories": ["electronics", "tools"],
    "style": "modern",
    "color_scheme": "brand_colors",
    "brand_colors": ["#4F46E5", "#06B6D4"],
    "custom_elements": ["pen", "stapler"],
    "prompt": "A paper boat on a calm lake",
    "username": "ada",
    "password": "correct horse battery staple",
    "name": "my laptop",
    "size": 512,
    "width": 512,
    "height": 512,
    "bytes": 18423,
    "progress": 100,
    "attempts": 1,
    "count": 1,
    "total": 1,
    "expires_in": 3600,
    "filename": f"{_ID}.png",
    "local_path": f"files/ab/{_ID}.png",
    "generation_time": 0.21,
    "provider": "local",
    "model": "local/1",
    "hint": "x3fQ",
    "title": "Modern",
    "group": "office",
    "message": "Done.",
    "status": "completed",
    "format": "png",
    "background": "auto",
    "stage": "completed",
    "failed": 0,
    "cancelled": 0,
    "unfinished": 0,
    "variation": 0,
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
    "refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
    "status_url": f"/api/icons/batch/{_ID}/status",
    "result_url": f"/api/icons/batch/{_ID}/result",
    "cancel_url": f"/api/icons/batch/{_ID}/cancel",
}
_BY_ENDING: Final = (
    ("_at", _MOMENT),
    ("At", _MOMENT),
    ("timestamp", _MOMENT),
    ("id", _ID),
    ("Id", _ID),
    ("url", _URL),
    ("Url", _URL),
)


def example(schema: Schema, schemas: Mapping[str, Schema], *, whole: bool = True, name: str = "") -> Any:
    """A value that the schema accepts. ``whole``: with every property, as in an answer; else what a caller must send.

    ``schemas`` are the document's components; ``name`` is the property's.
    """
    nullable = {"type": "null"} in schema.get("anyOf", ())
    schema = _resolved(schema, schemas)
    if nullable and name not in _BY_NAME and schema.get("type") not in ("object", "array"):
        return None
    given = [schema["const"]] if "const" in schema else [*schema.get("examples", ()), *schema.get("enum", ())]
    if given:
        return _BY_NAME[name] if _BY_NAME.get(name) in given else given[0]
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, whole)
        case "array":
            return _array(schema, schemas, whole, name)
        case "integer" | "number":
            return _number(schema, name)
        case "string":
            return _text(schema, name)
        case "boolean":
            return bool(schema.get("default", True))
        case _:
            return {}


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """Follow references, and the first of several shapes that is not null."""
    while True:
        if reference := schema.get("$ref"):
            schema = schemas[reference.rpartition("/")[2]]
        elif shapes := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            schema = next((each for each in shapes if each.get("type") != "null"), shapes[0])
        else:
            return schema


def _object(schema: Schema, schemas: Mapping[str, Schema], whole: bool) -> dict[str, Any]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ())
    wanted = [each for each in properties if whole or each in required or (each in _BY_NAME and not required)]
    return {each: example(properties[each], schemas, whole=whole, name=each) for each in wanted}


def _array(schema: Schema, schemas: Mapping[str, Schema], whole: bool, name: str) -> Sequence[Any]:
    items = schema.get("items", {})
    if items.get("type") == "string" and isinstance(_BY_NAME.get(name), list):
        return list(_BY_NAME[name])
    return [example(items, schemas, whole=whole, name=name.removesuffix("s"))]


def _number(schema: Schema, name: str) -> float:
    value: float = next((each for each in (_BY_NAME.get(name), schema.get("default")) if each is not None), 1)
    least: float = schema.get("minimum", value)
    most: float = schema.get("maximum", value)
    return min(max(value, least), most)


def _text(schema: Schema, name: str) -> str:
    endings = (value for ending, value in _BY_ENDING if name.endswith(ending))
    value = _BY_NAME.get(name) or schema.get("default") or next(endings, None)
    return value[: schema.get("maxLength")] if isinstance(value, str) else "text"
