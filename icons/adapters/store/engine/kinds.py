"""What the store must know of a kind of database beside its SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


class Clock(sa.ColumnElement[float]):
    """The present moment by the database's clock, epoch seconds. Each kind has its own words for it."""

    inherit_cache = True
    type = sa.Double()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of database."""

    title: str  # as people call it
    create_engine: Callable[[sa.URL], sa.Engine]  # opens nothing yet; SettingsError for an impossible address
    reading: Mapping[str, Any]  # execution options of a connection that reads one consistent view and writes nothing
    looking: Mapping[str, Any]  # of one that reads by a single statement, which needs no transaction around it
    shared: bool  # transactions write side by side, so what they are about must be locked
    passes: Callable[[sa.exc.DBAPIError], bool]  # the same statement may succeed later: locked, full, out of reach
    again: Callable[[sa.exc.DBAPIError], bool]  # the same transaction may succeed at once: it was broken off
    refusal: Callable[[sa.URL, sa.exc.DBAPIError], str | None]  # what is wrong with the setting, met at the opening
