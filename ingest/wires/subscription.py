"""A subscription: what is known of one feed between two looks at it, and when the next one is due."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from app.domain.mention import Mention, SourceEvent
from app.domain.source import Gap
from ingest.seen import Seen
from ingest.wires.feeds import Feed, Item

DAY = 86_400.0
GROWTH = 1.5
LONGEST_BACKOFF = DAY
FIRST_BACKOFF = 60.0
TOLD = 1_024
"""Letters of an ETag or a date that are kept and sent back."""


class Bounds(msgspec.Struct, frozen=True):
    """How often feeds are asked, and how much of them is taken."""

    shortest: float
    longest: float
    days: float
    """Entries that were older when we first could see them are not taken."""
    limit: int
    """Entries of one feed that are looked at and remembered, the newest."""
    hints: bool = True


class Subscription(msgspec.Struct, omit_defaults=True):
    """What is known of one feed; it is part of the cursor."""

    etag: str = ""
    modified: str = ""
    url: str = ""
    """Where it is instead of its configured address: it moved there for good, or a page named it."""
    owner: str = ""
    """The configured address by which it was found, if it is a feed of comments; empty: it is configured itself."""
    parent: str = ""
    """The id of the article that all its comments answer."""
    replies: int = -1
    """How many comments its article had when it was last asked."""
    asked: float = 0.0
    """When it last answered."""
    due: float = 0.0
    pause: float = 0.0
    failures: int = 0
    gone: float = 0.0
    """When it said that it is gone for good (410); 0: it has not."""
    seen: str = ""
    body: str = ""
    """Digest of what it said last."""
    every: float = 0.0
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    """How often, and in which hours and on which days it does not want to be asked, as it said last."""

    def forget(self) -> None:
        """Have it read anew at the next look."""
        self.etag = self.modified = self.body = ""

    @property
    def comments(self) -> bool:
        """Whether its entries are comments."""
        return bool(self.owner)


class News(msgspec.Struct, frozen=True):
    """What a look at a feed brought."""

    events: list[SourceEvent] = []
    gap: Gap | None = None
    newest: float | None = None


def news(known: Subscription, feed: Feed, bounds: Bounds, now: float) -> News:
    """Return what is new or changed, oldest first, and remember it.

    The first look takes the last `days` only, a later one what was published since then. Entries without a date count
    from the second look on: before, nobody knows how old they are.
    """
    first = not known.asked
    horizon = (now if first else min(known.asked, now)) - bounds.days * DAY
    seen = Seen(known.seen, bounds.limit)
    items = sorted(feed.items, key=lambda item: item.mention.published_at, reverse=True)[: bounds.limit]
    lost = _lost(known, seen, items, now)
    events: list[SourceEvent] = []
    for item in reversed(items):
        mention = item.mention
        match seen.look(mention.id, mention.text):
            case "new" if _young(item, horizon, first=first):
                events.append(mention)
            case "changed":
                events.append(_edited(mention, known.asked, now))
    known.seen = seen.packed
    newest = max((item.mention.published_at for item in items if item.dated), default=None)
    return News([*events, *(gone for gone in feed.deletions if gone.deleted_at >= horizon)], lost, newest)


def _young(item: Item, horizon: float, *, first: bool) -> bool:
    if not item.dated:
        return not first
    return max(item.mention.published_at, item.mention.edited_at or 0.0) >= horizon


def _edited(mention: Mention, before: float, now: float) -> Mention:
    """Return a changed entry: changed when it says, if that was since our last look, else now."""
    said = mention.edited_at
    return replace(mention, edited_at=said if said and said > before else now, revision=int(now * 1_000_000))


def _lost(known: Subscription, seen: Seen, items: Sequence[Item], now: float) -> Gap | None:
    """Return the time of which entries may have come and gone unseen: nothing we knew is left in the feed."""
    dated = [item.mention.published_at for item in items if item.dated]
    if not (known.asked and len(seen) and dated) or any(item.mention.id in seen for item in items):
        return None
    oldest = min(*dated, now)
    if oldest <= known.asked:
        return None
    return Gap(known.asked, oldest, "A feed held fewer entries than were published since it was last read.")


def schedule(known: Subscription, feed: Feed | None, bounds: Bounds, now: float, *, anything: bool) -> None:
    """Note when a feed that answered is due again: sooner the more it says, and not before it wants to be asked."""
    known.failures, known.asked = 0, now
    if feed is not None:
        known.every, known.hours, known.days = feed.every, feed.hours, feed.days
    pause = bounds.shortest if anything or not known.pause else min(bounds.longest, known.pause * GROWTH)
    if bounds.hints:
        pause = max(pause, min(known.every, bounds.longest))
    known.pause = pause
    known.due = _welcome(now + pause, known.hours, known.days) if bounds.hints else now + pause


def _welcome(due: float, hours: frozenset[int], days: frozenset[int]) -> float:
    """Return the first full hour from `due` on in which a feed wants to be asked; `due` itself if it is one."""
    if len(hours) == 24 or len(days) == 7:  # noqa: PLR2004 - never means nothing
        return due
    at = due
    for _ in range(8 * 24):
        moment = datetime.fromtimestamp(at, UTC)
        if moment.hour not in hours and moment.weekday() not in days:
            return at
        at = at - at % 3_600 + 3_600
    return due


def postpone(known: Subscription, now: float, wanted: float | None) -> float:
    """Note that a feed did not answer; return the seconds until it is asked again: a day at most."""
    known.failures += 1
    pause = max(FIRST_BACKOFF * 2.0 ** min(known.failures - 1, 20), wanted or 0.0)
    pause = min(pause, LONGEST_BACKOFF)
    known.due = now + pause
    return pause
