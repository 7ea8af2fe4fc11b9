"""Witnesses: the first post of a storm, and five posts that show it, chosen to differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from alerts.explanation.said import Said, Spoken
from app.domain.explanation import Evidence, Why
from app.domain.folding import fold

SHOWN, SPARE = 5, 4
"""Posts that are evidence, and those that wait to take the place of one that is deleted."""
NEAR = 6
"""Bits by which the fingerprints of near-copies differ at most, as in `app.domain.near`."""
SURE = 0.7
"""Probability from which a post is taken for the other side."""
EARLIER = 60.0
"""Seconds before the first unusual minute from which one word is enough to be the first post."""


def first_post(said: Said, terms: Sequence[str], onset: float) -> Spoken | None:
    """Return the earliest mention that fits the storm: negative and with a driver term, else one of both.

    `terms` are the strongest first. What is negative and has the strongest may be older than the first unusual minute,
    for the first post of a storm is alone; weaker ones are said on ordinary days, too. No repost, for somebody said it
    before, and no account of ours.
    """
    folded, strongest = {fold(term) for term in terms}, {fold(term) for term in terms[:1]}
    known = {one.key: one for one in (*said.early, *said.since)}
    told = sorted((one for one in known.values() if not one.repost and not one.ours), key=_when)
    near = [one for one in told if one.at >= onset - EARLIER]
    fitting = (
        (one for one in told if one.label == "negative" and _about(one, strongest)),
        (one for one in near if one.label == "negative" and _about(one, folded)),
        (one for one in near if _about(one, folded)),
        (one for one in near if one.label == "negative"),
        iter(near),
    )
    return next((one for found in fitting for one in found), None)


def witnesses(
    said: Sequence[Spoken], first: Spoken | None, followed: Sequence[str] = (), terms: Iterable[str] = ()
) -> tuple[Evidence, ...]:
    """Return up to nine posts, the five to show first: no near-copies, no two by one author while others are there.

    `followed` are keys of posts that the talk follows, the most followed first. What neither is negative nor has one of
    the driver `terms` is evidence only if there is nothing else.
    """
    folded = {fold(term) for term in terms}
    told = [one for one in said if one.analysed.mention.text.strip() and not one.ours]
    beside = {one.key for one in told if one.label != "negative" and not _about(one, folded)}
    chosen = _Chosen()
    for why, candidates in _wanted(told, first, followed, folded, chosen):
        to_the_point = [one for one in candidates if one.key not in beside]
        chosen.take(why, to_the_point or candidates if why in {"first", "other_side"} else to_the_point, strict=True)
    rest = sorted(told, key=lambda one: (one.key in beside, one.repost, -one.at, one.key))
    while len(chosen.found) < SHOWN + SPARE and chosen.take("newest", rest, strict=True):
        pass
    while len(chosen.found) < SHOWN and chosen.take("newest", rest, strict=False):
        pass
    return tuple(chosen.found)


class _Chosen:
    """What is chosen so far, and what must not be chosen beside it."""

    def __init__(self) -> None:
        self.found: list[Evidence] = []
        self.posts: list[Spoken] = []

    def take(self, why: Why, candidates: Iterable[Spoken], *, strict: bool) -> bool:
        """Take the first candidate that differs from all taken; `strict`: by another author, too."""
        for one in candidates:
            if any(_alike(one, other) or (strict and one.author == other.author) for other in self.posts):
                continue
            self.posts.append(one)
            self.found.append(Evidence(one.key, why))
            return True
        return False


def _wanted(
    told: Sequence[Spoken], first: Spoken | None, followed: Sequence[str], terms: set[str], chosen: _Chosen
) -> Iterator[tuple[Why, list[Spoken]]]:
    """Yield what evidence is wanted, each when those before it are chosen."""
    yield "first", [first] if first else []
    wide = sorted(told, key=lambda one: (one.repost, -one.reach, one.at))
    yield "reach", [one for one in wide if one.reach]
    by_key = {one.key: one for one in told}
    yield "followed", [by_key[key] for key in followed if key in by_key]
    yield "typical", _typical(told, terms)
    usual = Counter(one.label for one in told).most_common(1)
    other = "positive" if usual and usual[0][0] in {"negative", "neutral"} else "negative"
    yield "other_side", [one for one in wide if _surely(one, other)]
    if len(chosen.found) < SHOWN:
        known = {one.analysed.mention.channel for one in chosen.posts}
        yield "other_channel", [one for one in wide if one.analysed.mention.channel not in known]


def _typical(told: Sequence[Spoken], terms: set[str]) -> list[Spoken]:
    """Return one post of each voice, those of the loudest voices first; then those with the most driver terms."""
    voices = Counter(one.voice for one in told if one.voice)
    mine: dict[str, Spoken] = {}
    for one in sorted(told, key=lambda one: (one.repost, one.at)):
        mine.setdefault(one.voice or one.key, one)
    return sorted(
        mine.values(), key=lambda one: (-max(voices.get(one.voice, 1), 1), -_named(one, terms), one.at, one.key)
    )


def _named(one: Spoken, terms: set[str]) -> int:
    return len(terms.intersection(one.analysed.analysis.terms))


def _about(one: Spoken, terms: set[str]) -> bool:
    if terms.intersection(one.analysed.analysis.terms):
        return True
    text = fold(one.analysed.mention.text)
    return any(term in text for term in terms)


def _surely(one: Spoken, label: str) -> bool:
    """Tell whether it was read so without much doubt: what is shown as the other side must be."""
    return one.label == label and getattr(one.analysed.analysis.sentiment, label) >= SURE


def _alike(one: Spoken, other: Spoken) -> bool:
    """Tell whether two posts say the same."""
    if one.key == other.key:
        return True
    if one.voice and other.voice:
        return (int(one.voice, 16) ^ int(other.voice, 16)).bit_count() <= NEAR
    return fold(one.analysed.mention.text) == fold(other.analysed.mention.text)


def _when(one: Spoken) -> tuple[float, str]:
    return one.at, one.key
