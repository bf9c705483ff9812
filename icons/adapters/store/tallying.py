"""The triggers that keep the counters in step with what they count, in the transaction of each change."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from icons.adapters.store.tables import facets_of, metadata
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


def _facets(row: str) -> str:
    """What an image counts for. All of an account's images first: who holds that counter changes the others alone."""
    values = ", ".join(f"('{name}', coalesce({value}, ''))" for name, value in facets_of(row).items())
    return f"('all', ''), {values}"


_SHOWN: Final = (
    "INSERT INTO facets (account, name, value, images) "  # noqa: S608 - constants
    f"SELECT NEW.account, had.column1, had.column2, 1 FROM (VALUES {_facets('NEW.')}) AS had WHERE true "
    "ON CONFLICT (account, name, value) DO UPDATE SET images = facets.images + 1"
)
_GONE: Final = (
    "UPDATE facets SET images = images - 1 "  # noqa: S608 - constants
    f"WHERE account = OLD.account AND (name, value) IN (VALUES {_facets('OLD.')})"
)
_TAGGED: Final = (
    "INSERT INTO facets (account, name, value, images) "
    "SELECT account, 'tag', NEW.tag_type || ' ' || NEW.tag_id, 1 FROM images WHERE id = NEW.image_id "
    "ON CONFLICT (account, name, value) DO UPDATE SET images = facets.images + 1"
)
# Tags are taken off before their image is deleted: afterwards nothing says whose they were.
_UNTAGGED: Final = (
    "UPDATE facets SET images = images - 1 WHERE name = 'tag' AND value = OLD.tag_type || ' ' || OLD.tag_id "
    "AND account = (SELECT account FROM images WHERE id = OLD.image_id)"
)


class Trigger(sa.ExecutableDDLElement):
    """A trigger, in the words of each kind of database."""

    inherit_cache = False

    def __init__(self, name: str, moment: str, statement: str, table: str = "jobs") -> None:
        self.name, self.moment, self.statement, self.table = name, moment, statement, table


@compiles(Trigger, "sqlite")
def _in_sqlite(trigger: Trigger, _compiler: Any, **_: Any) -> str:
    return f"CREATE TRIGGER {trigger.name} AFTER {trigger.moment} ON {trigger.table} BEGIN {trigger.statement}; END"


@compiles(Trigger, "postgresql")
def _in_postgresql(trigger: Trigger, _compiler: Any, **_: Any) -> str:
    return (
        f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {trigger.statement}; RETURN NULL; END $$; "
        f"CREATE TRIGGER {trigger.name} AFTER {trigger.moment} ON {trigger.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger.name}()"
    )


TRIGGERS: Final = (
    Trigger("tally_added", "INSERT", _ADDED),
    Trigger("tally_moved", "UPDATE OF state, cached", _changed("NEW", _MOVED)),
    Trigger("tally_removed", "DELETE", _changed("OLD", _LESS)),
)
FACET_TRIGGERS: Final = (
    Trigger("facet_added", "INSERT", _SHOWN, "images"),
    Trigger("facet_removed", "DELETE", _GONE, "images"),
    Trigger("facet_tagged", "INSERT", _TAGGED, "image_tags"),
    Trigger("facet_untagged", "DELETE", _UNTAGGED, "image_tags"),
)


@sa.event.listens_for(metadata, "after_create")
def _create(_: object, connection: sa.Connection, **__: object) -> None:
    for trigger in (*TRIGGERS, *FACET_TRIGGERS):
        connection.execute(trigger)
