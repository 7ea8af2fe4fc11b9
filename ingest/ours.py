"""Ours: which authors of a channel are our own accounts, where its wire tells ids and the configuration handles."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

import structlog

from app.clock import Clock
from app.domain.mention import Author
from app.errors import SourceUnavailable
from ingest.lookup import Lookup
from ingest.normalise import sane_author

DAY = 86_400.0
"""Seconds after which our accounts are asked for again: handles move."""

AGAIN_IN = 60.0
"""Seconds after which they are asked for again if nobody answered."""

log = structlog.get_logger("ingest")


class Ours:
    """Asks for our accounts when it has to, and remembers who they are; nobody waits unless he wants to."""

    def __init__(self, lookup: Lookup, clock: Clock) -> None:
        self._lookup, self._clock = lookup, clock
        self._accounts: frozenset[str] = frozenset()
        self._due = 0.0
        self._asking: asyncio.Task[None] | None = None
        self.authors: Mapping[str, Author] = MappingProxyType({})
        """By their id."""

    def look(self, accounts: frozenset[str]) -> asyncio.Task[None] | None:
        """Ask anew if other accounts are ours now or it is time to; return what is under way."""
        if self._asking and not self._asking.done():
            return self._asking
        if accounts == self._accounts and self._clock.monotonic() < self._due:
            return None
        self._accounts, self._due = accounts, self._clock.monotonic() + DAY
        names = self._lookup.handles(accounts)
        self._asking = asyncio.create_task(self._ask(names)) if names else None
        if not names:
            self.authors = {}
        return self._asking

    async def close(self) -> None:
        """Stop asking."""
        if self._asking:
            self._asking.cancel()
            await asyncio.wait({self._asking})

    async def _ask(self, names: list[str]) -> None:
        found: dict[str, Author] = {}
        try:
            for start in range(0, len(names), self._lookup.most):
                found |= await self._lookup.ask(names[start : start + self._lookup.most])
        except SourceUnavailable as away:
            found = {**self.authors, **found}
            self._due = self._clock.monotonic() + max(AGAIN_IN, away.retry_after or 0.0)
            log.warning("accounts.unknown", reason=str(away), seconds=round(self._due - self._clock.monotonic()))
        self.authors = {one: sane_author(author) for one, author in found.items() if author.handle}
