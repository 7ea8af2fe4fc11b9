"""Finding mentions, newest first, page by page."""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, bindparam, cast, func, select, true, tuple_
from sqlalchemy.engine import Connection

from app.domain.analysis import AnalysedMention, Label
from app.domain.forms import Words
from app.domain.moment import PER_SECOND, moment
from app.domain.query import Query
from app.domain.subject import Subject
from app.store import lexemes, rows
from app.store.fulltext import EARLIEST, LATEST
from app.store.index import Index
from app.store.page import Page, cursor_after, position_of
from app.store.schema import mention, mention_brand

SCAN = 20_000
"""Rows one call looks at; a search that found too few by then returns what it has and the cursor to go on."""

FIRST, MOST = 64, 2_048
"""Moments asked of the index at first, and at most at once."""


@dataclass(frozen=True)
class MentionFilter:
    """Which mentions are wanted; None asks nothing, instants are [start, end)."""

    brand: str | None = None
    q: Query | None = None
    words: Words | None = None
    start: float | None = None
    end: float | None = None
    sentiment: Label | None = None
    intent: str | None = None
    channel: str | None = None


def search(connection: Connection, wanted: MentionFilter, cursor: str | None, limit: int) -> Page[AnalysedMention]:
    """Return at most `limit` living mentions; a page may be short, only `next` of None means the end.

    What SQL cannot tell (query, words, intent) the full-text index narrows down; then it is judged row by row in the
    order of the page, at most `SCAN` rows a call. The answer is that of a scan, however far the index is behind.
    """
    page = _Page(wanted, limit)
    wish = _wish(wanted)
    if wish is None:
        page.take(connection.execute(_query(wanted, cursor).limit(SCAN + 1)))
        return page.done()
    query = _among(connection, wanted, cursor)
    for some in _candidates(Index(connection), wish, *_bounds(wanted, cursor)):
        page.take(connection.execute(query.limit(SCAN + 1), {"moments": _given(connection, some)}))
        if page.full or page.tired(some):
            break
    return page.done()


class _Page:
    """A page being filled in its order."""

    def __init__(self, wanted: MentionFilter, limit: int) -> None:
        self._wanted, self._limit = wanted, limit
        self._items: list[AnalysedMention] = []
        self._last: tuple[float, str] | None = None
        self._looked = self._moments = 0
        self.full = False

    def take(self, found: Any) -> None:
        """Judge rows until the page is full."""
        with found:
            for row in found:
                if len(self._items) == self._limit or self._looked == SCAN:
                    self.full = True
                    return
                self._looked, self._last = self._looked + 1, (row.published_at, row.key)
                if _asked_for(self._wanted, row):
                    self._items.append(rows.to_analysed(row))

    def tired(self, some: list[int]) -> bool:
        """Tell whether so many moments were looked at that the rest is for the next call."""
        self._moments += len(some)
        if self._moments >= SCAN:
            self._last, self.full = (some[-1] / PER_SECOND, ""), True
        return self.full

    def done(self) -> Page[AnalysedMention]:
        """Return the page."""
        return Page(self._items, cursor_after(self._last) if self.full and self._last else None)


def _wish(wanted: MentionFilter) -> lexemes.Wanted | None:
    """Return what the index has to look for; None if it cannot help."""
    said = lexemes.wanted(wanted.q.root) if wanted.q else None
    formed = lexemes.formed(wanted.words) if wanted.words else None
    if said is None and formed is None and wanted.intent is None:
        return None
    facets = {
        "brand": wanted.brand,
        "channel": wanted.channel,
        "label": wanted.sentiment,
        "intent": wanted.intent,
    }
    parts = [lexemes.facet(kind, value) for kind, value in facets.items() if value]
    return lexemes.all_of([said, formed, *parts])


def _bounds(wanted: MentionFilter, cursor: str | None) -> tuple[int, int]:
    """Return from which moment on, and before which, something may be found."""
    since = EARLIEST if wanted.start is None else moment(wanted.start)
    until = LATEST if wanted.end is None else moment(wanted.end) + 1
    return since, min(until, moment(position_of(cursor)[0]) + 1) if cursor else until


def _candidates(index: Index, wish: lexemes.Wanted, since: int, until: int) -> Iterator[list[int]]:
    """Yield moments in growing bundles, newest first: those the index names, and those it may not know rightly yet."""
    both = heapq.merge(_named(index, wish, since, until), index.noted(since, until), reverse=True)
    once = (at for at, _ in groupby(both))
    size = FIRST
    while some := list(islice(once, size)):
        yield some
        size = min(size * 2, MOST)


def _named(index: Index, wish: lexemes.Wanted, since: int, until: int) -> Iterator[int]:
    size = FIRST
    while found := index.find(wish, since, until, size):
        yield from found
        if len(found) < size:
            return
        until, size = found[-1], min(size * 2, MOST)


def _among(connection: Connection, wanted: MentionFilter, cursor: str | None) -> Select[Any]:
    """Return the query for what was published in the moments given, in the order of the page.

    Each database is made to go from the moments to the mentions: left to itself it would look at every mention.
    """
    given: Any = bindparam("moments", type_=None)
    at = mention_brand.c.published_at if wanted.brand else mention.c.published_at
    query = _query(wanted, cursor, drifting=True)
    if connection.dialect.name != "postgresql":
        moments = func.json_each(given).table_valued("value", name="j")
        return query.join_from(mention_brand if wanted.brand else mention, moments, _within(at, moments.c.value))
    moments = func.unnest(cast(given, ARRAY(BigInteger))).table_valued("value", name="j").render_derived()
    inside = query.where(_within(at, moments.c.value)).order_by(None).offset(0).correlate(moments).lateral("found")
    joined = select(inside).select_from(moments.join(inside, true()))
    return joined.order_by(inside.c.published_at.desc(), inside.c.key.desc())


def _within(at: ColumnElement[float], value: ColumnElement[int]) -> ColumnElement[bool]:
    return (at >= value / PER_SECOND) & (at < (value + 1) / PER_SECOND)


def _given(connection: Connection, some: list[int]) -> Any:
    return some if connection.dialect.name == "postgresql" else json.dumps(some)


def _query(wanted: MentionFilter, cursor: str | None, *, drifting: bool = False) -> Select[Any]:
    """Return the query for a page; `drifting` lets no index be used for its bounds, but those of given moments."""
    query = select(mention)
    at: ColumnElement[float] = mention.c.published_at
    key: ColumnElement[str] = mention.c.key
    if wanted.brand:
        at, key = mention_brand.c.published_at, mention_brand.c.key
        same = (mention.c.key == key) & (mention.c.published_at == at)
        query = query.join_from(mention_brand, mention, same).where(mention_brand.c.brand == wanted.brand)
    else:
        query = query.where(mention.c.brands != "[]")
    at = at + 0.0 if drifting else at
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
    if wanted.words and not wanted.words.matches(row.text):
        return False
    if wanted.q is None:
        return True
    found = rows.to_analysed(row)
    return wanted.q.matches(Subject.of(found.mention, lambda _: found.analysis.language))
