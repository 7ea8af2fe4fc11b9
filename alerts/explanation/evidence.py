"""What speaks for an incident: the terms that drive it and the authors with the largest reach."""

from collections.abc import Collection

from app.bus.port import Snapshot
from app.domain.account import account, names
from app.domain.brand import Brand
from app.domain.explanation import Driver
from app.domain.tally import SPAN, Profile, TallyDelta, split
from app.domain.terms import drivers, written

BEFORE = 3 * 3600.0
"""Seconds before the onset that drivers are compared with."""
LEADERS = 3


def driver_terms(snapshot: Snapshot, brand: Brand, since: float, limit: int = 3) -> tuple[Driver, ...]:
    """Return the terms said more often since the onset than before it, strongest first, as the newest texts write them.

    The brand's own words are left out. `z` is that of Monroe et al. (2008), as `app.domain.terms` has it.
    """
    now: dict[str, int] = {}
    before: dict[str, int] = {}
    onset = int(since) // SPAN["t"] * SPAN["t"]
    for start, fields in buckets(snapshot.tally, brand.id, "t"):
        into = now if start >= onset else before
        for field, number in fields.items():
            measure, term = field.split(":", 1)
            if measure == "n":
                into[term] = into.get(term, 0) + number
    own = {brand.id, *brand.name.split(), *(account.lstrip("@") for account in brand.accounts)}
    texts = [card.mention.text for card in snapshot.newest.get(brand.id, ())]
    found = drivers(now, before, limit=limit, own=own)
    return tuple(Driver(written(one.term, texts), one.count, round(one.z, 2)) for one in found)


def lead_authors(snapshot: Snapshot, brand: Brand, since: float, limit: int = LEADERS) -> tuple[str, ...]:
    """Return the names of the authors with the largest reach since the onset: followers times mentions.

    Where a channel knows no followers, those who said most. Our own accounts are none.
    """
    onset = int(since) // SPAN["a"] * SPAN["a"]
    spoken: dict[str, int] = {}
    for start, fields in buckets(snapshot.tally, brand.id, "a"):
        for field, number in fields.items():
            key, measure = field.rsplit(":", 1)
            if start >= onset and measure == "n" and number > 0:
                spoken[key] = spoken.get(key, 0) + number
    own = {account(one) for one in brand.accounts}
    people = {key: profile for key, profile in snapshot.profiles.items() if key in spoken and not _ours(profile, own)}
    reached = {key: spoken[key] * profile.followers for key, profile in people.items()}
    followed = [key for key in people if reached[key]]
    first = sorted(followed or people, key=lambda key: (-reached[key], -spoken[key], key))
    return tuple(people[key].name for key in first[:limit])


def _ours(profile: Profile, own: Collection[str]) -> bool:
    return any(name in own for name in names(profile.handle))


def buckets(tally: TallyDelta, brand: str, grain: str) -> list[tuple[int, dict[str, int]]]:
    """Return a brand's buckets of one grain with their start."""
    named = [(split(name), fields) for name, fields in tally.items()]
    return [(start, fields) for (owner, kind, start), fields in named if owner == brand and kind == grain]
