"""Tallies: counts by second and minute, authors by reach, terms and voices, per brand.

A tally is a mapping bucket → field → number. A `TallyDelta` is the same mapping with increments, so that merging is
addition: associative, commutative, and undone by its negative. One representation serves Redis hashes (`HINCRBY`),
the live delta on the bus, the state in the dashboard and the log in the archive.

Bucket names are `<brand>:<grain>:<start>`; `start` is a multiple of the span in seconds since the epoch.

| grain | span  | fields |
| `s`   | 60 s  | `<second 0-59>` → mentions |
| `m`   | 3600 s| `<minute 0-59>:<measure>` → number; measures below |
| `a`   | 600 s | `<author key>:<measure>`; measures n, -, 0, +, ? |
| `t`   | 600 s | `<measure>:<term>`; measures n, - |
| `v`   | 600 s | `<who>:n`; who is a fingerprint, `@<author key>` without one, or `~` with n, rp and all |

Measures: `n` mentions, `-` negative, `0` neutral, `+` positive, `?` uncertain, `r` reach (sum), `-r` reach of negative
ones, `rp` reposts, `d` demo, `c.<channel>` mentions in that channel, `i.<intent>` mentions with that intent,
`u.<0-f>` mentions by the authors that fall into one of sixteen boxes: how many authors spoke is told by how many boxes
are not empty (linear counting; Whang, Vander-Zanden and Taylor 1990), which adds up, can be taken back, names nobody.

Of voices `~` stands for those nobody is told by: reposts without words (`rp` of them), and what a bucket had no more
room for; its `all` counts every repost of the bucket.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log
from zlib import crc32

import msgspec

from app.domain.analysis import AnalysedMention
from app.domain.mention import Author, reach

TallyDelta = dict[str, dict[str, int]]
"""bucket → field → increment."""

SPAN = {"s": 60, "m": 3600, "a": 600, "t": 600, "v": 600}
"""Seconds a bucket of each grain covers."""

KEEP = {"s": 2 * 3600, "m": 49 * 3600, "a": 26 * 3600, "t": 26 * 3600, "v": 26 * 3600}
"""Seconds a bucket of each grain is kept on the bus after its start; the archive keeps minutes for years."""

SIGN = {"negative": "-", "neutral": "0", "positive": "+", "uncertain": "?"}
"""Label → measure."""

BOXES = 16
"""Into how many boxes the authors of a minute fall."""

PERSONAL = "atv"
"""Grains that name an author or come from the words of a text: what is deleted is taken out of them."""

REST = "~"
"""Who stands for the voices that nobody is told by."""


class Contribution(msgspec.Struct, frozen=True, array_like=True, gc=False):
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
    intents: tuple[str, ...] = ()
    voice: str = ""
    corrected: tuple[str, ...] = ()
    """What of it a person said; an edit keeps that."""


class Profile(msgspec.Struct, frozen=True, array_like=True, gc=False):
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
    intents: dict[str, int] = {}
    """Left out of the archive's sums by minute and hour: its log and its mentions tell them."""
    negative_reach: int = 0
    """Of the negative ones; left out like intents."""


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
        intents=tuple(intent.label for intent in analysis.intents),
        voice=analysis.voice,
        corrected=analysis.corrected,
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
    at, mark, author = int(part.at), SIGN[part.label], part.author
    second, minute = at % 60, at % 3600 // 60
    for brand in part.brands:
        _one(_fields(delta, f"{brand}:s:{at - second}"), str(second), sign)
        minutes = _fields(delta, f"{brand}:m:{at // 3600 * 3600}")
        for measure in ("n", mark, f"c.{part.channel}"):
            _one(minutes, f"{minute}:{measure}", sign)
        if part.reach:
            _one(minutes, f"{minute}:r", sign * part.reach)
            if mark == "-":
                _one(minutes, f"{minute}:-r", sign * part.reach)
        if author:
            _one(minutes, f"{minute}:u.{crc32(author.encode()) % BOXES:x}", sign)
        if part.kind == "repost":
            _one(minutes, f"{minute}:rp", sign)
        if part.demo:
            _one(minutes, f"{minute}:d", sign)
        for intent in part.intents:
            _one(minutes, f"{minute}:i.{intent}", sign)
        authors = _fields(delta, f"{brand}:a:{at // 600 * 600}")
        _one(authors, f"{author}:n", sign)
        _one(authors, f"{author}:{mark}", sign)
        if part.terms:
            _add_terms(_fields(delta, f"{brand}:t:{at // 600 * 600}"), part.terms, mark, sign)
        _add_voice(_fields(delta, f"{brand}:v:{at // 600 * 600}"), part, sign)


def remains(part: Contribution) -> Contribution:
    """Return what stays counted of a mention that was deleted: nothing of its author and its words."""
    return msgspec.structs.replace(part, author="", terms=(), voice="")


def _add_terms(fields: dict[str, int], terms: Iterable[str], mark: str, sign: int) -> None:
    measures = ("n:", "-:") if mark == "-" else ("n:",)
    for term in terms:
        for measure in measures:
            field = measure + term
            fields[field] = fields.get(field, 0) + sign


def _add_voice(fields: dict[str, int], part: Contribution, sign: int) -> None:
    passed_on = part.kind == "repost"
    who = part.voice or (REST if passed_on else f"@{part.author}")
    _one(fields, f"{who}:n", sign)
    if passed_on:
        _one(fields, f"{REST}:all", sign)
        if who == REST:
            _one(fields, f"{REST}:rp", sign)


def _fields(delta: TallyDelta, name: str) -> dict[str, int]:
    found = delta.get(name)
    if found is None:
        found = delta[name] = {}
    return found


def _one(fields: dict[str, int], field: str, number: int) -> None:
    fields[field] = fields.get(field, 0) + number


def reduce(parts: Iterable[Contribution]) -> TallyDelta:
    """Return the sum of contributions."""
    delta: TallyDelta = {}
    for part in parts:
        add(delta, part)
    return delta


def merge(into: TallyDelta, delta: Mapping[str, Mapping[str, int]]) -> None:
    """Add `delta` to `into` in place."""
    for name, fields in delta.items():
        have = _fields(into, name)
        for field, number in fields.items():
            have[field] = have.get(field, 0) + number


def only(delta: TallyDelta, grain: str) -> TallyDelta:
    """Return the part of a delta that belongs to one grain."""
    mark = f":{grain}:"
    return {name: fields for name, fields in delta.items() if mark in name}


def split(name: str) -> tuple[str, str, int]:
    """Return brand, grain and start of a bucket name."""
    brand, grain, start = name.rsplit(":", 2)
    return brand, grain, int(start)


def by_whom(buckets: Iterable[Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return of buckets of authors or voices who → measure → number; who was taken out again is left out."""
    found: dict[str, dict[str, int]] = {}
    for fields in buckets:
        for field, number in fields.items():
            who, _, measure = field.rpartition(":")
            measures = found.setdefault(who, {})
            measures[measure] = measures.get(measure, 0) + number
    return {who: measures for who, measures in found.items() if measures.get("n", 0) > 0 or who == REST}


def minutes(tally: Mapping[str, Mapping[str, int]], brand: str) -> dict[int, MinuteTally]:
    """Return a brand's minutes by their start; `authors` is told by their boxes, 0 where nothing is known of them."""
    found: dict[int, dict[str, int]] = {}
    for name, fields in tally.items():
        owner, grain, start = split(name)
        if owner != brand or grain != "m":
            continue
        for field, number in fields.items():
            minute, measure = field.split(":", 1)
            found.setdefault(start + 60 * int(minute), {})[measure] = number
    return {start: minute_of(start, measures) for start, measures in sorted(found.items())}


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
        intents=dict(Counter(intent for part in parts for intent in part.intents)),
        negative_reach=sum(part.reach for part in parts if part.label == "negative"),
    )


def minute_of(start: int, measures: Mapping[str, int]) -> MinuteTally:
    """Return a minute by its measures."""
    channels, intents, boxes = dict[str, int](), dict[str, int](), list[int]()
    for measure, number in measures.items():
        if number and measure[1:2] == ".":
            if measure[0] == "c":
                channels[measure[2:]] = number
            elif measure[0] == "i":
                intents[measure[2:]] = number
            elif number > 0:
                boxes.append(number)
    return MinuteTally(
        start=start,
        count=measures.get("n", 0),
        negative=measures.get("-", 0),
        neutral=measures.get("0", 0),
        positive=measures.get("+", 0),
        uncertain=measures.get("?", 0),
        reach=measures.get("r", 0),
        reposts=measures.get("rp", 0),
        authors=_authors(boxes),
        channels=channels,
        intents=intents,
        negative_reach=measures.get("-r", 0),
    )


def _authors(boxes: Sequence[int]) -> int:
    """Return how many authors the boxes of a minute tell of; all that spoke, where every box is full."""
    if len(boxes) >= BOXES:
        return sum(boxes)
    return min(sum(boxes), round(-BOXES * log(1 - len(boxes) / BOXES)))
