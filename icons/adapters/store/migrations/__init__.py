"""Brings a database to the present schema when it is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from icons.adapters.store.database import translated
from icons.adapters.store.engine import is_foreign, is_out_of_reach
from icons.domain.errors import SettingsError


def migrate(engine: sa.Engine) -> None:
    """Run the missing migrations, all or nothing; of processes that start together one runs them, the others wait.

    SettingsError when the file cannot become, or is not, a database of this version.
    """
    name = Path(engine.url.database or "").name
    with translated(), _explained(name), engine.begin() as connection:
        _upgrade(connection, name)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_foreign(error):
            raise SettingsError(f"{name} is no database, or a broken one. {_REMEDY}") from error
        if is_out_of_reach(error):
            raise SettingsError(
                f"{name} cannot be opened for writing. See that its folder exists and is writable, "
                "or name another file in DATABASE_URL."
            ) from error
        raise


_REMEDY = "Restore it from a backup, or name another file in DATABASE_URL."


def _upgrade(connection: sa.Connection, name: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    if present == scripts.get_current_head():
        return
    if present is None and sa.inspect(connection).get_table_names():
        raise SettingsError(f"{name} is another program's database. Name another file in DATABASE_URL.")
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise SettingsError(f"{name} was written by a newer Icon Studio. Install that version, or restore a backup.")
    command.upgrade(config, "head")
