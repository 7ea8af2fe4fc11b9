"""Profiles: who the authors of matched mentions are and how many follow them, asked for without holding anybody up."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Self, TypeVar

import anyio
import structlog
from msgspec.structs import replace

from app.clock import Clock
from app.domain.mention import Author, Mention
from app.domain.source import SourceState
from app.errors import SourceUnavailable
from ingest.lookup import Lookup
from ingest.normalise import sane_author
from ingest.ours import Ours

DAY = 86_400.0
"""Seconds a profile is good for."""

HOUR = 3_600.0
"""Seconds for which an author whom nobody knows is not asked after again."""

REMEMBERED = 50_000
"""Profiles kept in memory."""

WAIT = 1.0
"""Seconds a batch of mentions waits for profiles, at most; then it goes on without."""

AT_ONCE = 4
"""Requests for one batch of mentions; authors beyond them stay unknown."""

FAREWELL = 1.0
"""Seconds that closing may take."""

SLOW, SHORTEST_REST, LONGEST_REST = 3, 30.0, 300.0
"""Late answers in a row after which nobody is asked for a while, and for how many seconds, doubled each time."""

log = structlog.get_logger("ingest")
E = TypeVar("E")


class Profiles:
    """Adds handle, name and followers to mentions, from memory or by a look-up that is waited for `WAIT` seconds.

    What comes later than that is remembered for the author's next mention. A channel that is away, slow or has had
    enough of us is left alone for a while, and then nobody waits at all. Use it as an async context.
    """

    def __init__(self, lookup: Lookup | None, clock: Clock, *, wait: float = WAIT) -> None:
        self._lookup, self._clock, self._wait = lookup, clock, wait
        self._ours = Ours(lookup, clock) if lookup else None
        self._known: OrderedDict[str, tuple[float, Author | None]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._late = 0
        self._rests = 0
        self._resting_until = 0.0
        self._trouble: SourceUnavailable | None = None

    @classmethod
    def of(cls, connector: object, clock: Clock) -> Self:
        """Return the profiles of a connector's channel; without look-ups they add nothing."""
        make = getattr(connector, "lookup", None)
        return cls(make() if make else None, clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._ours:
            await self._ours.close()
        asking = set(self._asking.values())
        for task in asking:
            task.cancel()
        with anyio.move_on_after(FAREWELL, shield=True):
            if asking:
                await asyncio.wait(asking)
            if self._lookup:
                await self._lookup.close()

    @property
    def asked_for(self) -> bool:
        """Whether anybody can be asked."""
        return self._lookup is not None

    async def meet(self, accounts: frozenset[str]) -> None:
        """Learn which authors our accounts are, for `WAIT` seconds at most; the answer may come later."""
        asking = self._ours.look(accounts) if self._ours else None
        if asking:
            await asyncio.wait({asking}, timeout=self._wait)

    def recognise(self, events: Sequence[E], accounts: frozenset[str]) -> list[E]:
        """Return the events, mentions by our accounts with their author as far as known; nobody waits for more."""
        if self._ours:
            self._ours.look(accounts)
        return [self.known(event) for event in events]

    def known(self, event: E) -> E:
        """Return a mention by one of our accounts with its author as far as known, anything else as it is."""
        if self._ours is None or not self._ours.authors or not isinstance(event, Mention):
            return event
        return told(event, self._ours.authors.get(event.author.id))

    async def enrich(self, events: Sequence[E]) -> list[E]:
        """Return the events, mentions with what is known of their authors, after `WAIT` seconds at most."""
        if self._lookup is None:
            return list(events)
        wanted = self._unknown(events)
        if wanted and self._clock.monotonic() >= self._resting_until:
            await self._ask(wanted)
        return [self._told(event) for event in events]

    def _unknown(self, events: Sequence[object]) -> list[str]:
        """Return whom to ask after, each once: authors without followers, those first whose mentions count anyhow."""
        now = self._clock.monotonic()
        unknown = [event for event in events if isinstance(event, Mention) and event.author.followers is None]
        ids = dict.fromkeys(event.author.id for event in sorted(unknown, key=lambda event: not event.brands))
        return [one for one in ids if self._known.get(one, (-1.0, None))[0] <= now]

    async def _ask(self, ids: list[str]) -> None:
        most = self._lookup.most if self._lookup else 1
        asking = set()
        fresh = [one for one in ids if one not in self._asking]
        for start in range(0, min(len(fresh), most * AT_ONCE), most):
            chunk = fresh[start : start + most]
            task = asyncio.create_task(self._fetch(chunk))
            self._asking |= dict.fromkeys(chunk, task)
        asking = {self._asking[one] for one in ids if one in self._asking}
        _, pending = await asyncio.wait(asking, timeout=self._wait)
        if not pending:
            self._late = 0
            return
        self._late += 1
        if self._late >= SLOW:
            self._rest(SourceUnavailable("It answers too late.", "server"))

    async def _fetch(self, ids: list[str]) -> None:
        try:
            found = await self._lookup.ask(ids) if self._lookup else {}
        except SourceUnavailable as away:
            self._rest(away)
        else:
            self._rests = 0
            if self._clock.monotonic() >= self._resting_until:
                self._trouble = None
            self._remember(ids, found)
        finally:
            for one in ids:
                self._asking.pop(one, None)

    def _remember(self, ids: Sequence[str], found: Mapping[str, Author]) -> None:
        now = self._clock.monotonic()
        for one in ids:
            author = found.get(one)
            self._known[one] = (now + (DAY if author else HOUR), sane_author(author) if author else None)
            self._known.move_to_end(one)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def qualified(self, state: SourceState) -> SourceState:
        """Return how a source is, with why its authors are not known, if that is all that is wrong with it."""
        if self._trouble is None or state.status != "live" or state.reason:
            return state
        reason = f"Mentions come, but who their authors are cannot be asked: {self._trouble}"
        return replace(state, reason=reason, cause=state.cause or self._trouble.cause)

    def _rest(self, away: SourceUnavailable) -> None:
        """Ask nobody for a while: nobody waits meanwhile."""
        now = self._clock.monotonic()
        if now < self._resting_until:
            return
        self._trouble = away
        pause = max(away.retry_after or 0.0, min(LONGEST_REST, SHORTEST_REST * 2**self._rests))
        self._rests, self._late, self._resting_until = min(self._rests + 1, 10), 0, now + pause
        log.warning("profiles.resting", reason=str(away), seconds=round(pause))

    def _told(self, event: E) -> E:
        if not isinstance(event, Mention) or event.author.followers is not None:
            return event
        return told(event, self._known.get(event.author.id, (0.0, None))[1])


def told(event: E, author: Author | None) -> E:
    """Return a mention with what its own wire does not say of its author."""
    if author is None or not isinstance(event, Mention):
        return event
    said = event.author
    known = replace(
        said,
        handle=said.handle or author.handle,
        name=said.name or author.name,
        followers=author.followers if said.followers is None else said.followers,
        verified=said.verified or author.verified,
        created_at=author.created_at if said.created_at is None else said.created_at,
    )
    return replace(event, author=known)
