"""Backfill: what was said in the last 24 h and concerned nobody becomes a mention when a query that wants it is new.

The unmatched file remembers for which watchlist it was gone through last (its stamp): what changed while nobody
listened, or what a kill cut short, is made up for at the next start.
"""

import asyncio
import zlib
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

import structlog

from app.config import Config
from app.domain.brand import Brand, Campaign, Watched
from app.domain.mention import Mention
from app.domain.query import parse
from app.errors import Backpressure, Unavailable
from app.service import Context
from app.store.unheard import reading
from ingest.cancellation import heed_cancellation
from ingest.publish import CHUNK, Intake
from ingest.unmatched import Unmatched

SLICE = 20_000
"""Posts of the file looked at in one go."""
AGAIN_AFTER = 5.0
"""Seconds after which it is gone through once more, if everybody matches by the new queries by then."""
MATCHING = ("ingest", "dashboard")
"""Services that match."""
DIFFERING = 30
"""Looks, `PAUSE` apart, after which those who work by another configuration are waited for no longer."""
PAUSE = 2.0
DEEPEST = 8
"""Answers to answers that are followed."""

T = TypeVar("T")
Place = tuple[str, str]
"""Channel and id."""
log = structlog.get_logger("backfill")


class Backfill:
    """Goes through the unmatched file whenever something is listened for that was not before."""

    def __init__(self, context: Context, intake: Intake, unmatched: Unmatched) -> None:
        self._context, self._intake, self._unmatched = context, intake, unmatched
        self._config = context.config
        self._turn = asyncio.Lock()
        self._open = 0
        """Changes for which the file has to be gone through once more."""

    async def run(self) -> None:
        """Follow the watchlist until cancelled."""
        config = self._config
        await self._unmatched.settled()
        if await self._patiently(self._stamp) != stamp(config):
            await self._through(None, set())
        self._unmatched.stamp(stamp(config))
        async with asyncio.TaskGroup() as group:
            async for new in self._context.watchlist.changes(config):
                words = wanted(self._config.watched, new.watched)
                self._config = new
                if words != frozenset():
                    self._open += 1
                    taken = set[Place]()
                    await self._through(words, taken)
                    group.create_task(self._once_more(words, taken))
                elif not self._open:
                    self._unmatched.stamp(stamp(new))

    async def _once_more(self, words: frozenset[str] | None, taken: set[Place]) -> None:
        """Take in what others found unmatched by the queries before, once they match by the new ones."""
        await self._context.clock.sleep(AGAIN_AFTER)
        await self._agreed()
        await self._through(words, taken)
        self._open -= 1
        if not self._open:
            self._unmatched.stamp(stamp(self._config))

    async def _agreed(self) -> None:
        """Wait until all who match work by the same configuration; not for ever, as machines may differ."""
        for _ in range(DIFFERING):
            try:
                told = await self._context.bus.reports()
                words = {report.config for name in MATCHING for report in told.get(name, {}).values()}
            except Unavailable:
                heed_cancellation()
            else:
                if words <= {self._context.watchlist.in_force.word}:
                    return
            await self._context.clock.sleep(PAUSE)

    async def _through(self, words: frozenset[str] | None, taken: set[Place]) -> None:
        """Take in what matches now, of the posts that hold one of the words (None: of all), and what answers that."""
        async with self._turn:
            await self._intake.adopt(self._config)
            await self._unmatched.settled()
            before = len(taken)
            taken |= await self._pass(words, self._intake.concerns)
            fresh = set(taken)
            for _ in range(DEEPEST):
                if not fresh:
                    break
                fresh = await self._pass(None, partial(_answers, fresh))
                taken |= fresh
            if len(taken) > before:
                log.info("backfilled", taken=len(taken) - before)

    async def _pass(self, words: frozenset[str] | None, wanted: Callable[[Mention], bool]) -> set[Place]:
        """Go through the file once; return what of it has become a mention."""
        taken, below = set[Place](), None
        while below != 0:
            found, below = await self._patiently(partial(self._slice, words, wanted, below))
            taken |= await self._take(found)
        return taken

    def _slice(
        self, words: frozenset[str] | None, wanted: Callable[[Mention], bool], below: int | None
    ) -> tuple[list[Mention], int]:
        """Return the mentions in the next slice of the file, and where the one after it begins."""
        with reading(self._context.data) as file:
            if file is None:
                return [], 0
            found = file.slice(words, file.top() if below is None else below, SLICE)
            return [post for post in found.posts if wanted(post)], found.next

    async def _take(self, posts: list[Mention]) -> set[Place]:
        taken: set[Place] = set()
        for (source, demo), some in _by_source(posts).items():
            for start in range(0, len(some), CHUNK):
                part = some[start : start + CHUNK]
                heard = await self._publish(part, source, demo=demo)
                taken |= {(post.channel, post.id) for post in part if post.key in heard}
                await self._unmatched.forget([post.key for post in part if post.key in heard])
        return taken

    async def _publish(self, posts: list[Mention], source: str, *, demo: bool) -> Collection[str]:
        """Hand posts to the intake, which decides; return the keys of those that are mentions now."""
        while True:
            try:
                await self._intake.take(posts, source, demo=demo)
                return await self._context.bus.known(sorted(post.key for post in posts))
            except Backpressure as behind:
                heed_cancellation()
                await self._context.clock.sleep(behind.retry_after)
            except Unavailable:
                heed_cancellation()
                await self._context.clock.sleep(PAUSE)

    def _stamp(self) -> int:
        with reading(self._context.data) as file:
            return file.stamp() if file else 0

    async def _patiently(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return await asyncio.to_thread(work)
            except Unavailable as away:
                heed_cancellation()
                log.warning("backfill.held", reason=str(away))
                await self._context.clock.sleep(PAUSE)


def _answers(places: Collection[Place], said: Mention) -> bool:
    return any((said.channel, parent) in places for parent in (said.in_reply_to, said.quotes) if parent)


def stamp(config: Config) -> int:
    """Return a number that differs, as good as always, where what is listened for does; never 0."""
    return zlib.crc32(repr(config.watched).encode()) & 0x7FFFFFFF | 1


def wanted(before: Watched, after: Watched) -> frozenset[str] | None:
    """Return words, one of which is in whatever concerns somebody now and did not before; None: it may be anything."""
    old = {_meaning(row) for row in _rows(before)}
    unspammed = bool(set(before.spam) - set(after.spam))
    rows = [row for row in _rows(after) if unspammed or _meaning(row) not in old]
    accounts = {account for brand in before.brands for account in brand.accounts}
    if any(isinstance(row, Brand) and set(row.accounts) - accounts for row in rows):
        return None
    words: frozenset[str] = frozenset()
    for row in rows:
        literals = parse(row.query).literals()
        if not literals:
            return None
        words |= literals
    return words


def _rows(watched: Watched) -> list[Brand | Campaign]:
    return [*watched.brands, *watched.campaigns]


def _meaning(row: Brand | Campaign) -> tuple[object, ...]:
    """Return what of a row decides what it wants to hear."""
    if isinstance(row, Brand):
        return row.id, row.query, row.accounts, row.exclude
    return row.id, row.brand, row.query, row.start, row.end


def _by_source(posts: list[Mention]) -> dict[tuple[str, bool], list[Mention]]:
    found: dict[tuple[str, bool], list[Mention]] = {}
    for post in reversed(posts):
        found.setdefault((post.source, post.demo), []).append(post)
    return found
