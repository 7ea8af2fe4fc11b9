"""Mentions for the bus, and the shortest analysis that settles them."""

from collections.abc import Sequence

from app.bus.port import Entry, Settled
from app.bus.redis import RedisBus
from app.clock import SystemClock
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.identity import Identity
from app.domain.mention import Author, Deletion, Heartbeat, Mention
from app.domain.tally import Contribution, Profile, TallyDelta, add, contribution, profile

IDENTITY = Identity(b"test")
NOW = float(int(SystemClock().now()))


def said(number: int, text: str = "hello", **more) -> Mention:
    """Return mention `number` of the brand acme."""
    author = more.pop("author", None) or Author(f"u{number}", name=f"User {number}", followers=number)
    more = {"brands": ("acme",), "key": IDENTITY.key("forum", str(number)), "published_at": NOW} | more
    return Mention(channel="forum", id=str(number), text=text, author=author, **more)


def gone(number: int) -> Deletion:
    """Return the deletion of mention `number`."""
    return Deletion("forum", str(number), NOW, key=IDENTITY.key("forum", str(number)))


def part_of(event: Mention) -> tuple[AnalysedMention, Contribution]:
    """Return a mention as analysed: negative if it says so, its words the terms."""
    label = "negative" if "bad" in event.text else "neutral"
    found = Analysis("en", Sentiment(label, 0, 1, 0), terms=tuple(dict.fromkeys(event.text.split())))
    analysed = AnalysedMention(event, found)
    return analysed, contribution(analysed, IDENTITY.author("forum", event.author.id))


async def settle(bus: RedisBus, entries: Sequence[Entry], consumer: str = "a", at: float = NOW) -> list[str]:
    """Settle entries of one partition in one call, each key at most once in it."""
    keys = [entry.event.key for entry in entries if isinstance(entry.event, Mention | Deletion)]
    counted = await bus.contributions(keys) if keys else {}
    tally: TallyDelta = {}
    profiles: dict[str, Profile] = {}
    settled = []
    for entry in entries:
        event = entry.event
        assert event is not None
        key = "" if isinstance(event, Heartbeat) else event.key
        held = counted.get(key)
        before = held.contribution if held else None
        part, payload = None, event
        if isinstance(event, Mention):
            payload, part = part_of(event)
            if before:
                add(tally, before, -1)
            add(tally, part)
            profiles[part.author] = profile(event.author, "forum")
        settled.append(Settled(entry.id, key, entry.version, held.version if held else 0, payload, part, before))
    return await bus.settle(entries[0].partition, consumer, settled, tally, profiles, at)


async def work(
    bus: RedisBus, consumer: str = "a", count: int = 500, *, claim: bool = False, ours: bool = True
) -> list[Entry]:
    """Read what is there (or claim it) and settle it, one version of a key after the other."""
    entries = await (bus.claim("analysis", consumer) if claim else bus.read("analysis", consumer, count, 1))
    left = list(entries)
    while left:
        batch: dict[str, Entry] = {}
        for entry in left:
            key = entry.event.key if isinstance(entry.event, Mention | Deletion) else entry.id
            if entry.partition == left[0].partition:
                batch.setdefault(key, entry)
        foreign = await settle(bus, list(batch.values()), consumer)
        assert not (ours and foreign)
        left = [entry for entry in left if entry not in batch.values()]
    return entries


async def counted(bus: RedisBus) -> int:
    """Return how many mentions of acme the tallies hold."""
    state = await bus.snapshot(["acme"], NOW - 3600)
    return sum(n for name, fields in state.tally.items() if ":s:" in name for n in fields.values())
