"""Tallies: counts by second and minute, authors by reach and terms, per brand.

A tally is a mapping bucket → field → number. A `TallyDelta` is the same mapping with increments, so that merging is
addition: associative, commutative, and undone by its negative. One representation serves Redis hashes (`HINCRBY`),
the live delta on the bus, the state in the dashboard and the log in the archive.

Bucket names are `<brand>:<grain>:<start>`; `start` is a multiple of the span in seconds since the epoch.

| grain | span  | fields |
| `s`   | 60 s  | `<second 0-59>` → mentions |
| `m`   | 3600 s| `<minute 0-59>:<measure>` → number; measures below |
| `a`   | 600 s | `<author key>:<measure>`; measures n, -, 0, +, ? |
| `t`   | 600 s | `<measure>:<term>`; measures n, - |

Measures: `n` mentions, `-` negative, `0` neutral, `+` positive, `?` uncertain, `r` reach (sum), `rp` reposts,
`d` demo, `c.<channel>` mentions in that channel.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from app.domain.analysis import AnalysedMention
from app.domain.mention import Author, reach

TallyDelta = dict[str, dict[str, int]]
"""bucket → field → increment."""

SPAN = {"s": 60, "m": 3600, "a": 600, "t": 600}
"""Seconds a bucket of each grain covers."""

KEEP = {"s": 2 * 3600, "m": 49 * 3600, "a": 26 * 3600, "t": 26 * 3600}
"""Seconds a bucket of each grain is kept on the bus after its start; the archive keeps minutes for years."""

SIGN = {"negative": "-", "neutral": "0", "positive": "+", "uncertain": "?"}
"""Label → measure."""


class Contribution(msgspec.Struct, frozen=True, array_like=True):
    """All that one analysed mention adds to the tallies: enough to take it out again when it is edited."""

    brands: tuple[str, ...]
    at: float
    label: str
    channel: str
    kind: str
    reach: int
    author: str
    """The author's key."""
    terms: tuple[str, ...]
    demo: bool = False


class Profile(msgspec.Struct, frozen=True, array_like=True):
    """How to show an author of the tallies."""

    channel: str
    name: str
    handle: str | None
    followers: int
    url: str | None = None
    demo: bool = False


class MinuteTally(msgspec.Struct, frozen=True):
    """One minute (or a longer step) of one brand, as the API and the detectors read it; `start` in seconds."""

    start: int
    count: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    uncertain: int = 0
    reach: int = 0
    reposts: int = 0
    authors: int = 0
    channels: dict[str, int] = {}


def contribution(analysed: AnalysedMention, author_key: str) -> Contribution:
    """Return what a mention adds to the tallies of its brands."""
    mention, analysis = analysed.mention, analysed.analysis
    return Contribution(
        brands=mention.brands,
        at=mention.published_at,
        label=analysis.sentiment.label,
        channel=mention.channel,
        kind=mention.kind,
        reach=reach(mention),
        author=author_key,
        terms=analysis.terms,
        demo=mention.demo,
    )


def profile(author: Author, channel: str, *, demo: bool = False) -> Profile:
    """Return how to show an author."""
    name = author.name or author.handle or author.id
    return Profile(channel, name, author.handle, author.followers or 0, author.url, demo)


def bucket(brand: str, grain: str, at: float) -> str:
    """Return the name of the bucket of `grain` that holds the instant `at`."""
    span = SPAN[grain]
    return f"{brand}:{grain}:{int(at) // span * span}"


def add(delta: TallyDelta, part: Contribution, sign: int = 1) -> None:
    """Add a contribution to `delta` in place, or take it out with `sign=-1`."""
    second, minute = int(part.at) % 60, int(part.at) % 3600 // 60
    mark = SIGN[part.label]
    for brand in part.brands:
        seconds = delta.setdefault(bucket(brand, "s", part.at), {})
        seconds[str(second)] = seconds.get(str(second), 0) + sign
        _raise(delta.setdefault(bucket(brand, "m", part.at), {}), _minute_fields(part, minute, mark), sign)
        authors = {f"{part.author}:n": 1, f"{part.author}:{mark}": 1}
        _raise(delta.setdefault(bucket(brand, "a", part.at), {}), authors, sign)
        terms = {f"n:{term}": 1 for term in part.terms}
        if mark == "-":
            terms |= {f"-:{term}": 1 for term in part.terms}
        if terms:
            _raise(delta.setdefault(bucket(brand, "t", part.at), {}), terms, sign)


def _minute_fields(part: Contribution, minute: int, mark: str) -> dict[str, int]:
    fields = {f"{minute}:n": 1, f"{minute}:{mark}": 1, f"{minute}:c.{part.channel}": 1}
    if part.reach:
        fields[f"{minute}:r"] = part.reach
    if part.kind == "repost":
        fields[f"{minute}:rp"] = 1
    if part.demo:
        fields[f"{minute}:d"] = 1
    return fields


def _raise(into: dict[str, int], fields: Mapping[str, int], sign: int) -> None:
    for field, number in fields.items():
        into[field] = into.get(field, 0) + sign * number


def reduce(parts: Iterable[Contribution]) -> TallyDelta:
    """Return the sum of contributions."""
    delta: TallyDelta = {}
    for part in parts:
        add(delta, part)
    return delta


def merge(into: TallyDelta, delta: Mapping[str, Mapping[str, int]]) -> None:
    """Add `delta` to `into` in place."""
    for name, fields in delta.items():
        _raise(into.setdefault(name, {}), fields, 1)


def only(delta: TallyDelta, grain: str) -> TallyDelta:
    """Return the part of a delta that belongs to one grain."""
    mark = f":{grain}:"
    return {name: fields for name, fields in delta.items() if mark in name}


def split(name: str) -> tuple[str, str, int]:
    """Return brand, grain and start of a bucket name."""
    brand, grain, start = name.rsplit(":", 2)
    return brand, grain, int(start)


def minutes(tally: Mapping[str, Mapping[str, int]], brand: str) -> dict[int, MinuteTally]:
    """Return a brand's minutes by their start; `authors` stays 0 because it is not additive."""
    found: dict[int, dict[str, int]] = {}
    for name, fields in tally.items():
        owner, grain, start = split(name)
        if owner != brand or grain != "m":
            continue
        for field, number in fields.items():
            minute, measure = field.split(":", 1)
            found.setdefault(start + 60 * int(minute), {})[measure] = number
    return {start: _minute(start, measures) for start, measures in sorted(found.items())}


def summed(start: int, parts: Sequence[Contribution], authors: int) -> MinuteTally:
    """Return the bucket that holds those contributions, one each; `authors` spoke in it."""
    labels = Counter(part.label for part in parts)
    return MinuteTally(
        start=start,
        count=len(parts),
        **{label: labels[label] for label in SIGN},
        reach=sum(part.reach for part in parts),
        reposts=sum(part.kind == "repost" for part in parts),
        authors=authors,
        channels=dict(Counter(part.channel for part in parts)),
    )


def _minute(start: int, measures: Mapping[str, int]) -> MinuteTally:
    return MinuteTally(
        start=start,
        count=measures.get("n", 0),
        negative=measures.get("-", 0),
        neutral=measures.get("0", 0),
        positive=measures.get("+", 0),
        uncertain=measures.get("?", 0),
        reach=measures.get("r", 0),
        reposts=measures.get("rp", 0),
        channels={name[2:]: n for name, n in measures.items() if name.startswith("c.") and n},
    )
