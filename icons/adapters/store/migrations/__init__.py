"""Brings a database to the present schema when it is opened."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from icons.adapters.store.database import Database
from icons.adapters.store.repeating import repeat
from icons.domain.errors import SettingsError, Unavailable


def migrate(database: Database) -> None:
    """Run the missing migrations, all or nothing; of processes that start together one runs them, the others wait.

    SettingsError when what the address names lets nobody in, or cannot become, or is not, a database of this version.
    """
    repeat(database.kind, lambda: _migrate(database))


def present_schema(connection: sa.Connection) -> str | None:
    """The migration that a database stands at; None = at the very beginning."""
    return MigrationContext.configure(connection).get_current_revision()


def _migrate(database: Database) -> None:
    address = database.engine.url
    try:
        with database.write() as tx:
            tx.alone("migrations")
            _upgrade(tx.connection, Path(address.database or "").name)
    except (Unavailable, sa.exc.DBAPIError) as error:
        cause = error.__cause__ if isinstance(error, Unavailable) else error
        refusal = database.kind.refusal(address, cause) if isinstance(cause, sa.exc.DBAPIError) else None
        if refusal is None:
            raise
        raise SettingsError(refusal) from None  # the driver's error knows the password


def _upgrade(connection: sa.Connection, name: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    present = present_schema(connection)
    if present == scripts.get_current_head():
        return
    if present is None and sa.inspect(connection).get_table_names():
        raise SettingsError(f"{name} is another program's database. Name another file in DATABASE_URL.")
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise SettingsError(f"{name} was written by a newer Icon Studio. Install that version, or restore a backup.")
    command.upgrade(config, "head")
