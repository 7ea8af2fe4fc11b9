"""Sentiment by polar words, with the words as evidence, and the terms of a text."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from app.domain.analysis import Analysis, Evidence, Label, Sentiment
from app.domain.mention import Mention
from ingest.analyzers.content import terms
from ingest.analyzers.polarity import Polar, lexicon, sign_weight
from ingest.analyzers.words import Word, fold, table, words
from ingest.masking import masked

MARGIN = 0.08
"""Between the two likeliest labels; below it, words that contradict each other leave the verdict uncertain."""
DAMPING = 0.3
"""Keeps one weak word from speaking as loudly as many strong ones."""
TWIST = -0.6
"""What praise is worth in a text with a sign of mockery."""
LONG = 4_000
"""Characters of a text that are read."""
SPANS = 40
"""Evidence that is shown at most."""
_BETWEEN = r"[\s&.\-]*"


class Curve(NamedTuple):
    """An ordered logit: how a polarity from about -3 to 3 becomes three probabilities."""

    slope: float
    negative: float
    positive: float

    def __call__(self, polarity: float) -> tuple[float, float, float]:
        """Return (negative, neutral, positive), which sum to 1."""
        low = 1 / (1 + math.exp(self.slope * (polarity - self.negative)))
        high = 1 / (1 + math.exp(self.slope * (self.positive - polarity)))
        return low, max(0.0, 1 - low - high), high


CURVES = {"de": Curve(1.8, -0.4, 0.6), "en": Curve(2.2, -0.4, 0.5)}
"""By language: the likeliest on public German and English tweets (UMSAB and SB10k training parts, classes balanced).

Macro-F1 of the likeliest label on the UMSAB validation parts: German 58.5, English 61.7 (TextBlob as it comes: 47.5,
47.8); 5-6 % are called uncertain. No word and no figure was drawn from them, but they were looked at while the word
lists grew: take them as a little kind.
"""


class _Reading(NamedTuple):
    """What a text says: everything but the text itself."""

    label: Label
    probabilities: tuple[float, float, float]
    spans: tuple[tuple[int, int, float], ...]
    terms: tuple[str, ...]


class LexiconAnalyzer:
    """Weighs polar words, emoji and emoticons; names the words behind the verdict; collects the terms.

    `brands` are names of brands: they are no evidence ("Gut & Günstig") and no terms.
    """

    name = "lexicon"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        self._languages = tuple(language for language in languages if language in CURVES) or ("en",)
        for language in self._languages:
            lexicon(language)
        self._own = frozenset(fold(word) for name in brands for word in _parts(name))
        self._names = _names(brands)

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with sentiment and terms filled in, in order."""
        return [self._analysis(mention.text[:LONG], before) for mention, before in zip(mentions, found, strict=True)]

    def _analysis(self, text: str, before: Analysis) -> Analysis:
        plain = masked(text).rstrip()
        reading = self._weigh(plain, before.language)
        evidence = tuple(Evidence(text[start:end], start, end, weight) for start, end, weight in reading.spans)
        sentiment = Sentiment(reading.label, *reading.probabilities, evidence)
        return msgspec.structs.replace(before, sentiment=sentiment, terms=reading.terms)

    def _weigh(self, plain: str, language: str) -> _Reading:
        row = words(plain)
        blanked = self._names.sub(_blank, plain) if self._names else plain
        nameless = row if blanked == plain else words(blanked)
        tried = (language,) if language in self._languages else self._languages
        stretches: list[Polar] = []
        for tongue in tried:
            stretches = stretches or lexicon(tongue).polar(nameless)
        stretches = _with_signs(nameless, stretches)
        label, probabilities = verdict([stretch.weight for stretch in stretches], tried[0])
        spans = tuple(
            (nameless[stretch.first].start, nameless[stretch.last].end, round(stretch.weight, 3))
            for stretch in stretches[:SPANS]
        )
        return _Reading(label, probabilities, spans, terms(row, self._own))


def verdict(weights: Sequence[float], language: str) -> tuple[Label, tuple[float, float, float]]:
    """Return the label and the probabilities (negative, neutral, positive) that polar words of these weights earn."""
    good = sum(weight for weight in weights if weight > 0)
    bad = -sum(weight for weight in weights if weight < 0)
    polarity = (good - bad) / math.sqrt(DAMPING + good + bad)
    probabilities = CURVES[language](polarity)
    first, second, _ = sorted(probabilities, reverse=True)
    if good and bad and first - second < MARGIN:
        return "uncertain", probabilities
    labels: tuple[Label, Label, Label] = ("negative", "neutral", "positive")
    return labels[probabilities.index(first)], probabilities


def _with_signs(row: Sequence[Word], stretches: Sequence[Polar]) -> list[Polar]:
    """Add emoji and emoticons; a sign of mockery turns the praise in the words."""
    seen = [Polar(index, index, sign_weight(word)) for index, word in enumerate(row) if word.kind == "sign"]
    twist = set(table("signs.yaml")["twist"].split())
    if any(row[sign.first][0] in twist for sign in seen):
        stretches = [
            Polar(stretch.first, stretch.last, stretch.weight * TWIST if stretch.weight > 0 else stretch.weight)
            for stretch in stretches
        ]
    return sorted([*stretches, *(sign for sign in seen if sign.weight)])


def _parts(name: str) -> list[str]:
    return [*re.findall(r"\w+", name), "".join(re.findall(r"\w+", name))]


def _names(brands: Sequence[str]) -> re.Pattern[str] | None:
    spellings = {_BETWEEN.join(re.escape(part) for part in re.findall(r"\w+", name)) for name in brands} - {""}
    choices = "|".join(sorted(spellings, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{choices})", re.IGNORECASE) if choices else None


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
