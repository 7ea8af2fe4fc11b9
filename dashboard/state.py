"""What the walls know, in memory: live deltas in, answers out. Pure: time comes in as an argument."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.bus.port import Delta, Snapshot
from app.domain.analysis import AnalysedMention
from app.domain.tally import SIGN, SPAN, Profile, TallyDelta, by_whom, merge, split
from app.domain.voices import bounded
from dashboard.cards import Cards
from dashboard.influence import Influencer, by_reach, known
from dashboard.joining import Joining
from dashboard.resonance import Resonance

HOLD = {"s": 300, "m": 2 * 3600, "a": 3600, "t": 7 * 3600, "v": 3600}
"""Seconds a bucket of each grain stays in memory after its end."""

KEEP_BACK = HOLD["t"]
"""Seconds a snapshot has to reach back."""

WIDEST = 20_000
"""Most fields one bucket of authors, terms or voices may hold; the least of them go first."""

NEWEST = 50
"""Mentions kept per brand."""

AHEAD = 5
"""Seconds by which a mention may be ahead of the latest heartbeat."""

HOUR = 3600


class Shares(NamedTuple):
    """Mentions by label."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    uncertain: int = 0

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self)


class BrandState:
    """One brand's tallies of the last hours, its newest mentions and cards; bounded."""

    def __init__(self, brand: str) -> None:
        self.brand = brand
        self.tally: TallyDelta = {}
        self.newest: tuple[AnalysedMention, ...] = ()
        self.profiles: dict[str, Profile] = {}
        self.cards = Cards()
        self.resonance = Resonance(self.voices)

    def rate(self, at: float) -> int:
        """Return the mentions of the last 60 s, with those that overtook the heartbeat."""
        first = int(at) - 59
        found = 0
        for start in range(first // 60 * 60, int(at) + AHEAD, 60):
            fields = self._bucket("s", start)
            found += sum(n for second, n in fields.items() if start + int(second) >= first)
        return found

    def curve(self, at: float, minutes: int = 60) -> list[tuple[int, int]]:
        """Return `(start, mentions)` of the last complete minutes, oldest first."""
        last = int(at) // 60 * 60
        return [(start, self._measure(start, "n")) for start in range(last - 60 * minutes, last, 60)]

    def pace(self, at: float, minutes: int = 5) -> float:
        """Return mentions per minute, the last minutes averaged together with the running one."""
        whole = [n for _, n in self.curve(at, minutes - 1)]
        return (sum(whole) + self.rate(at)) / minutes

    def shares(self, at: float) -> Shares:
        """Return the labels of the last hour."""
        starts = self._last_minutes(at)
        return Shares(**{label: sum(self._measure(s, mark) for s in starts) for label, mark in SIGN.items()})

    def count(self, at: float) -> int:
        """Return the mentions of the last hour."""
        if not self.tally:  # asked of thousands of brands, of most of which nothing is said
            return 0
        return sum(self._measure(start, "n") for start in self._last_minutes(at))

    def demo(self, at: float) -> bool:
        """Tell whether any mention of the last hour came from a demo source."""
        return any(self._measure(start, "d") > 0 for start in self._last_minutes(at))

    def terms(self, at: float, span: float = HOUR) -> dict[str, dict[str, int]]:
        """Return term → measure (`n`, `-`) → number over the last `span` seconds."""
        found: dict[str, dict[str, int]] = {}
        for fields in self._recent("t", at, span):
            for field, number in fields.items():
                measure, term = field.split(":", 1)
                measures = found.setdefault(term, {})
                measures[measure] = measures.get(measure, 0) + number
        return found

    def authors(self, at: float, span: float = HOUR) -> dict[str, dict[str, int]]:
        """Return author key → measure (`n` and the signs) → number over the last `span` seconds."""
        return by_whom(self._recent("a", at, span))

    def voices(self, at: float, span: float = HOUR) -> dict[str, dict[str, int]]:
        """Return whose voice (see `app.domain.tally`) → measure → number over the last `span` seconds."""
        return by_whom(self._recent("v", at, span))

    def influencers(self, at: float, limit: int = 5, span: float = HOUR) -> list[Influencer]:
        """Return who moves the brand: the authors of the last `span` seconds by reach, then by mentions."""
        return by_reach(self.authors(at, span), self.profiles, limit)

    def add(self, delta: Mapping[str, Mapping[str, int]], profiles: Mapping[str, Profile]) -> None:
        """Add the brand's part of a delta and how to show its authors."""
        mine = {name: fields for name, fields in delta.items() if split(name)[0] == self.brand}
        merge(self.tally, mine)
        for name, fields in mine.items():
            if split(name)[1] == "a":
                keys = {field.rsplit(":", 1)[0] for field in fields}
                self.profiles |= {key: known(profiles[key], self.profiles.get(key)) for key in keys if key in profiles}

    def hear(self, mentions: Iterable[AnalysedMention], gone: Iterable[str], at: float) -> None:
        """Take in newest mentions (an edit replaces) and take away those that are gone; deal cards."""
        heard = {one.mention.key: one for one in mentions}
        away = set(gone) | {key for key, one in heard.items() if self.brand not in one.mention.brands}
        keep = [one for one in self.newest if one.mention.key not in away and one.mention.key not in heard]
        keep += [one for key, one in heard.items() if key not in away]
        keep.sort(key=lambda one: -one.mention.published_at)
        self.newest = tuple(keep[:NEWEST])
        self.cards.replace(heard, away)
        self.cards.deal(self.newest, at)

    def prune(self, at: float) -> None:
        """Drop what is too old to be asked for, and what is too much to be kept."""
        for name in list(self.tally):
            _, grain, start = split(name)
            if start + SPAN[grain] + HOLD[grain] < at or start > at + HOUR:
                del self.tally[name]
            elif len(self.tally[name]) > WIDEST and grain == "v":
                self.tally[name] = bounded(self.tally[name], WIDEST // 2)
            elif len(self.tally[name]) > WIDEST:
                fields = sorted(self.tally[name].items(), key=lambda pair: -self._weight(grain, *pair))
                self.tally[name] = dict(fields[: WIDEST // 2])
        alive = {field.rsplit(":", 1)[0] for name in self.tally if ":a:" in name for field in self.tally[name]}
        self.profiles = {key: profile for key, profile in self.profiles.items() if key in alive}

    def _weight(self, grain: str, field: str, number: int) -> int:
        if grain != "a":
            return number
        profile = self.profiles.get(field.rsplit(":", 1)[0])
        return number + (profile.followers if profile else 0)

    def _bucket(self, grain: str, start: int) -> Mapping[str, int]:
        return self.tally.get(f"{self.brand}:{grain}:{start}", {})

    def _measure(self, start: int, measure: str) -> int:
        hour = start // HOUR * HOUR
        return self._bucket("m", hour).get(f"{(start - hour) // 60}:{measure}", 0)

    def _last_minutes(self, at: float) -> range:
        last = int(at) // 60 * 60
        return range(last - 59 * 60, int(at) + AHEAD, 60)

    def _recent(self, grain: str, at: float, span: float) -> list[Mapping[str, int]]:
        step = SPAN[grain]
        first = int(at - span) // step * step
        return [self._bucket(grain, start) for start in range(first, int(at) + 1, step)]


class State:
    """All brands of this process; applies deltas in order and says when one is missing."""

    def __init__(self, brands: Iterable[str]) -> None:
        self.brands = {brand: BrandState(brand) for brand in brands}
        self.seqs: dict[int, int] = {}
        self.watermark = 0.0
        """Up to which instant every partition is counted."""
        self._marks: dict[int, float] = {}
        self._lost = 0
        self._joining = Joining()

    def follow(self, brands: Iterable[str]) -> set[str]:
        """Know other brands from now on, those that stay as they are; return those that are new and still empty."""
        before = self.brands
        self.brands = {brand: before.get(brand) or BrandState(brand) for brand in brands}
        return self.brands.keys() - before.keys()

    def join(self, snapshot: Snapshot, at: float) -> None:
        """Take over a snapshot of new brands only; it may be ahead of the others."""
        new = snapshot.newest.keys() & self.brands.keys()
        self._joining.join(new, snapshot.seq)
        for name in new:
            self._fill(name, snapshot, at)

    @property
    def seq(self) -> int:
        """Return the sum over partitions of the delta seq applied; it never falls."""
        return self._lost + sum(self.seqs.values())

    def load(self, snapshot: Snapshot, at: float) -> None:
        """Take over a snapshot in place of everything known so far."""
        for partition, seq in snapshot.seq.items():
            self._lost += max(0, self.seqs.get(partition, 0) - seq)  # a bus that lost its memory counts from 0 again
            self.seqs[partition] = seq
            self._mark(partition, snapshot.watermark)
        self._joining.clear()
        for name in self.brands:
            self._fill(name, snapshot, at)

    def _fill(self, name: str, snapshot: Snapshot, at: float) -> None:
        brand, newest = self.brands[name], snapshot.newest.get(name, ())
        brand.tally, brand.profiles, brand.newest = {}, {}, ()
        brand.add(snapshot.tally, snapshot.profiles)
        brand.cards.forget({one.mention.key for one in newest})
        brand.hear(newest, (), at)
        brand.prune(at)

    def apply(self, delta: Delta, at: float) -> bool:
        """Apply a delta; False if one before it is missing, then nothing changed: read the state again."""
        known = self.seqs.get(delta.partition, 0)
        if delta.seq <= known:
            return True
        if delta.seq != known + 1:
            return False
        self.seqs[delta.partition] = delta.seq
        self._mark(delta.partition, delta.watermark)
        touched = {split(name)[0] for name in delta.tally}
        heard = {brand for one in delta.newest for brand in one.mention.brands}
        everyone = bool(delta.gone or delta.newest)
        for name, brand in self.brands.items():
            if self._joining.holds(name, delta):
                continue
            if name in touched:
                brand.add(delta.tally, delta.profiles)
            if name in heard or (everyone and brand.newest):
                brand.hear(delta.newest, delta.gone, at)
        return True

    def _mark(self, partition: int, watermark: float) -> None:
        """Note how far a partition is counted: the wall's clock goes with the slowest, and never back."""
        self._marks[partition] = max(self._marks.get(partition, 0.0), watermark)
        self.watermark = max(self.watermark, min(self._marks.values()))

    def settle(self, at: float) -> None:
        """Once a second: deal waiting cards and drop what is old."""
        for brand in self.brands.values():
            if brand.tally or brand.newest:
                brand.cards.deal(brand.newest, at)
                brand.prune(at)
