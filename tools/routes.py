"""The reference page of all addresses, made from the OpenAPI document."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Document = dict[str, Any]

ABOUT = """
Everything the service answers over HTTP, from the same document as `/api-docs`. Unless an address says otherwise, it
demands `Authorization: Bearer <token or key>` or `X-API-Key: <key>`. Every answer carries `X-Correlation-ID`, under a
limit also `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset`. [errors.md](errors.md) lists what can
go wrong, [settings.md](settings.md) the limits themselves (`LIMIT_...`).
"""


def text(document: Document) -> str:
    """A section for each tag."""
    sections = (_section(document, tag) for tag in document["tags"])
    return "\n\n".join(sections)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def _section(document: Document, tag: Document) -> str:
    operations = [
        _operation(document, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    ]
    return "\n\n".join([f"## {tag.get('description') or tag['name']}", *operations])


def _operation(document: Document, method: str, path: str, operation: Document) -> str:
    summary = operation["summary"] if operation["summary"].endswith("?") else operation["summary"] + "."
    parts = [f"### {method.upper()} {path}", summary, operation.get("description", "")]
    parts += ["  \n".join(_facts(operation))]
    if rows := [*_parameters(operation), *_fields(document, operation)]:
        parts.append(table(("name", "in", "type", "what it is"), rows))
    parts.append("Answers: " + ", ".join(_answers(operation)) + ".")
    return "\n\n".join(part for part in parts if part)


def _facts(operation: Document) -> Iterator[str]:
    shared = {each["$ref"].rpartition("/")[2] for each in operation["parameters"] if "$ref" in each}
    if operation.get("security") == []:
        yield "Open to all."
    if limits := operation.get("x-rate-limits"):
        yield "Limits: " + ", ".join(f"`{each}`" for each in limits) + "."
    if heeded := sorted(shared - {"X-Correlation-ID"}):
        yield "Heeds " + " and ".join(f"`{each}`" for each in heeded) + "."


def _parameters(operation: Document) -> Iterator[Sequence[str]]:
    for each in operation["parameters"]:
        if "$ref" not in each:
            schema = each.get("schema", {})
            yield f"`{each['name']}`", each["in"], _type(schema), _what(schema, each.get("description", ""))


def _fields(document: Document, operation: Document) -> Iterator[Sequence[str]]:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        schema = document["components"]["schemas"].get(name, media["schema"])
        for field, each in schema.get("properties", {}).items():
            place = "body, required" if field in schema.get("required", ()) else "body"
            yield f"`{field}`", place, _type(each), _what(each, each.get("description", ""))


def _type(schema: Document) -> str:
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if shapes := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return " or ".join(_type(each) for each in shapes)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    least, most = schema.get("minimum"), schema.get("maximum")
    bounds = f" {least:g} to {most:g}" if least is not None and most is not None else ""
    return f"{schema.get('type', 'any')}{bounds}"


def _what(schema: Document, description: str) -> str:
    default = schema.get("default")
    told = "" if default in (None, "", [], {}) else f" Default: `{default}`."
    return (description.rstrip(".") + "." if description else "").replace("|", "\\|") + told


def _answers(operation: Document) -> Iterator[str]:
    for status, answer in operation["responses"].items():
        if status != "default":
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            yield f"{status} {name}".strip() if "$ref" not in answer else status
