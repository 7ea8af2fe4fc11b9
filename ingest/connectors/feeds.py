"""Feeds: articles of blogs and news by RSS, Atom and JSON Feed, and what is commented there."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Annotated, Self
from urllib.parse import urlsplit

import msgspec
import structlog
from pydantic import Field, StrictBool, field_validator, model_validator

from app.domain.instant import rfc3339
from app.domain.source import Cause, SourceStatus
from app.errors import SourceUnavailable
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Fates, Setting, Terms
from ingest.feed import Timetable, asked, discovered, parsed, soonest
from ingest.paced import Paced
from ingest.perimeter import Perimeter
from ingest.poll import polled
from ingest.web import Answer, Web, host_of
from ingest.wires import feeds as wire
from ingest.wires import page
from ingest.wires.subscription import DAY, Bounds, Subscription, news, postpone, schedule

log = structlog.get_logger("ingest")

OK, NOT_MODIFIED, NOT_FOUND, GONE = 200, 304, 404, 410
LARGEST = 4 * 2**20
FEEDS = 100
ENTRIES = 12_000
"""Entries that one source remembers, shared by its feeds: 16 bytes each in the cursor."""

DISCUSSIONS = 20
"""Articles of a feed whose own comments are read, the newest."""

PACE = 0.2
PATIENCE = 3
"""Failures after which a feed is looked for anew, and one that nobody configured is given up."""

TOLD = 1_024
SHARE = 20.0
"""Times as long as reading a feed took it is left alone: nobody keeps us busy with markup made for that."""


class FeedsOptions(Paced):
    """Which feeds to read, and how often."""

    url: str | None = Field(None, description="the address of a feed, or of a page that has one")
    urls: tuple[str, ...] = Field((), description=f"several of them, up to {FEEDS}")
    comments: StrictBool = Field(default=True, description="read what is commented on the articles, too")
    days: Annotated[float, Field(ge=0, le=3650)] = Field(7.0, description="how old an entry may be when first seen")
    shortest: Annotated[float, Field(ge=10, le=86_400)] = Field(120.0, description="least seconds between two looks")
    longest: Annotated[float, Field(ge=10, le=604_800)] = Field(3_600.0, description="most seconds between two looks")
    hints: StrictBool = Field(default=True, description="keep to how often a feed says it wants to be asked")

    @field_validator("url", "urls")
    @classmethod
    def _web(cls, said: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for url in (said,) if isinstance(said, str) else said or ():
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or url.split() != [url]:
                raise ValueError("give the address of a feed or a page: https://example.org/feed.xml")
        return said

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.addresses:
            raise ValueError("give `url` or `urls`: the address of a feed, or of a page that has one")
        if len(self.addresses) > FEEDS:
            raise ValueError(
                f"{len(self.addresses)} feeds are too many for one source; spread them, up to {FEEDS} each"
            )
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every configured address, once."""
        return tuple(dict.fromkeys(([self.url] if self.url else []) + list(self.urls)))


class FeedsConnector:
    """Reads feeds at the pace of each; remembers what it has seen, so that only news and changes become mentions."""

    channel = wire.CHANNEL
    Options = FeedsOptions
    terms = Terms(
        stored="Titles, texts and names as published, for own listening; the rights stay with the publishers.",
        deletions="rechecked",
        page="RFC 4287, RSS 2.0 and JSON Feed 1.1 set no terms, as known (not read again); those of each site hold.",
    )

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        if not isinstance(setting.options, FeedsOptions):
            raise TypeError("FeedsConnector needs FeedsOptions")
        self._options = setting.options
        self._known: dict[str, Subscription] = {}
        self._troubles: dict[str, str] = {}
        self._stale = False
        said = self._options
        limit = max(40, min(500, ENTRIES // (2 * len(said.addresses))))
        self._bounds = Bounds(said.shortest, said.longest, said.days, limit, said.hints)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what the feeds say from `cursor` on."""
        self._remember(cursor)
        told = replace(self._setting, report=self._report)
        timetable = Timetable(self._known, self._setting.clock)
        async with Web(told, pace=PACE, largest=LARGEST, perimeter=self._perimeter) as web:
            async for batch in polled(told, partial(self._round, web), timetable):
                yield batch

    @property
    def _perimeter(self) -> Perimeter:
        """Let sites send us anywhere but into private networks, unless they are in one themselves."""
        return Perimeter(urlsplit(address).hostname or "" for address in self._options.addresses)

    def _remember(self, cursor: str | None) -> None:
        try:
            known = msgspec.json.decode(cursor, type=dict[str, Subscription]) if cursor else {}
        except msgspec.MsgspecError:
            known = {}  # of another release: the feeds are met anew
        wanted = self._options.addresses
        for address in wanted:
            self._known[address] = known.get(address, Subscription())
            self._note(address, self._known[address])
        for address, one in known.items():
            if one.owner in wanted and self._options.comments:
                self._known.setdefault(address, one)

    def _note(self, address: str, known: Subscription) -> None:
        """Draw the consequences of a feed that is gone: it is said, or other feeds of comments are looked for."""
        if known.gone and not known.owner:
            gone = "says that this feed is gone for good (HTTP 410); take it out of config.yaml."
            self._troubles[address] = f"{host_of(address)} {gone}"
        elif known.gone and known.owner in self._known:
            self._known[known.owner].forget()

    def _report(self, status: SourceStatus, reason: str, /, cause: Cause = "") -> None:
        """Pass on how we are; while some feeds answer, say which do not."""
        if status == "live" and self._troubles:
            reason = (
                f"{len(self._troubles)} of {len(self._options.addresses)} feeds: {' '.join(self._troubles.values())}"
            )
        self._setting.report(status, reason[:TOLD], cause=cause)

    async def _round(self, web: Web) -> AsyncIterator[Batch]:
        """Read every feed that is due; raise only if none of the configured ones answers."""
        last: SourceUnavailable | None = None
        for address in [one for one, known in self._known.items() if known.due <= self._setting.clock.now()]:
            known = self._known.get(address)
            if known is None or known.gone:
                continue
            try:
                batch = await self._look(web, address, known)
            except SourceUnavailable as away:
                heed_cancellation()
                self._failed(address, known, away)
                last = away if not known.owner else last
            else:
                if not known.gone:
                    self._troubles.pop(address, None)
                yield batch
        if len(self._troubles) == len(self._options.addresses):
            later = max(1.0, min(DAY, soonest(self._known.values()) - self._setting.clock.now()))
            raise SourceUnavailable(" ".join(self._troubles.values())[:TOLD], last.cause if last else "server", later)

    def _failed(self, address: str, known: Subscription, away: SourceUnavailable) -> None:
        pause = postpone(known, self._setting.clock.now(), away.retry_after)
        log.info("feed.away", source=self._setting.source, feed=host_of(address), reason=str(away), again=pause)
        if known.failures % PATIENCE == 0:  # what it moved to, or what its page named, may not be the place any more
            known.url = ""
            known.forget()
        if not known.owner:
            self._troubles[address] = str(away)
        elif known.failures >= PATIENCE:  # nobody configured it
            known.gone, self._stale = self._setting.clock.now(), True
            self._note(address, known)

    async def _look(self, web: Web, address: str, known: Subscription) -> Batch:
        """Ask for one feed and return what it brought, with the cursor behind it."""
        clock = self._setting.clock
        answer = await asked(web, known.url or address, known)
        now = clock.now()
        if answer.status == GONE:
            known.gone = now
            log.warning("feed.gone", source=self._setting.source, feed=host_of(address))
            self._note(address, known)
            return Batch(cursor=self._cursor(anew=True))
        if answer.status == NOT_FOUND:
            raise SourceUnavailable(f"{host_of(answer.url)} has no feed at this address (HTTP 404).", "setting")
        if answer.moved:
            known.url = answer.moved[:TOLD]
        body = blake2b(answer.body, digest_size=8).hexdigest()
        if answer.status == NOT_MODIFIED or body == known.body:
            schedule(known, None, self._bounds, now, anything=False)
            return Batch(cursor=self._cursor(anew=bool(answer.moved)))
        started = clock.monotonic()
        feed = await parsed(address, known, answer, clock)
        took = clock.monotonic() - started
        if not feed.form:
            answer, feed, comments = await discovered(web, address, known, answer, clock)
            for url in comments[:1] if self._options.comments else ():
                self._follow(url, address)
        batch = self._heard(known, address, feed, answer)
        known.body = body
        known.due = max(known.due, now + SHARE * took)
        return batch

    def _heard(self, known: Subscription, address: str, feed: wire.Feed, answer: Answer) -> Batch:
        now = self._setting.clock.now()
        before = known.seen
        found = news(known, feed, self._bounds, now)
        known.etag = answer.headers.get("ETag", "")[:TOLD]
        known.modified = answer.headers.get("Last-Modified", "")[:TOLD]
        schedule(known, feed, self._bounds, now, anything=bool(found.events))
        if self._options.comments and not known.owner:
            self._discussions(address, feed)
        return Batch(
            events=found.events,
            cursor=self._cursor(anew=known.seen != before),
            last_item_at=found.newest,
            received=len(found.events) + feed.unreadable,  # what was there before is no item again
            unreadable=feed.unreadable,
            fault=feed.fault,
            gap=found.gap,
        )

    def _discussions(self, address: str, feed: wire.Feed) -> None:
        """Follow what is commented: one feed for the whole site, else those of the newest articles."""
        whole = feed.comments
        if whole and not (whole in self._known and self._known[whole].gone):
            self._follow(whole, address)
            return
        if any(one.owner == address and not one.parent and not one.gone for one in self._known.values()):
            return
        newest = sorted(feed.items, key=lambda item: item.mention.published_at, reverse=True)[:DISCUSSIONS]
        wanted = {item.comments: item.mention for item in newest if item.comments}
        for url in [url for url, one in self._known.items() if one.owner == address and one.parent]:
            if url not in wanted:
                del self._known[url]
        for url, article in wanted.items():
            known = self._follow(url, address, article.id)
            if article.engagement.replies > max(0, known.replies):
                known.due = 0.0
            known.replies = article.engagement.replies

    def _follow(self, url: str, owner: str, parent: str = "") -> Subscription:
        full = len(self._known) >= 2 * FEEDS and url not in self._known
        if full or not page.may_name(url, owner):
            return Subscription()
        self._stale = self._stale or url not in self._known
        return self._known.setdefault(url, Subscription(owner=owner, parent=parent))

    def _cursor(self, *, anew: bool) -> str | None:
        """Return the cursor if it is to be committed: it may be long, and most looks change nothing."""
        if not (anew or self._stale):
            return None
        self._stale = False
        return msgspec.json.encode(self._known).decode()

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Ask for the pages of articles; entries whose ids are no addresses, and comments, cannot be told."""
        gone: set[str] = set()
        there: set[str] = set()
        async with Web(self._setting, pace=1.0, largest=LARGEST, perimeter=self._perimeter) as web:
            for name in ids[:100]:
                if urlsplit(name).scheme not in {"http", "https"} or "#" in name:
                    continue
                try:
                    answer = await web.get(name, also=frozenset({NOT_FOUND, GONE}))
                except SourceUnavailable:
                    heed_cancellation()
                    continue
                (gone if answer.status in {NOT_FOUND, GONE} else there).add(name)
        return Fates(frozenset(gone), frozenset(there))

    async def probe(self) -> str:
        """Read the first feed and say what is there."""
        address, clock, known = self._options.addresses[0], self._setting.clock, Subscription()
        async with Web(self._setting, largest=LARGEST, perimeter=self._perimeter) as web:
            answer = await asked(web, address)
            if answer.status != OK:
                raise SourceUnavailable(f"{host_of(answer.url)} answers with HTTP {answer.status}.")
            feed = await parsed(address, known, answer, clock)
            if not feed.form:
                answer, feed, _ = await discovered(web, address, known, answer, clock)
        newest = max((item.mention.published_at for item in feed.items), default=None)
        latest = f", the newest of {rfc3339(newest)}" if newest else ""
        return f"{answer.url} is a feed ({feed.form}) of {len(feed.items)} entries{latest}."
