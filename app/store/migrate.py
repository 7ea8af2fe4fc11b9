"""Bringing a database to the revision this code works with.

The copy made before holds all that the database held: what is deleted afterwards is still in it until it is deleted.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import structlog
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from app.clock import Clock
from app.domain.instant import rfc3339
from app.errors import WrongInput
from app.store.connection import make_private
from app.store.schema import HEAD

LOCK = 0x456D6261
"""Names the lock under which a database on PostgreSQL is migrated."""

log = structlog.get_logger("store")
SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, clock: Clock, scripts: Path = SCRIPTS, head: str = HEAD) -> Path | None:
    """Bring the database to `head` in one transaction; return the backup made before, if it held data.

    At `head` it does nothing, fast, and waits for no writer. Processes that start together take turns. Raises
    `WrongInput` for a database of a newer Emberwatch or of another program.
    """
    with engine.connect().execution_options(alone=True) as connection:
        if _revision(connection, head) == head:
            return None
    with engine.begin() as connection:
        _wait_for_turn(connection)
        revision = _revision(connection, head)
        if revision == head:
            return None
        backup = _back_up(connection, revision, clock.now()) if revision else None
        _upgrade(connection, scripts, head)
    if backup:
        log.warning("upgraded", revision=head, copy_of_before=str(backup), advice="delete it once all is well")
    return backup


def _revision(connection: Connection, head: str) -> str | None:
    name = connection.engine.url.database
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        revision = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        if revision > head:
            raise WrongInput(
                f"{name} was written by a newer Emberwatch (revision {revision}, this one knows {head}). Install that "
                "version again, or go back to the copy that was made beside the file before it was upgraded."
            )
        return revision
    if tables:
        raise WrongInput(f"{name} is the database of another program; name one that is Emberwatch's alone.")
    return None


def _wait_for_turn(connection: Connection) -> None:
    """Let one process after the other migrate; SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _back_up(connection: Connection, revision: str, at: float) -> Path | None:
    """Copy the file beside itself; a database on PostgreSQL has no file here, and goes back as a whole if it fails."""
    if connection.dialect.name == "postgresql":
        log.warning("upgrading", revision=revision, advice="older copies are in the backups of your server")
        return None
    file = Path(str(connection.engine.url.database))
    stamp = rfc3339(at)[:19].replace(":", "")
    backup = file.with_name(f"{file.name}.{revision}-{stamp}.backup")
    make_private(backup)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    return backup


def _upgrade(connection: Connection, scripts: Path, head: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    command.upgrade(config, head)
