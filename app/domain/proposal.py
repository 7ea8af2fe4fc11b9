"""Proposals: words that people use for a brand and its query does not know, learned from what it does know.

Silent complaints name a brand without its name: misspelt, by a nickname, by a product. Two things betray such a word:

- it is nearly a word of the query (a letter wrong, missing, too many or in the wrong place; Damerau, CACM 7(3), 1964);
- it is said among the brand's mentions far more often than elsewhere (log-odds with an informative Dirichlet prior;
  Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16(4), 2008, eq. 22).

What it would bring is judged by its company: by the other words of each post, as a naive Bayes classifier weighs them
that knows the mentions from all else. The share that looks like a mention is the proposal's precision: an estimate.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Literal

import msgspec

from app.domain.folding import fold, tokens
from app.domain.mention import Mention
from app.domain.query import Query

How = Literal["spelling", "word"]

LEAST = 5
"""Letters of a word that may be misspelt, or proposed."""
LONG = 8
"""From so many letters on two may be wrong."""
SURE = 3.0
"""Standard deviations by which a word has to be said more often of the brand than elsewhere."""
BRINGS = 2
"""Posts a proposal has to bring at least."""
MOST = 20
"""Proposals made at once."""
SHOWN = 5
"""Posts shown of what a proposal would bring."""
PRECISE = 0.5
"""Share of what a proposal brings that has to look like a mention."""
ENOUGH = 100
"""Mentions of other brands from which on they tell the words of the trade."""
COMMON = 0.02
"""Share of all else in which a word is too common to say anything of a brand."""
PRIOR = 500.0
"""Words the prior is worth: the more, the more often a rare word has to be seen."""


class Judged(msgspec.Struct, frozen=True):
    """A post that a proposal would bring, and how likely it is meant: 0 to 1."""

    mention: Mention
    likely: float


class Proposal(msgspec.Struct, frozen=True):
    """A word to add to a query; `near` is the word of the query it is a spelling of, "" if it was found by its use."""

    id: str
    brand: str
    term: str
    how: How
    near: str
    odds: float
    """By how many standard deviations it is said more often of the brand than elsewhere."""
    brings: int
    precision: float
    """Share of what it would bring that looks like a mention, 0 to 1."""
    examples: tuple[Judged, ...]


def proposal_id(brand: str, term: str) -> str:
    """Return the id under which a proposal is remembered without its word being written anywhere."""
    return blake2b(f"{brand} {term}".encode(), digest_size=10).hexdigest()


def proposals(
    brand: str,
    query: Query,
    heard: Sequence[Mention],
    unheard: Sequence[Mention],
    refused: Callable[[str], bool] = lambda _: False,
    elsewhere: Sequence[Mention] = (),
) -> list[Proposal]:
    """Return what to add to a query, most useful first, from mentions it found and posts that nobody wanted.

    `elsewhere` are mentions of other brands: a word of the trade is said of them, too, and so says less.
    """
    known = {word for word in query.words() if word}
    ours, others = [_words(one) for one in heard], [_words(one) for one in unheard]
    weights = Weights(ours, others)
    trade = Weights(ours, map(_words, elsewhere)) if len(elsewhere) >= ENOUGH else weights
    where: dict[str, list[int]] = {}
    for number, words in enumerate(others):
        for word in words:
            where.setdefault(word, []).append(number)
    found = []
    for word, near in _candidates((weights, trade), known, where):
        id_ = proposal_id(brand, word)
        if refused(id_):
            continue
        judged = [(weights.likely(others[number] - {word} - known), number) for number in where[word]]
        precision = sum(likely for likely, _ in judged) / len(judged)
        if precision < PRECISE:
            continue
        shown = tuple(Judged(unheard[number], round(likely, 2)) for likely, number in _sample(judged))
        how: How = "spelling" if near else "word"
        odds = round(weights.odds(word), 1)
        found.append(Proposal(id_, brand, word, how, near, odds, len(judged), round(precision, 2), shown))
    found.sort(key=lambda one: (-one.precision * math.log1p(one.brings), one.term))
    return found[:MOST]


class Weights:
    """How much each word speaks for a mention of the brand, learned from mentions and from all else."""

    def __init__(self, ours: Iterable[frozenset[str]], others: Iterable[frozenset[str]]) -> None:
        ours, others = list(ours), list(others)
        self._ours = Counter(word for words in ours for word in words)
        self._others = Counter(word for words in others for word in words)
        self._sizes = sum(self._ours.values()), sum(self._others.values())
        self.documents = len(ours), len(others)

    def words(self) -> Iterable[str]:
        """Return the words of the mentions."""
        return self._ours

    def odds(self, word: str) -> float:
        """Return the z-score of the log-odds of a word: Monroe et al. 2008, eq. 22."""
        mine, theirs = self._ours[word], self._others[word]
        total = sum(self._sizes)
        prior = PRIOR * (mine + theirs) / total if total else 0.0
        if not prior:
            return 0.0
        delta = _logit(mine + prior, self._sizes[0] + PRIOR) - _logit(theirs + prior, self._sizes[1] + PRIOR)
        return delta / math.sqrt(1 / (mine + prior) + 1 / (theirs + prior))

    def likely(self, words: Iterable[str]) -> float:
        """Return how likely a post with those words is a mention, 0 to 1: as many were mentions as were not before."""
        heard, unheard = self.documents
        sum_ = 0.0
        for word in words:
            mine, theirs = self._ours[word], self._others[word]
            if mine + theirs > 1:
                sum_ += math.log((mine + 0.5) / (heard + 1)) - math.log((theirs + 0.5) / (unheard + 1))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum_))))


def _logit(part: float, whole: float) -> float:
    return math.log(part / (whole - part)) if 0 < part < whole else 0.0


def _words(said: Mention) -> frozenset[str]:
    return frozenset(tokens(fold(said.text)))


def _candidates(
    weights: tuple[Weights, Weights], known: set[str], where: dict[str, list[int]]
) -> list[tuple[str, str]]:
    """Return words with what they are a spelling of, "" for those found by their use against each of two weights."""
    targets = [word for word in known if len(word) >= LEAST]
    common = COMMON * weights[0].documents[1] + BRINGS
    found: dict[str, str] = {}
    for word, posts in where.items():
        if len(word) < LEAST or word in known or not BRINGS <= len(posts) <= common or word.isdigit():
            continue
        near = next((target for target in targets if near_enough(word, target)), "")
        if near or min(one.odds(word) for one in weights) >= SURE:
            found[word] = near
    return list(found.items())


def near_enough(word: str, target: str) -> bool:
    """Tell whether a word may be a slip of another: one change, two in a long word, the first letter being right."""
    allowed = 2 if len(target) >= LONG else 1
    if word[0] != target[0] or abs(len(word) - len(target)) > allowed or word.startswith(target):
        return False
    return distance(word, target, allowed) <= allowed


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters have to be changed, added, dropped or swapped with their neighbour; `most` + 1 for more.

    The optimal string alignment distance of Damerau 1964.
    """
    before, row = list(range(len(other) + 1)), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [0] * len(other)
        for j, wanted in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], earlier[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _sample(judged: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return some of what a proposal brings from the likeliest to the unlikeliest, so that the doubtful are seen."""
    ordered = sorted(judged, key=lambda one: (-one[0], one[1]))
    if len(ordered) <= SHOWN:
        return ordered
    step = (len(ordered) - 1) / (SHOWN - 1)
    return [ordered[round(place * step)] for place in range(SHOWN)]
