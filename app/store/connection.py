"""How connections to the database are made and what their failures mean."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import StoreUnavailable, WrongInput
from app.store.postgres import cause_of, raw_error
from app.store.trouble import ADVICE, kind_of

BUSY = 10.0
"""Seconds a writer waits for its turn before it is told `StoreUnavailable`."""

WRITING = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    "synchronous=FULL",
    "secure_delete=ON",
    "cache_size=-65536",
    "wal_autocheckpoint=16000",
)
READING = ("query_only=ON", "cache_size=-16384")
"""The log is taken over every 64 MB: pages that a burst writes again and again are moved once.

`secure_delete` overwrites what is deleted with zeros: gone from the file, not only from the tables."""


def engine(url: URL, pragmas: tuple[str, ...], busy: float) -> Engine:
    """Return an SQLite engine whose connections are set up so; those that write take turns from their first moment."""
    writes = pragmas is WRITING
    made = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": busy, "isolation_level": None},
        pool_size=1 if writes else 5,
        max_overflow=0 if writes else 20,
        pool_timeout=busy,
        hide_parameters=True,  # an error must not carry what people wrote
    )

    @event.listens_for(made, "connect")
    def set_up(raw: sqlite3.Connection, _record: Any) -> None:
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("alone"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


@contextmanager
def unavailable(url: URL) -> Iterator[None]:
    """Turn what the database does not do now (locked, disk full, broken) into `StoreUnavailable`; mistakes pass.

    A NUL, which PostgreSQL keeps in no text, is `WrongInput`.
    """
    try:
        yield
    except Exception as error:
        cause = _cause(error)
        if isinstance(error, DataError) and "NUL" in str(error.orig):
            raise WrongInput("What was asked holds a NUL character, which stands in no text; leave it out.") from error
        if cause is None:
            raise
        kind = kind_of(error)
        said = " ".join([f"The database {_name(url)} does not answer: {cause}.", *filter(None, [ADVICE.get(kind)])])
        raise StoreUnavailable(said, kind) from error


def _cause(error: Exception) -> str | None:
    """Return why the database does not do this now; None for a mistake, which waiting cannot mend."""
    if isinstance(error, PoolTimeout):
        return "every connection is in use"
    raw = raw_error(error)
    if raw:
        return cause_of(raw)
    if isinstance(error, DatabaseError) and not isinstance(error, DataError | IntegrityError | ProgrammingError):
        return str(error.orig)
    return None


def _name(url: URL) -> str:
    """Return what people call the database, without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "this machine"
    return f"{url.database} on {host}" + (f":{url.port}" if url.port else "")


def make_private(file: Path) -> None:
    """Make an empty database, and its folder, that only its owner can read; leave alone one that is there.

    It appears under its name complete and in WAL mode, because processes that start together must not change the mode
    under each other. An existing one is not even opened: closing it would drop the locks this process holds on it.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            return
        made = file.with_name(f"{file.name}.{uuid4().hex}")
        os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(made)) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
        with suppress(FileExistsError):
            file.hardlink_to(made)
        made.unlink()
    except OSError as error:
        raise StoreUnavailable(f"The database {file} cannot be opened: {error.strerror}.") from error
