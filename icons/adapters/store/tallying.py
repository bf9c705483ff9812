"""The triggers that keep `tables.tallies` in step with the jobs, in the transaction of each move."""

from typing import Final

import sqlalchemy as sa

from icons.adapters.store.tables import metadata
from icons.domain.jobs import State

_COUNTS: Final = [*(state.value for state in State), "cached"]


def _belongs(row: str, count: str) -> str:
    """1 or 0: whether the row of a trigger belongs to this count."""
    return f"({row}.state = 'completed' AND {row}.cached)" if count == "cached" else f"({row}.state = '{count}')"


def _changed(row: str, changes: str) -> str:
    return f"UPDATE tallies SET {changes} WHERE account = {row}.account AND priority = {row}.priority"  # noqa: S608 - constants


_GROWN: Final = ", ".join(f"{each} = {each} + excluded.{each}" for each in _COUNTS)
_ADDED: Final = (
    f"INSERT INTO tallies (account, priority, {', '.join(_COUNTS)}) "  # noqa: S608 - constants
    f"VALUES (NEW.account, NEW.priority, {', '.join(_belongs('NEW', each) for each in _COUNTS)}) "
    f"ON CONFLICT (account, priority) DO UPDATE SET {_GROWN}"
)
_MOVED: Final = ", ".join(f"{each} = {each} + {_belongs('NEW', each)} - {_belongs('OLD', each)}" for each in _COUNTS)
_LESS: Final = ", ".join(f"{each} = {each} - {_belongs('OLD', each)}" for each in _COUNTS)


TRIGGERS: Final = tuple(
    f"CREATE TRIGGER {name} AFTER {moment} ON jobs BEGIN {statement}; END"
    for name, moment, statement in (
        ("tally_added", "INSERT", _ADDED),
        ("tally_moved", "UPDATE OF state, cached", _changed("NEW", _MOVED)),
        ("tally_removed", "DELETE", _changed("OLD", _LESS)),
    )
)
"""In SQLite's words."""


@sa.event.listens_for(metadata, "after_create")
def _create(_: object, connection: sa.Connection, **__: object) -> None:
    for trigger in TRIGGERS:
        connection.exec_driver_sql(trigger)
