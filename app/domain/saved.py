"""What was saved on screen or by the API, over what config.yaml says."""

from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec.structs import fields

from app.domain.brand import Brand, Campaign, Topic
from app.domain.rule import Rule

Kind = Literal["brands", "competitors", "topics", "campaigns", "rules", "spam"]
"""A part of the watchlist, called like its key in config.yaml."""

Row = Brand | Topic | Campaign | Rule | tuple[str, ...]
"""One row of the watchlist; spam, which has no ids, is one row of queries."""


class Saved(msgspec.Struct, frozen=True):
    """One row as it was saved last, or that it was taken off the list."""

    kind: Kind
    id: str
    row: Row | None
    """None: taken off."""
    replaced: str
    """The mark of the row of config.yaml it was saved over: in force only while that row stays as it was."""
    revision: int
    """Counts the saves of an installation."""
    at: float


def kind_of(row: Row) -> Kind:
    """Return to which part of the watchlist a row belongs."""
    if isinstance(row, Brand):
        return "competitors" if row.rivals else "brands"
    if isinstance(row, Topic):
        return "topics"
    if isinstance(row, Rule):
        return "rules"
    return "campaigns" if isinstance(row, Campaign) else "spam"


def id_of(row: Row) -> str:
    """Return the id of a row; spam has none."""
    return "" if isinstance(row, tuple) else row.id


def mark(row: Row | None) -> str:
    """Return 16 letters that differ where rows do, "" for none; what a row does not state does not count.

    So a row keeps its mark when a later version knows more that could be stated.
    """
    if not row:
        return ""
    stated = row if isinstance(row, tuple) else _stated(row)
    return blake2b(msgspec.json.encode(stated), digest_size=8).hexdigest()


def _stated(row: Brand | Topic | Campaign | Rule) -> dict[str, object]:
    values = ((field.name, getattr(row, field.name), field.default) for field in fields(row))
    return {name: value for name, value, default in values if value != default}
