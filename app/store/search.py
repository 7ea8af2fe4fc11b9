"""Finding mentions, newest first, page by page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.engine import Connection

from app.domain.analysis import AnalysedMention, Label
from app.domain.folding import Text
from app.domain.query import Query
from app.store import rows
from app.store.page import Page, cursor_after, position_of
from app.store.schema import mention, mention_brand

SCAN = 20_000
"""Rows one call looks at; a search that found too few by then returns what it has and the cursor to go on."""


@dataclass(frozen=True)
class MentionFilter:
    """Which mentions are wanted; None asks nothing, instants are [start, end)."""

    brand: str | None = None
    q: Query | None = None
    start: float | None = None
    end: float | None = None
    sentiment: Label | None = None
    intent: str | None = None
    channel: str | None = None


def search(connection: Connection, wanted: MentionFilter, cursor: str | None, limit: int) -> Page[AnalysedMention]:
    """Return at most `limit` living mentions; a page may be short, only `next` of None means the end.

    What SQL cannot tell (query, intent) is judged row by row in the order of the page, at most `SCAN` rows a call.
    """
    items: list[AnalysedMention] = []
    last, looked = None, 0
    with connection.execute(_query(wanted, cursor).limit(SCAN + 1)) as found:
        for row in found:
            if len(items) == limit or looked == SCAN:
                return Page(items, last and cursor_after(last))
            looked, last = looked + 1, (row.published_at, row.key)
            if _asked_for(wanted, row):
                items.append(rows.to_analysed(row))
    return Page(items)


def _query(wanted: MentionFilter, cursor: str | None) -> Select[Any]:
    query = select(mention)
    at: ColumnElement[float] = mention.c.published_at
    key: ColumnElement[str] = mention.c.key
    if wanted.brand:
        at, key = mention_brand.c.published_at, mention_brand.c.key
        query = query.join_from(mention_brand, mention, mention.c.key == key).where(
            mention_brand.c.brand == wanted.brand
        )
    else:
        query = query.where(mention.c.brands != "[]")
    conditions: list[ColumnElement[bool]] = [mention.c.deleted_at.is_(None)]
    if wanted.start is not None:
        conditions.append(at >= wanted.start)
    if wanted.end is not None:
        conditions.append(at < wanted.end)
    if wanted.sentiment:
        conditions.append(mention.c.label == wanted.sentiment)
    if wanted.channel:
        conditions.append(mention.c.channel == wanted.channel)
    if cursor:
        conditions.append(tuple_(at, key) < position_of(cursor))
    return query.where(*conditions).order_by(at.desc(), key.desc())


def _asked_for(wanted: MentionFilter, row: Any) -> bool:
    if wanted.intent and wanted.intent not in {intent.label for intent in rows.intents_of(row.intents)}:
        return False
    return wanted.q is None or wanted.q.matches(Text.of(row.text))
