"""The reference page of all error codes, found in the code itself."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from icons.domain import errors
from icons.domain.errors import NotFound, StudioError
from tools.routes import table

ABOUT = """
Every error has the same body: `{"error", "message", "code", "timestamp", "correlationId", "metadata"}`. `message` says
what to do about it; `metadata.fields` names each wrong field; `retryAfter`, and the header `Retry-After`, say in how
many seconds another try makes sense.
"""


def text(code: Path) -> str:
    """A table of the kinds of errors, and one of the codes that single out a case of them."""
    kinds = [
        (f"`{kind.code}`", str(kind.status), _first_line(kind))
        for kind in _family(StudioError)
        if kind.__module__ == errors.__name__ and "code" in vars(kind)
    ]
    cases: dict[str, tuple[type[StudioError], str]] = {}
    for file in sorted(code.rglob("*.py")):
        for name, kind, message in _cases(ast.parse(file.read_text("utf-8"))):
            cases.setdefault(name, (kind, message))
    special = [(f"`{name}`", str(kind.status), message) for name, (kind, message) in sorted(cases.items())]
    head = ("code", "status", "what it means")
    return "\n\n".join([table(head, kinds), "Special cases:", table(head, special)])


def _cases(tree: ast.AST) -> Iterator[tuple[str, type[StudioError], str]]:
    """(code, kind, message) wherever an error of the tree is made with a code of its own."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        kind = NotFound if node.func.id == "_found" else getattr(errors, node.func.id, None)
        if kind is NotFound:
            yield from ((error.code, NotFound, error.message) for error in map(NotFound, _texts(node.args)))
        elif isinstance(kind, type) and issubclass(kind, StudioError):
            parts = [part for keyword in node.keywords if keyword.arg == "code" for part in ast.walk(keyword.value)]
            codes = {code for code in _texts(parts) if code.isupper() and code != kind.code}
            yield from ((code, kind, _words(node.args[0])) for code in codes)


def _texts(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Those of the nodes that are written out."""
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _words(message: ast.expr) -> str:
    """A message as it is written, with … for what is filled in."""
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)


def _family(kind: type[StudioError]) -> Iterator[type[StudioError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def _first_line(kind: type[StudioError]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0].replace("``", "`")
