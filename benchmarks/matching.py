"""How many posts a core can match against a thousand boolean queries, beside an engine that only scans.

The scan-only engine is the same automaton (Aho-Corasick, in Rust) over the same words, handed texts that somebody has
folded before: it neither folds nor evaluates a query nor answers which brand it was. What ours answers is compared
with every query evaluated by itself on a sample of the posts; one difference fails the benchmark.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import ahocorasick_rs

from app.domain.brand import Watched
from app.domain.folding import fold
from app.domain.mention import Mention
from app.domain.query import parse
from app.domain.subject import Subject
from benchmarks.crowd import posts, watched
from benchmarks.report import Report, Row, Series, median
from ingest.match import Matcher

QUERIES = 1_000
HITS = 0.02
POSTS = {True: 5_000, False: 40_000}
ROUNDS = {True: 3, False: 15}
SAMPLE = {True: 100, False: 400}
MUST, AIM = 200_000, 350_000


class Race(NamedTuple):
    """Posts per second of CPU time, one figure a round."""

    ours: list[float]
    scan: list[float]
    fold: list[float]


def measure(*, quick: bool) -> Report:
    """Return posts per second on one core, and how far from a bare scan that is."""
    known = watched(QUERIES)
    crowd = list(posts(POSTS[quick], known.brands, HITS))
    matcher = Matcher(known)
    wrong = differences(matcher.scopes, known, crowd[: SAMPLE[quick]])
    if wrong:
        raise AssertionError(f"{len(wrong)} posts are matched wrongly, the first: {wrong[0].text!r}")
    race = _race(matcher, known, crowd, ROUNDS[quick])
    hits = sum(bool(matcher.scopes(one)) for one in crowd) / len(crowd)
    return _report(race, hits, sum(len(one.text) for one in crowd) / len(crowd), SAMPLE[quick])


Finds = Callable[[str, Mention], bool]
"""Tells whether a query finds a mention."""


def finds(query: str, mention: Mention) -> bool:
    """Tell whether a query, evaluated by itself, finds a mention."""
    return parse(query).matches(Subject.of(mention))


def plainly(known: Watched, mention: Mention, finds: Finds = finds) -> tuple[str, ...]:
    """Return what a mention counts for, every query asked by itself; it answers nothing, accounts are handles."""
    said = [brand.id for brand in known.brands if finds(brand.query, mention)]
    said = [
        one.id for one in known.brands if one.id in said and not any(finds(query, mention) for query in one.exclude)
    ]
    if any(finds(query, mention) for query in known.spam):
        said = []
    brands = [one.id for one in known.brands if one.id in said or f"@{mention.author.handle}" in one.accounts]
    topics = [topic for topic in known.topics if brands and finds(topic.query, mention)]
    return (*brands, *(f"{brand}/{topic.id}" for topic in topics for brand in brands))


def differences(
    found: Callable[[Mention], tuple[str, ...]], known: Watched, posts: Sequence[Mention], finds: Finds = finds
) -> list[Mention]:
    """Return the posts that count for something else than with every query evaluated by itself."""
    return [post for post in posts if found(post) != plainly(known, post, finds)]


def _race(matcher: Matcher, known: Watched, crowd: Sequence[Mention], rounds: int) -> Race:
    words = sorted({word for brand in known.brands for word in parse(brand.query).literals()})
    fastest = ahocorasick_rs.Implementation.DFA
    scan = ahocorasick_rs.AhoCorasick(words, implementation=fastest).find_matches_as_indexes
    texts = [one.text for one in crowd]
    folded = [fold(text) for text in texts]
    race = Race([], [], [])
    for _ in range(rounds):
        race.ours.append(_rate(matcher.scopes, crowd))
        race.scan.append(_rate(scan, folded))
        race.fold.append(_rate(fold, texts))
    return race


def _rate(work: Callable[[Any], object], given: Sequence[Any]) -> float:
    """Return how many a second of this process's CPU time are done."""
    begun = time.process_time()
    for one in given:
        work(one)
    return len(given) / (time.process_time() - begun)


def _report(race: Race, hits: float, length: float, sample: int) -> Report:
    ours, scan, folding = median(race.ours), median(race.scan), median(race.fold)
    of_scan = median([mine / theirs for mine, theirs in zip(race.ours, race.scan, strict=True)])
    rounds = tuple(range(1, len(race.ours) + 1))
    axes = ("round", "posts/s on one core")
    note = (
        f"{length:.0f} characters a post on average, German and English with emoji, a fifth in other languages; "
        f"{sample} posts compared with every query evaluated by itself: all equal."
    )
    return Report(
        "matching",
        f"{QUERIES:,} boolean queries over posts, on one core",
        (
            Row("posts matched", ours, "1/s", must=MUST, aim=AIM),
            Row("of a scan-only engine", ours, "1/s", "Aho-Corasick over folded texts", scan, of_scan),
            Row("of folding alone", ours, "1/s", "fold() and nothing else", folding, ours / folding),
            Row("posts that hit", 100 * hits, "%"),
        ),
        (note,),
        (Series("matching", rounds, tuple(race.ours), *axes), Series("bare scan", rounds, tuple(race.scan), *axes)),
    )
