"""Marks that faces put on their views and blueprints, for what happens around every request."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask

Marked = TypeVar("Marked", bound=Callable[..., Any] | Blueprint)


def mark(marked: Marked, name: str, value: Any) -> Marked:
    """Put a mark on a view, below its route's decorator, or on a whole blueprint."""
    setattr(marked, f"mark_{name}", value)
    return marked


def marks(app: Flask, endpoint: str, name: str) -> list[Any]:
    """The values of a mark on the endpoint's view and on its blueprint, as far as they carry it."""
    bearers = (app.view_functions[endpoint], app.blueprints.get(endpoint.rpartition(".")[0]))
    return [getattr(each, f"mark_{name}") for each in bearers if hasattr(each, f"mark_{name}")]
