"""Statements compiled once from the tables and handed to the driver as text.

Core's own executemany reaches 0.4-0.5 of the driver's rate, text handed down by `exec_driver_sql` 0.76-0.98.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect


def insert(connection: Connection, table: Table) -> Any:
    """Return the dialect's INSERT, which knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row if its place is free; return whether it was."""
    made = insert(connection, table).values(row).on_conflict_do_nothing()
    return connection.execute(made, execution_options={"preserve_rowcount": True}).rowcount == 1


def write(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run `sql` once per row in one call of the driver, nothing for no rows; return how many rows it changed."""
    return connection.exec_driver_sql(sql, list(rows)).rowcount if rows else 0


@cache
def adding_new(dialect: Dialect, table: Table) -> str:
    """Return an INSERT of all columns that leaves alone what is there."""
    statement: Any = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    return _text(dialect, table, statement.on_conflict_do_nothing())


@cache
def replacing(dialect: Dialect, table: Table) -> str:
    """Return an INSERT of all columns that replaces the row in place."""
    statement: Any = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    fresh = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return _text(dialect, table, statement.on_conflict_do_update(index_elements=keys, set_=fresh))


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
    return str(table.delete().where(*condition).compile(dialect=_positional(dialect)))


def _text(dialect: Dialect, table: Table, statement: Any) -> str:
    return str(statement.compile(dialect=_positional(dialect), column_keys=[column.name for column in table.c]))


def _positional(dialect: Dialect) -> Dialect:
    """Return the dialect with parameters by position, as rows are handed to the driver."""
    positional: Callable[..., Dialect] = type(dialect)
    return positional(paramstyle="format") if dialect.name == "postgresql" else dialect
