"""Topics: what is said of a brand now and was not said before, by how many people, and since when."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from app.domain.concept import CONCEPTS
from app.domain.folding import fold
from app.domain.names import names, personal
from app.domain.repertoire import HOUR, Repertoire, Said, Talk, concepts_of, voices
from app.domain.terms import COVERED, written

PRIOR = 50.0
"""Weight of the prior in people: how many have to speak before a rare concept is believed."""
SMALLEST = 0.5
"""People the prior is worth at least: one that nobody has heard of could have been half a person's."""
LEAST = 4
"""People who have to speak of it."""
DRIVES = 1.96
"""z from which a topic drives."""
EMERGES = 3.5
"""z from which a topic may emerge, whatever the number of concepts tried."""
FALSE = 0.01
"""Share of the topics called emerging that may be chance (Benjamini and Hochberg 1995)."""
SHARE = 0.005
"""Share of all people who have to speak of what emerges."""
TWICE = 2.0
"""Times the expected that have to speak of what emerges."""
ALIKE = 0.7
"""Share of people two concepts have in common, from which they are one topic."""
FORMS, LEADERS = 6, 3


class Topic(msgspec.Struct, frozen=True):
    """A group of terms of which more people speak than is usual.

    `score` is the z of the log-odds, `expected` how many `people` usually speak of it in a window of this length,
    `net` positive minus negative mentions by all, -1 to 1. `example` is the key of a mention that shows it best.
    """

    term: str
    mentions: int
    negative: int
    people: int
    expected: float
    score: float
    since: float
    net: float
    emerging: bool
    forms: tuple[str, ...] = ()
    example: str = ""
    leaders: tuple[str, ...] = ()
    """Authors with the largest reach, as they are shown: to be left out where the audience may not see names."""
    named: bool = False
    """Whether the term is the name of somebody who spoke in the window: to be left out there, too."""

    @property
    def growth(self) -> float:
        """Return how many times the expected number of people speak of it; less than half a person is half a one."""
        return self.people / max(self.expected, 0.5)


class _Candidate(NamedTuple):
    concept: str
    score: float
    people: frozenset[str]


def zscore(count: float, total: float, past: float, base: float, prior: float, spread: float = 0.0) -> float:
    """Return the z of the log-odds of `count` of `total` people against `past` of `base`.

    Log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin' Words", section 3.3,
    equation 15; 3.4, equations 20 and 22) of two outcomes: a person names a concept or does not. `prior` is its
    probability, worth `PRIOR` people, but never less than `SMALLEST` of them. `spread` is added to the variance: talk
    scatters more than chance.
    """
    alpha = max(PRIOR * prior, SMALLEST)
    odds = math.log((count + alpha) / (total + PRIOR - count - alpha))
    odds -= math.log((past + alpha) / (base + PRIOR - past - alpha))
    return odds / math.sqrt(1 / (count + alpha) + 1 / (past + alpha) + spread)


def topics(
    said: Sequence[Said],
    usual: Repertoire,
    background: Repertoire = Repertoire(),  # noqa: B008 - frozen
    span: float = HOUR,
    own: Collection[str] = (),
    limit: int = 20,
    hours: Sequence[Talk] = (),
) -> list[Topic]:
    """Return the topics of a window of `span` seconds, the strongest first, those that do not stand out last.

    `usual` is what the brand is usually talked about for, `background` what all brands are; a brand of which little is
    known shrinks to it. `own` are the brand's own words, which are no topic. `hours` before the window tell how long a
    topic is there already.
    """
    heads = voices(said)
    named = {fold(word).lstrip("#@") for word in own}
    users: dict[str, set[str]] = {}
    for one in heads:
        hour = int(one.at // HOUR) if span > HOUR else 0
        for concept in concepts_of(one):
            users.setdefault(concept, set()).add(f"{one.author} {hour}")
    total = len({(one.author, int(one.at // HOUR) if span > HOUR else 0) for one in heads})
    ours = {CONCEPTS.of(word) for word in named}
    found = [
        _Candidate(concept, _score(len(who), total, concept, usual, background), frozenset(who))
        for concept, who in users.items()
        if len(who) >= LEAST and not _own(concept, ours)
    ]
    found.sort(key=lambda one: (-one.score, -len(one.people), one.concept))
    threshold = _threshold([one.score for one in found])
    people = personal((name for one in heads for name in (one.name, one.handle) if name), own, usual.concepts)
    window = _Window(said, heads, usual, span, (threshold, total), hours, people)
    return [window.topic(first, others) for first, others in _grouped(found)[:limit]]


def _score(count: int, total: int, concept: str, usual: Repertoire, background: Repertoire) -> float:
    past, spread = usual.usage(concept)
    others = max(background.usage(concept).people, past)
    everybody = max(background.people, usual.people)
    prior = (count + others) / (total + everybody)
    if not usual.people:
        return math.sqrt(count)
    return zscore(count, total, past, usual.people, min(prior, 0.9), spread)


def _threshold(scores: Sequence[float]) -> float:
    """Return the z from which what was tried is believed, so that of those believed `FALSE` are chance."""
    for rank in range(len(scores), 0, -1):
        if 0.5 * math.erfc(scores[rank - 1] / math.sqrt(2)) <= FALSE * rank / len(scores):
            return max(scores[rank - 1], EMERGES)
    return math.inf


def _own(concept: str, names: Collection[str]) -> bool:
    return concept in names or all(word in names for word in concept.split())


def _grouped(found: Sequence[_Candidate]) -> list[tuple[_Candidate, list[_Candidate]]]:
    """Join what the same people say; a phrase speaks for its words where it covers them, else it falls."""
    sizes = {one.concept: len(one.people) for one in found}
    phrases = {one.concept for one in found if " " in one.concept}
    covering = {
        phrase
        for phrase in phrases
        if sizes[phrase] >= COVERED * max(sizes.get(word, 0) for word in [*phrase.split(), phrase])
    }
    groups: list[tuple[_Candidate, list[_Candidate]]] = []
    for one in found:
        if one.concept in phrases - covering:
            continue
        home = next((others for first, others in groups if _one(first, one)), None)
        if home is None:
            groups.append((one, []))
        else:
            home.append(one)
    return groups


def _one(first: _Candidate, other: _Candidate) -> bool:
    words, more = set(first.concept.split()), set(other.concept.split())
    if words & more and len(words) + len(more) > 2:  # noqa: PLR2004 - one of them is a phrase
        return True
    return len(first.people & other.people) >= ALIKE * len(first.people | other.people)


class _Window:
    """The mentions of a window, of which topics are described."""

    def __init__(
        self,
        said: Sequence[Said],
        heads: Sequence[Said],
        usual: Repertoire,
        span: float,
        measure: tuple[float, int],
        hours: Sequence[Talk],
        names: frozenset[str],
    ) -> None:
        self._said, self._usual, self._span = said, usual, span
        self._threshold, self._people = measure
        self._names = names
        self._shown: set[str] = set()
        self._heads = {one.key for one in heads}
        self._hours = sorted(hours, key=lambda one: -one.start)
        self._concepts = [concepts_of(one) for one in said]

    def topic(self, first: _Candidate, others: Sequence[_Candidate]) -> Topic:
        """Describe a group of concepts by the mentions that hold its first one."""
        words = set(first.concept.split())
        for one in others:
            words |= set(one.concept.split()) if words & set(one.concept.split()) else set()
        group = {first.concept, *(one.concept for one in others if words >= set(one.concept.split()))}
        mentions = [(one, has) for one, has in zip(self._said, self._concepts, strict=True) if first.concept in has]
        said = [one for one, _ in mentions]
        forms = Counter(term for one in said for term in set(one.terms) if CONCEPTS.of(term) == first.concept)
        also = Counter(sorted(term for one in said for term in one.terms if CONCEPTS.of(term) in group))
        label, named = _label(forms), any(names(term, self._names) for term in forms)
        expected = self._usual.usage(first.concept).people / max(self._usual.hours, 1.0) * self._span / HOUR
        people, negative = len(first.people), sum(one.weight for one in said if one.label == "negative")
        positive, total = sum(one.weight for one in said if one.label == "positive"), sum(one.weight for one in said)
        return Topic(
            term=written(label, [one.text for one in said]),
            mentions=round(total),
            negative=round(negative),
            people=people,
            expected=round(expected, 2),
            score=round(first.score, 2),
            since=self._since(first.concept, said, expected),
            net=round((positive - negative) / total, 3),
            emerging=(
                first.score >= self._threshold
                and self._usual.enough
                and people >= max(TWICE * max(expected, 1.0), SHARE * self._people)
            ),
            forms=tuple(term for term, _ in also.most_common() if named or not names(term, self._names))[:FORMS],
            example=self._example(mentions),
            leaders=_leaders(said),
            named=named,
        )

    def _since(self, concept: str, said: Sequence[Said], expected: float) -> float:
        """Return when more spoke of it than is usual: after as many as were to be expected, or hours before."""
        since = sorted(one.at for one in said)[min(int(expected), len(said) - 1)]
        hourly = expected * HOUR / self._span
        for hour in self._hours:
            if hour.start + HOUR < since - HOUR or hour.concepts.get(concept, 0) < TWICE * hourly + LEAST:
                break
            since = min(since, float(hour.start))
        return since

    def _example(self, mentions: Sequence[tuple[Said, set[str]]]) -> str:
        """Return who says best what all say: shares most concepts with the others, reaches many, copies nobody.

        Who is the example of a stronger topic already is so again only if there is nobody else.
        """
        weights = Counter(concept for _, has in mentions for concept in has)
        own = [(one, has) for one, has in mentions if one.key in self._heads and not one.repost]

        def central(pair: tuple[Said, set[str]]) -> tuple[float, float, str]:
            one, has = pair
            shared = sum(weights[concept] for concept in has) / (len(mentions) * math.sqrt(len(has) + 1))
            return shared * (1 + 0.1 * math.log10(1 + one.reach)), -one.at, one.key

        fresh = [pair for pair in own if pair[0].key not in self._shown]
        best = max(fresh or own or mentions, key=central)[0].key
        self._shown.add(best)
        return best


def _label(forms: Mapping[str, int]) -> str:
    """Return the form that most people write: of equals one word rather than two, without # rather than with."""
    return min(forms, key=lambda term: (-forms[term], " " in term, term.startswith("#"), term))


def _leaders(said: Sequence[Said]) -> tuple[str, ...]:
    reached: dict[str, int] = {}
    for one in said:
        if one.name and one.reach:
            reached[one.name] = max(reached.get(one.name, 0), one.reach)
    return tuple(sorted(reached, key=lambda name: (-reached[name], name))[:LEADERS])
