"""Listings: what is asked for page after page, newest first, until something known comes; and where to go on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from hashlib import blake2b

import msgspec

from app.clock import Clock
from app.domain.mention import Deletion
from app.domain.source import Gap, Quota
from app.errors import SourceUnavailable
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch
from ingest.wires.listing import Entry, Page

DAY = 86_400.0
LATEST = 2.0**53
"""A second beyond all that is meant."""

KEPT = 200
"""Versions a listing remembers: more than one page of any channel."""

Ask = Callable[[str | None], Awaitable[Page]]
"""Asks for a page: None for the newest, else by what the page before it told."""


class Known(msgspec.Struct):
    """Which versions of a listing's mentions were handed over; what was touched before `since` counts as known."""

    since: int
    versions: dict[str, int] = {}
    """Digest of a version → second in which it was touched."""

    def fresh(self, entry: Entry) -> bool:
        """Tell whether this version was not handed over yet."""
        return touched(entry) >= self.since and digest(entry) not in self.versions

    def add(self, entries: list[Entry]) -> None:
        """Remember versions; the oldest are forgotten, and what is older still counts as known from then on."""
        self.versions.update((digest(entry), touched(entry)) for entry in entries)
        if len(self.versions) > KEPT:
            self.since = max(self.since, sorted(self.versions.values(), reverse=True)[KEPT - 1])
            self.versions = {name: at for name, at in self.versions.items() if at >= self.since}

    @property
    def newest(self) -> float | None:
        """The second in which the newest was touched; None before the first."""
        return float(max(self.versions.values())) if self.versions else None


def touched(entry: Entry) -> int:
    """Return the second in which a mention was written or changed last."""
    at = entry.deleted_at if isinstance(entry, Deletion) else max(entry.published_at, entry.edited_at or 0.0)
    return int(max(0.0, min(at, LATEST)))


def digest(entry: Entry) -> str:
    """Return twelve letters that name a version of a mention."""
    if isinstance(entry, Deletion):
        said = f"{entry.id}\0gone"
    else:
        said = f"{entry.id}\0{entry.revision}\0{entry.rating}\0{entry.text}"
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


class _Place(msgspec.Struct):
    """The cursor: where every listing is, and what the connector itself has to know after a restart."""

    listings: dict[str, Known] = {}
    notes: dict[str, int] = {}


class Listings:
    """The listings of one source; a round of each becomes one batch, accepted as a whole or not at all.

    So a cut in the middle of a round loses and doubles nothing: the next round walks the same way again.
    """

    def __init__(self, cursor: str | None, since: float) -> None:
        try:
            self._place = msgspec.json.decode(cursor or "{}", type=_Place)
        except msgspec.MsgspecError:  # of a connector's earlier release: what comes again is known by its id
            self._place = _Place()
        self._since = int(since)
        self.notes = self._place.notes
        """Numbers that go along with the cursor."""

    def _keep(self, names: Collection[str]) -> None:
        """Forget listings that are not asked for any more."""
        self._place.listings = {name: known for name, known in self._place.listings.items() if name in names}

    @property
    def cursor(self) -> str:
        """Where to go on."""
        return msgspec.json.encode(self._place).decode()

    async def round(
        self,
        asks: Mapping[str, Ask],
        *,
        most: int,
        least: int = 1,
        clock: Clock,
        ends: bool = False,
        quota: Callable[[], Quota | None] = lambda: None,
    ) -> AsyncIterator[Batch]:
        """Read every listing once. One that cannot be read is told after the others, which go on.

        A quota that is used up or a network that is down ends the round at once.
        """
        self._keep(asks)
        failed: SourceUnavailable | None = None
        for name, ask in asks.items():
            try:
                batch = await self.read(name, ask, most=most, least=least, now=clock.now(), ends=ends)
            except SourceUnavailable as away:
                heed_cancellation()
                if away.cause in {"quota", "network"}:
                    raise
                failed = failed or away
            else:
                yield replace(batch, quota=quota())
        if failed is not None:
            raise failed

    async def read(self, name: str, ask: Ask, *, most: int, least: int = 1, now: float, ends: bool = False) -> Batch:
        """Walk a listing from its newest page on and return what is new, oldest first.

        At least `least` pages are looked at, for edits and replies further back, and at most `most`. If nothing known
        came until then there is a gap; likewise where the channel shows only its newest and the listing `ends`.
        Raises what `ask` raises; nothing is remembered then.
        """
        known = self._place.listings.setdefault(name, Known(self._since))
        before = known.newest
        walk = _Walk(known)
        token: str | None = None
        for number in range(most):
            page = await ask(token)
            if page.broken:
                raise SourceUnavailable(f"The channel answers with something that cannot be read: {page.fault}.")
            anything = walk.take(page)
            token = page.next
            if token is None:
                walk.met = walk.met or not ends
                break
            if not anything and number + 1 >= least:
                break
        known.add(walk.fresh)
        return walk.batch(self.cursor, None if walk.met or before is None else before, now)


class _Walk:
    """One way through a listing."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._seen: set[str] = set()
        self.fresh: list[Entry] = []
        self.met = False
        """Whether something known came, so that nothing lies between."""
        self._received = self._unreadable = 0
        self._fault = ""
        self._newest = 0.0

    def take(self, page: Page) -> bool:
        """Take what is new on a page and tell whether there was anything."""
        self.met = self.met or page.unchanged
        self._received += page.received
        self._unreadable += page.unreadable
        self._fault = self._fault or page.fault
        anything = False
        for entry in page.events:
            self._newest = max(self._newest, float(touched(entry)))
            if not self._known.fresh(entry):
                self.met = True
            elif (name := digest(entry)) not in self._seen:
                self._seen.add(name)
                self.fresh.append(entry)
                anything = True
        return anything

    def batch(self, cursor: str, before: float | None, now: float) -> Batch:
        events = sorted(self.fresh, key=touched)
        gap = None
        if before is not None and events:
            reason = "More was said since the last answer than the channel shows."
            gap = Gap(before, max(before, float(touched(events[0]))), reason)
        return Batch(
            [msgspec.structs.replace(one, deleted_at=now) if isinstance(one, Deletion) else one for one in events],
            cursor,
            last_item_at=min(self._newest, now) or None,
            received=self._received,
            unreadable=self._unreadable,
            fault=self._fault,
            gap=gap,
        )
