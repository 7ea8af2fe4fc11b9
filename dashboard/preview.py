"""Looking at history for a preview: the archive and the unmatched file, newest first, within a budget of time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec

from app.config import Config
from app.config.merged import row_of
from app.domain.brand import Brand, Campaign, Topic
from app.domain.preview import Example, Looking, Preview, Wish, any_of, either
from app.domain.query import Query, parse
from app.domain.saved import Kind
from app.service import Context
from app.store.engine import Store, Transaction
from app.store.page import position_of
from app.store.search import MentionFilter
from app.store.unheard import DAY, UnheardReader, reading
from app.tongue import Tongue

BUDGET = 2.0
"""Seconds a preview looks at history."""
PAGE = 1_000
"""Mentions of one page of the archive."""
SMALL, LARGE = 4_000, 64_000
"""Posts of the unmatched file looked at in one go."""
QUICK = 0.1
"""Seconds one go should take."""
AT_ONCE = 2
"""Previews that look at once; others wait for their turn."""

_places = anyio.CapacityLimiter(AT_ONCE)


@dataclass(frozen=True)
class Asked:
    """What a preview is about."""

    wish: Wish
    force: Wish | None = None
    """What is in force now, to compare with."""
    spam: tuple[Query, ...] = ()
    brands: tuple[str, ...] = ()
    """Only among the mentions of these brands, as for a topic; empty: among everything heard."""
    start: float | None = None
    limit: int = 20
    languages: tuple[str, ...] = ("de", "en")
    """What texts are expected in, for `lang:`; `preview` asks the configuration."""


def in_force(config: Config, kind: Kind, name: str) -> Wish | None:
    """Return what a brand, competitor, topic, campaign or the spam finds now; None if there is none of that id."""
    row = row_of(config, kind, name)
    match row:
        case Brand():
            return Wish(parse(row.query), tuple(map(parse, row.exclude)))
        case Topic():
            return Wish(parse(row.query))
        case Campaign():
            return Wish(parse(row.query), (), row.start, row.end)
        case tuple():
            query = any_of(tuple(map(parse, row)))
            return Wish(query) if query else None
        case _:
            return None


async def preview(context: Context, asked: Asked, budget: float = BUDGET) -> Preview:
    """Look at history in a thread; a cancelled preview stops looking."""
    asked = replace(asked, languages=context.config.analysis.languages)
    stopped = False

    def work() -> Preview:
        return look(context.store, context.data, asked, context.clock.now(), time.monotonic() + budget, lambda: stopped)

    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=_places)
    finally:
        stopped = True


def look(
    store: Store, folder: Path, asked: Asked, now: float, deadline: float, stopped: Callable[[], bool] = lambda: False
) -> Preview:
    """Look back until nothing is left or `deadline` (monotonic seconds) has come; raises `StoreUnavailable`."""
    looking = Looking(asked.wish, asked.force, asked.limit, asked.spam, Tongue(asked.languages))
    with store.reading() as tx, reading(folder) as file:
        ways: list[_Archive | _Unheard] = [_Archive(tx, asked, now)]
        if file is not None and not asked.brands:
            ways.append(_Unheard(file, asked, now))
        while open_ways := [way for way in ways if not way.over]:
            if stopped() or time.monotonic() >= deadline:
                break
            max(open_ways, key=lambda way: way.since).go(looking)
        since = max((way.since for way in ways if not way.over), default=None)
        looked_at = sum(way.looked_at(since) for way in ways)
    return looking.preview(looked_at=looked_at, since=since, until=now)


def _both(asked: Asked) -> Query:
    return either(asked.wish.query, asked.force.query if asked.force else None)


class _Archive:
    """The way back through the archive."""

    def __init__(self, tx: Transaction, asked: Asked, now: float) -> None:
        self._tx, self._asked = tx, asked
        self._wanted = MentionFilter(q=_both(asked), start=asked.start)
        self._cursor: str | None = None
        self.since, self.over = now, False

    def go(self, looking: Looking) -> None:
        page = self._tx.mentions.find(self._wanted, self._cursor, PAGE)
        for one in page.items:
            if not self._asked.brands or not set(self._asked.brands).isdisjoint(one.mention.brands):
                looking.see(Example(one.mention, one.analysis))
        self._cursor, self.over = page.next, page.next is None
        if page.next is not None:
            self.since = position_of(page.next)[0]

    def looked_at(self, since: float | None) -> int:
        start = self._asked.start
        return self._tx.mentions.number_since(start if since is None else max(since, start or since))


class _Unheard:
    """The way back through the unmatched file."""

    def __init__(self, file: UnheardReader, asked: Asked, now: float) -> None:
        self._file, self._start = file, max(asked.start or 0.0, now - DAY)
        self._words = _both(asked).literals() or None
        self._below, self._size, self._looked_at = file.top(), SMALL, 0
        self.since, self.over = now, not self._below

    def go(self, looking: Looking) -> None:
        began = time.monotonic()
        found = self._file.slice(self._words, self._below, self._size)
        for post in found.posts:
            if post.received_at >= self._start and post.published_at >= self._start:
                looking.see(Example(msgspec.structs.replace(post, brands=())))
        self._looked_at += found.looked_at
        self._below, self.since = found.next, found.since
        self.over = not found.next or found.since < self._start
        took = time.monotonic() - began
        self._size = min(LARGE, self._size * 2) if took < QUICK else max(SMALL, self._size // 2)

    def looked_at(self, _since: float | None) -> int:
        return self._looked_at
