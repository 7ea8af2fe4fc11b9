"""Statements compiled once from the tables and handed to the driver as text.

Core's own executemany reaches 0.4-0.5 of the driver's rate, text handed down by `exec_driver_sql` 0.76-0.98.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect


def insert(connection: Connection, table: Table) -> Any:
    """Return the dialect's INSERT, which knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def write(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run `sql` once per row in one call of the driver; nothing for no rows."""
    if rows:
        connection.exec_driver_sql(sql, list(rows))


@cache
def replacing(dialect: Dialect, table: Table, *, newer: bool) -> str:
    """Return an INSERT of all columns that replaces the row in place; `newer`: only a living row of lower version."""
    statement: Any = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    fresh = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    where = (statement.excluded.version > table.c.version) & table.c.deleted_at.is_(None) if newer else None
    return _text(dialect, table, statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=where))


@cache
def adding(dialect: Dialect, table: Table) -> str:
    """Return an INSERT of all columns that adds every number to the row already there."""
    statement: Any = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    sums: dict[str, ColumnElement[int]] = {
        column.name: column + statement.excluded[column.name] for column in table.c if column.name not in keys
    }
    return _text(dialect, table, statement.on_conflict_do_update(index_elements=keys, set_=sums))


@cache
def deleting(dialect: Dialect, table: Table) -> str:
    """Return a DELETE by primary key."""
    condition = [column == column.type.python_type() for column in table.primary_key]
    return str(table.delete().where(*condition).compile(dialect=dialect))


def _text(dialect: Dialect, table: Table, statement: Any) -> str:
    return str(statement.compile(dialect=dialect, column_keys=[column.name for column in table.c]))
