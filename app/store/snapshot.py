"""The archive at one instant: copied while it is written to, and put back; always as an SQLite file.

So a backup can be looked into with any SQLite, and what began on SQLite can go on in PostgreSQL.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select, text
from sqlalchemy.engine import Connection

from app.clock import Clock
from app.errors import Conflict
from app.store.connection import make_private, unavailable
from app.store.engine import Store, open_store
from app.store.index import Index
from app.store.schema import audit_entry, index_note, metadata

PAGES = 2_000
"""Pages of SQLite copied between two reports, 8 MB."""
ROWS = 2_000
TABLES = [table for table in metadata.sorted_tables if table is not index_note]
"""What is copied and counted: all but the notes of the full-text index, which is written anew."""
Told = Callable[[int, int], None]
"""Is told how much of how much is copied: pages or rows."""


class View:
    """The archive as it was when `held` was entered; writers wait until `thaw`."""

    def __init__(self, writer: Connection, reader: Connection) -> None:
        self._writer, self._reader = writer, reader

    def thaw(self) -> None:
        """Let the writers go on; what this shows stays as it was."""
        self._writer.rollback()

    def copy_to(self, file: Path, clock: Clock, told: Told) -> dict[str, int]:
        """Copy everything into a new SQLite file; return how many rows each table has."""
        if self._reader.dialect.name == "sqlite":
            make_private(file)
            raw = self._reader.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the driver of this dialect
            with closing(sqlite3.connect(file)) as target:
                raw.backup(target, pages=PAGES, progress=lambda _, left, whole: told(whole - left, whole))
        else:
            with closing(open_store(file, clock=clock)) as made, made.filling() as filled:
                copy_tables(self._reader, made, filled, told)
                filled.commit()
        return counts_of(file)


@contextmanager
def held(store: Store) -> Iterator[View]:
    """Hold back whoever writes and yield the archive as it is now; reading goes on meanwhile."""
    with unavailable(store.url), store.filling() as writer:
        if writer.dialect.name == "postgresql":
            names = ", ".join(table.name for table in metadata.sorted_tables)
            writer.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
        with store.looking() as reader:
            reader.execute(text("SELECT 1 FROM site"))  # from here on it sees this instant
            yield View(writer, reader)


def put_back(file: Path, store: Store, clock: Clock, told: Told) -> dict[str, int]:
    """Fill an empty store from a copy; return how many rows each table has then.

    Raises `Conflict` if the store holds anything. The copy is brought to this version before.
    """
    with (
        closing(open_store(file, clock=clock)) as source,
        source.looking() as reader,
        unavailable(store.url),
        store.filling() as writer,
    ):
        if any(count(writer, table) for table in TABLES):
            raise Conflict("This database already holds an archive; restore into an empty one.")
        copy_tables(reader, store, writer, told)
        writer.commit()
    with store.looking() as reader:
        return {table.name: count(reader, table) for table in TABLES}


def copy_tables(source: Connection, store: Store, target: Connection, told: Told) -> None:
    """Copy every row of every table into a connection of an empty store, in chunks."""
    sizes = {table.name: count(source, table) for table in TABLES}
    whole, done = sum(sizes.values()), 0
    for table in TABLES:
        rows = source.execution_options(stream_results=True, yield_per=ROWS).execute(select(table))
        for part in rows.partitions(ROWS):
            store.fill(target, table, [tuple(row) for row in part])
            done += len(part)
            told(done, whole)
    Index(target).note_everything()  # the full-text index is no table of ours; it is written anew
    if target.dialect.name == "postgresql":
        numbers = func.pg_get_serial_sequence("audit_entry", "id")
        target.execute(select(func.setval(numbers, func.max(audit_entry.c.id))))


def count(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


def counts_of(file: Path) -> dict[str, int]:
    """Return how many rows each table of an SQLite file of ours has."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as raw:
        there: Any = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            table.name: raw.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]  # noqa: S608 - our own names
            for table in TABLES
            if table.name in there
        }
