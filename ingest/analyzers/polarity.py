"""Polar words of a text: TextBlob's engine with its English lexicon, and with the German one of `textblob-de`.

The engine (`textblob._text.Sentiment`) knows words and what strengthens them. Negation is ours, because German puts it
behind the verb ("gefällt mir gar nicht") and TextBlob gives up after one word.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.metadata import distribution
from typing import Any, NamedTuple

from ingest.analyzers.words import Word, fold, signs, table

BEFORE = 4
"""Words a negation reaches forward."""
AFTER = 4
"""Words a verb-final negation reaches back."""
CLAIM = 3
"""Words behind a negation within which another polar word claims it."""
SPOILT = -0.7
"""What is left of a negated good word."""
SOFTENED = -0.5
"""What is left of a negated bad word: "not bad" is slightly good (as in TextBlob)."""

POLAR = 0.5
"""Weight from which the last part of a compound speaks for the whole."""

_BREAK = "end-of-stretch"
"""Stands for punctuation, signs and phrases: over it nothing strengthens anything."""
_VERB_FINAL = frozenset({"nicht", "nie", "net", "ned", "nich", "niemals", "kaum"})
_TURNED = re.compile(r"(?P<without>\w{3,}?)s?(?:los|frei)(?:e|en|er|es|em)?|un(?P<un>\w+)")
_ENDINGS = {
    "de": ("e", "s", "n", "en", "er", "es", "em", "st", "t", "te", "ten", "et", "ste", "sten", "ere", "eren", "erer"),
    "en": ("s", "d", "ed", "es", "ing", "ly", "er"),
}
_REPLACED = {"de": ("", "en", "e", "n"), "en": ("", "e", "y")}
_SHORTEST_SUFFIX = 5
_SHORTEST_COMPOUND = 9


class Polar(NamedTuple):
    """A stretch of words `[first, last]` (indices) and what it speaks for, from -1 to 1."""

    first: int
    last: int
    weight: float


class _Form(str):
    """A word as the engine sees it, that knows where it stands and what it counts (-1: turned round)."""

    __slots__ = ("factor", "place")

    place: int
    factor: float


class Lexicon:
    """The polar words, phrases, negations and intensifiers of one language, on TextBlob's engine."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._engine, self._heads = _engine(language)
        own = table(f"words_{language}.yaml")
        for weight, members in own["words"].items():
            for member in members.split():
                self._engine.annotate(fold(member), polarity=weight)
                self._heads.add(fold(member))
        for strength, members in own["intensifiers"].items():
            for member in members.split():
                known = self._engine.get(fold(member), {None: (0.0,)})
                self._engine.annotate(fold(member), pos="RB", polarity=known[None][0], intensity=strength)
        self._known: dict[str, float] = {form: senses[None][0] for form, senses in self._engine.items()}
        self._phrases = _phrases(own["phrases"])
        self._negators = frozenset(fold(member) for member in own["negators"].split())
        self._untouched = frozenset(fold(member) for member in own["untouched"].split())
        self._contrast = frozenset(fold(member) for member in own["contrast"].split())
        self._prefixes = {
            fold(member): float(weight) for weight, members in own["prefixes"].items() for member in members.split()
        }
        self._form = lru_cache(maxsize=50_000)(self._find_form)

    def polar(self, words: Sequence[Word]) -> list[Polar]:
        """Return the polar stretches of a text in order, negation applied, signs left out."""
        phrases = list(self._find_phrases(words))
        taken = _indices(phrases)
        single = self._assess(words, taken)
        negations = [stretch for stretch in single if self.negator(words[stretch.last].folded)]
        polar = [stretch for stretch in single if stretch not in negations]
        occupied = _indices(polar) | taken
        turned = [self._negate(words, stretch, occupied) for stretch in polar]
        spent = _indices(turned)
        alone = [stretch for stretch in negations if stretch.last not in spent]
        return sorted([*turned, *alone, *(phrase for phrase in phrases if phrase.weight)])

    def negator(self, word: str) -> bool:
        """Say whether a folded word turns what it stands by."""
        return word in self._negators or word.endswith("n't")

    def _find_phrases(self, words: Sequence[Word]) -> Iterator[Polar]:
        skip = -1
        for index, word in enumerate(words):
            if index <= skip or word.folded not in self._phrases:
                continue
            for phrase, weight in self._phrases[word.folded]:
                end = index + len(phrase)
                if tuple(other.folded for other in words[index:end]) == phrase:
                    skip = end - 1
                    yield Polar(index, skip, weight)
                    break

    def _assess(self, words: Sequence[Word], taken: set[int]) -> list[Polar]:
        """Let TextBlob's engine assess the words that no phrase has taken."""
        row: list[tuple[_Form, None]] = []
        for index, word in enumerate(words):
            base, factor = _BREAK, 1.0
            if word == "!":
                base = word
            elif index not in taken and word.kind in {"word", "tag"}:
                base, factor = self._form(word.folded.lstrip("#"))
            form = _Form(base)
            form.place, form.factor = index, factor
            row.append((form, None))
        found = []
        for chunk, polarity, _, _ in self._engine.assessments(row, negation=False):
            members = [member for member in chunk if member != "!"]
            if weight := polarity * members[-1].factor:
                found.append(Polar(members[0].place, members[-1].place, weight))
        return found

    def _negate(self, words: Sequence[Word], stretch: Polar, occupied: set[int]) -> Polar:
        if words[stretch.last].folded in self._untouched:
            return stretch
        place = self._before(words, stretch.first, occupied)
        if place is None:
            place = self._after(words, stretch.last, occupied)
        if place is None:
            return stretch
        factor = SPOILT if stretch.weight > 0 else SOFTENED
        return Polar(min(place, stretch.first), max(place, stretch.last), stretch.weight * factor)

    def _before(self, words: Sequence[Word], first: int, occupied: set[int]) -> int | None:
        for index in range(first - 1, max(first - 1 - BEFORE, -1), -1):
            word = words[index].folded
            if words[index].kind in {"stop", "sign"} or word in self._contrast:
                return None
            if self.negator(word):
                return None if words[index + 1].folded in {"nur", "only", "just"} else index
            if index in occupied:
                return None
        return None

    def _after(self, words: Sequence[Word], last: int, occupied: set[int]) -> int | None:
        """Find a verb-final negation (German only) that no later polar word claims."""
        if self._language != "de":
            return None
        place = None
        for index in range(last + 1, min(last + AFTER + CLAIM, len(words))):
            word = words[index].folded
            if words[index].kind in {"stop", "sign"} or word in self._contrast:
                break
            if place is not None and index in occupied:
                return None
            if word in _VERB_FINAL and index <= last + AFTER:
                place = index
        return place

    def _find_form(self, word: str) -> tuple[str, float]:
        """Return the lexicon's form of a folded word and a factor (-1: turned round, as in "fehlerfrei")."""
        if (known := self._base(word)) is not None:
            return known, 1.0
        if self._language != "de" or len(word) < _SHORTEST_COMPOUND:
            return word, 1.0
        if (turned := _TURNED.fullmatch(word)) and (base := self._base(turned["without"] or turned["un"])):
            return base, -1.0
        if prefix := next((prefix for prefix in self._prefixes if word.startswith(prefix)), None):
            return prefix, 1.0
        ends = (word[cut:] for cut in range(3, len(word) - _SHORTEST_SUFFIX + 1))
        bases = (self._base(end) for end in ends)
        telling = (base for base in bases if base in self._heads and abs(self._known[base]) >= POLAR)
        return next(telling, word), 1.0

    def _base(self, word: str) -> str | None:
        if word in self._known:
            return word
        for ending in _ENDINGS[self._language]:
            stem = word[: -len(ending)]
            if len(stem) < 3 or not word.endswith(ending):  # noqa: PLR2004 - shorter stems are other words
                continue
            for more in _REPLACED[self._language]:
                if stem + more in self._known:
                    return stem + more
        return None


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language, read once per process (0.6 s)."""
    return Lexicon(language)


def sign_weight(sign: str) -> float:
    """Return the weight of an emoji or emoticon, 0 if it has none; skin tones and variants count as the plain one."""
    known = signs()
    return known[sign] if sign in known else known.get(sign[0], 0.0)


def _indices(stretches: Sequence[Polar]) -> set[int]:
    return {index for stretch in stretches for index in range(stretch.first, stretch.last + 1)}


def _phrases(weights: dict[str, float]) -> dict[str, list[tuple[tuple[str, ...], float]]]:
    found: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for phrase in sorted(weights, key=len, reverse=True):
        words = tuple(fold(phrase).split())
        found.setdefault(words[0], []).append((words, weights[phrase]))
    return found


def _engine(language: str) -> tuple[Any, set[str]]:
    """Return TextBlob's engine over its English lexicon, or over the German one of `textblob-de`, and the nouns in it.

    The code of `textblob-de` cannot be imported beside TextBlob 0.20; its lexicon is read from where it is installed.
    """
    from textblob._text import Sentiment
    from textblob.en import sentiment as english

    raw = english
    if language == "de":
        files = distribution("textblob-de").files or ()
        file = next(file for file in files if file.name == "de-sentiment.xml")
        raw = Sentiment(path=str(file.locate()), language="de")
    engine = Sentiment(language=language)
    for form, senses in raw.items():
        polarity, subjectivity, intensity = senses[None]
        engine.annotate(fold(form), "RB" if "RB" in senses else None, polarity, subjectivity, intensity)
    return engine, {fold(form) for form in raw if form[0].isupper()}
