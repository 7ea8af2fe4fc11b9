"""Driver terms: what is said now and was not said before."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import msgspec

PRIOR = 50.0
"""Weight of the prior in mentions: how much is to be said before a rare term is believed."""
SMALLEST = 0.01
"""Pseudo-count of a term that the baseline has never seen."""
SURE = 1.96
"""z from which a term is a driver."""
COVERED = 0.6
"""Share of a word's mentions a phrase must hold to speak for it."""


class Driver(msgspec.Struct, frozen=True, array_like=True):
    """A term that drives the talk: how surely (`z`) and in how many mentions."""

    term: str
    z: float
    count: int


def drivers(
    now: Mapping[str, int],
    before: Mapping[str, int],
    limit: int = 3,
    minimum: int = 3,
    own: Collection[str] = (),
) -> tuple[Driver, ...]:
    """Return the terms that `now` holds more often than `before` would let expect, strongest first.

    Both map a term to its mentions. Log-odds ratio with an informative Dirichlet prior and its z-score (Monroe,
    Colaresi and Quinn 2008, equations 16 and 22); the prior is what both hours say together, as strong as `PRIOR`
    mentions. Without a baseline the most frequent terms lead. `own` are words of the brand itself, which never drive.
    """
    named = {word.casefold().lstrip("#") for word in own}
    scored = [
        Driver(term, z, now[term])
        for term, z in _scores(now, before).items()
        if now[term] >= minimum and z >= SURE and not _names(term, named)
    ]
    scored.sort(key=lambda driver: (-driver.z, -driver.count, driver.term))
    return tuple(_distinct(scored, limit))


def _scores(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, float]:
    here = {term: count for term, count in now.items() if count > 0}
    there = {term: count for term, count in before.items() if count > 0}
    if not there:
        return {term: math.sqrt(count) + SURE for term, count in here.items()}
    many, few = sum(here.values()), sum(there.values())
    scores = {}
    for term, count in here.items():
        past = there.get(term, 0)
        prior = max(PRIOR * (count + past) / (many + few), SMALLEST)
        odds = math.log((count + prior) / (many + PRIOR - count - prior + SMALLEST))
        odds -= math.log((past + prior) / (few + PRIOR - past - prior + SMALLEST))
        scores[term] = odds / math.sqrt(1 / (count + prior) + 1 / (past + prior))
    return scores


def _names(term: str, own: Collection[str]) -> bool:
    """Say whether a term is nothing but the brand's own words."""
    words = term.casefold().lstrip("#").split()
    return all(word in own for word in words) or "".join(words) in own


def _distinct(scored: list[Driver], limit: int) -> list[Driver]:
    """Take the strongest terms; a phrase stands for its words where it covers most of their mentions."""
    counts = {driver.term: driver.count for driver in scored}
    covered: set[str] = set()
    accidents: set[str] = set()
    for driver in scored:
        words = driver.term.split()
        if len(words) > 1:
            share = driver.count / max(counts.get(word, 0) for word in [*words, driver.term])
            if share >= COVERED:
                covered.update(words)
            else:
                accidents.add(driver.term)
    kept: list[Driver] = []
    for driver in scored:
        if len(kept) == limit:
            break
        if driver.term in covered | accidents or _overlaps(driver.term, kept):
            continue
        kept.append(driver)
    return kept


def _overlaps(term: str, kept: list[Driver]) -> bool:
    words = set(term.split())
    return any(words & set(other.term.split()) for other in kept)


def written(term: str, texts: Iterable[str]) -> str:
    """Return a folded term as most of the texts write it.

    A capital at the start of a sentence says nothing about the word: such a spelling counts only if there is no other.
    """
    pattern = re.compile(rf"(?<!\w)(?<![#@]){_spaced(term)}(?!\w)", re.IGNORECASE)
    inside: Counter[str] = Counter()
    leading: Counter[str] = Counter()
    for text in texts:
        for found in pattern.finditer(text):
            spelling = " ".join(found[0].split())
            (leading if _BEGINS.search(text[: found.start()]) else inside)[spelling] += 1
    spellings = inside or leading
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling)) if spellings else term


_BEGINS = re.compile(r"(^|[.!?…:\n])[\s\"'„“»(]*$")


def _spaced(term: str) -> str:
    return r"\s+".join(re.escape(word) for word in term.split())
