"""The catalogue of models, read from the file beside this one."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from icons.domain.models import Catalogue, ChatModel, FreeSize, Model, Prices, Size, Transparency


@cache
def load_catalogue() -> Catalogue:
    """The built-in catalogue, read once."""
    text = resources.files(__package__).joinpath("catalogue.toml").read_text("utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    rules = {name: _free_size(rule) for name, rule in data["rules"].items()}
    return Catalogue(
        models=tuple(_model(entry, rules) for entry in data["models"]),
        defaults=data["defaults"],
        chat=data["chat"],
        qualities=data["qualities"],
        chat_models=tuple(_chat_model(entry) for entry in data["chat_models"]),
    )


def _model(entry: Mapping[str, Any], rules: Mapping[str, FreeSize]) -> Model:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    values["sizes"] = tuple(_size(text) for text in entry.get("sizes", ()))
    values["free_size"] = rules[entry["free_size"]] if "free_size" in entry else None
    values["transparent"] = Transparency(entry.get("transparent", "no"))
    values["retires_on"] = str(entry.get("retires_on", ""))
    values["prices"] = _prices(entry["prices"]) if "prices" in entry else None
    return Model(**values)


def _chat_model(entry: Mapping[str, Any]) -> ChatModel:
    return ChatModel(entry["name"], entry["provider"], _prices(entry["prices"]) if "prices" in entry else None)


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    return Size(int(width), int(height))


def _free_size(rule: Mapping[str, Any]) -> FreeSize:
    return FreeSize(**{**rule, "max_ratio": float(rule["max_ratio"])})


def _prices(given: Mapping[str, Decimal | int]) -> Prices:
    """USD per million tokens are micro-USD per token already; a picture's USD become micro-USD."""
    prices = {name: Decimal(value) for name, value in given.items()}
    if "picture" in prices:
        prices["picture"] *= 1_000_000
    return Prices(**prices)
