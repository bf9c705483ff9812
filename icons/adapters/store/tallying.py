"""The triggers that keep `tables.tallies` in step with the jobs, in the transaction of each move."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from icons.adapters.store.tables import metadata
from icons.domain.jobs import State

_COUNTS: Final = [*(state.value for state in State), "cached"]


def _belongs(row: str, count: str) -> str:
    """1 or 0: whether the row of a trigger belongs to this count."""
    condition = f"{row}.state = 'completed' AND {row}.cached" if count == "cached" else f"{row}.state = '{count}'"
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _changed(row: str, changes: str) -> str:
    return f"UPDATE tallies SET {changes} WHERE account = {row}.account AND priority = {row}.priority"  # noqa: S608 - constants


_GROWN: Final = ", ".join(f"{each} = tallies.{each} + excluded.{each}" for each in _COUNTS)
_ADDED: Final = (
    f"INSERT INTO tallies (account, priority, {', '.join(_COUNTS)}) "  # noqa: S608 - constants
    f"VALUES (NEW.account, NEW.priority, {', '.join(_belongs('NEW', each) for each in _COUNTS)}) "
    f"ON CONFLICT (account, priority) DO UPDATE SET {_GROWN}"
)
_MOVED: Final = ", ".join(f"{each} = {each} + {_belongs('NEW', each)} - {_belongs('OLD', each)}" for each in _COUNTS)
_LESS: Final = ", ".join(f"{each} = {each} - {_belongs('OLD', each)}" for each in _COUNTS)


class Trigger(sa.ExecutableDDLElement):
    """A trigger on the jobs, in the words of each kind of database."""

    inherit_cache = False

    def __init__(self, name: str, moment: str, statement: str) -> None:
        self.name, self.moment, self.statement = name, moment, statement


@compiles(Trigger, "sqlite")
def _in_sqlite(trigger: Trigger, _compiler: Any, **_: Any) -> str:
    return f"CREATE TRIGGER {trigger.name} AFTER {trigger.moment} ON jobs BEGIN {trigger.statement}; END"


@compiles(Trigger, "postgresql")
def _in_postgresql(trigger: Trigger, _compiler: Any, **_: Any) -> str:
    return (
        f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {trigger.statement}; RETURN NULL; END $$; "
        f"CREATE TRIGGER {trigger.name} AFTER {trigger.moment} ON jobs FOR EACH ROW EXECUTE FUNCTION {trigger.name}()"
    )


TRIGGERS: Final = (
    Trigger("tally_added", "INSERT", _ADDED),
    Trigger("tally_moved", "UPDATE OF state, cached", _changed("NEW", _MOVED)),
    Trigger("tally_removed", "DELETE", _changed("OLD", _LESS)),
)


@sa.event.listens_for(metadata, "after_create")
def _create(_: object, connection: sa.Connection, **__: object) -> None:
    for trigger in TRIGGERS:
        connection.execute(trigger)
