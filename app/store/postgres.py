"""Connections to PostgreSQL: how they are made, what their failures mean, and how rows are poured in."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.errors import WrongInput

DRIVER = "postgresql+psycopg"
POSTGRES = {"postgres", "postgresql", DRIVER}
"""How addresses begin that people write for PostgreSQL."""

CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "emberwatch",
}
"""A server that vanished without a word is noticed after some 20 s at the latest."""

SESSION = (
    "SET statement_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '10min'",
    "SET TIME ZONE 'UTC'",
)
READ_ONLY = "SET default_transaction_read_only = on"

BINARY = {"TEXT": "text", "INTEGER": "int4", "BIGINT": "int8", "FLOAT": "float8", "BOOLEAN": "bool", "BLOB": "bytea"}
"""The type of a column in the schema → how it is sent."""

_PASSWORD = re.compile(r"password authentication failed|no password supplied", re.IGNORECASE)


def postgres_url(url: URL) -> URL:
    """Return an address with our driver; raise `WrongInput` if the driver is not installed or no database is named."""
    try:
        import psycopg  # noqa: F401 - only whether it is there
    except ImportError:
        raise WrongInput(
            "An archive on PostgreSQL needs the driver psycopg; install it: pip install 'emberwatch[postgres]'."
        ) from None
    if not url.database:
        raise WrongInput("DATABASE_URL names no database; write it as postgresql://user:password@host/database.")
    return url.set(drivername=DRIVER)


def postgres_engine(url: URL, busy: float, *, writes: bool) -> Engine:
    """Return an engine whose connections give up in time and are renewed after the server was restarted."""
    made = create_engine(
        url,
        connect_args={name: value for name, value in CONNECT.items() if name not in url.query},
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        pool_size=2,
        max_overflow=20,
        pool_timeout=busy,
        pool_pre_ping=True,
        hide_parameters=True,  # an error must not carry what people wrote
    )

    @event.listens_for(made, "connect")
    def set_up(raw: Any, _record: Any) -> None:
        for statement in (*SESSION, f"SET lock_timeout = '{busy:g}s'", *(() if writes else (READ_ONLY,))):
            raw.execute(statement)
        raw.commit()

    return made


def cause_of(error: Exception) -> str | None:
    """Return in one sentence why PostgreSQL does not do this now; None if waiting cannot mend it: a mistake of ours.

    It names neither the password nor anything people wrote.
    """
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _connecting(error)
    if state in {"25006", "25P02"} or state.startswith("25"):
        return "it accepts no writes (a standby, or set to read only)"
    if state == "42501":
        return f"the role may not do this; GRANT it what it needs ({_first_line(error)})"
    if state == "23514":
        return "a part of it was dropped while it was written to"
    known = {"28": "it refuses the role", "53": "it lacks room", "57": "it was interrupted", "40": "writers collided"}
    known |= {
        "08": "the connection broke",
        "55": "somebody else holds it",
        "58": "its disk fails",
        "XX": "it is broken",
    }
    known |= {"3D": "there is no such database; make it with CREATE DATABASE"}
    what = known.get(state[:2])
    return what and f"{what} ({_first_line(error)})"


def _connecting(error: Exception) -> str | None:
    import psycopg

    if not isinstance(error, psycopg.OperationalError):
        return None
    said = _first_line(error)
    if _PASSWORD.search(said):
        return "it refuses the role or its password; correct DATABASE_URL"
    if "does not exist" in said:
        return f"there is no such database or role ({said})"
    return said


def _first_line(error: Exception) -> str:
    """Return the last part of the first line: what goes before only repeats the address."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line.rpartition(" failed: ")[2].rpartition("FATAL:  ")[2].rstrip(".")


def raw_error(error: BaseException) -> Exception | None:
    """Return the driver's own error, if that is what it is about."""
    found = error.orig if isinstance(error, DBAPIError) else error
    with suppress(ImportError):
        import psycopg

        if isinstance(found, psycopg.Error):
            return found
    return None


def pour(connection: Connection, table: str, types: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into a table, all its columns in order: the fastest way in."""
    if isinstance(rows, Sequence) and not rows:
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        write = copy.write_row
        for row in rows:
            write(row)
