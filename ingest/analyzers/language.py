"""Which language a text is in: its little words where they speak plainly, else py3langid, among the configured ones."""

import copy
import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from app.domain.analysis import Analysis
from app.domain.mention import Mention
from ingest.analyzers.words import table

UNKNOWN = "unknown"
ENOUGH = 12
"""Letters from which a text speaks for itself."""
LEAST = 6
"""Letters from which it does where its source declares nothing."""
SURE = 0.9
"""Probability from which even a short text outweighs what its source declares."""
PLAIN = 2
"""Little words of one language more than of any other that settle it."""
TOLD = 2.0
"""What one little word adds to the logarithm of a language's probability."""
LONG = 1_000
"""Characters of a text that are looked at."""

_NOISE = re.compile(
    r"[\W\dhw_](?:(?<= )[^\w'\u2019@#]+|(?<=h)ttps?://\S+|(?<=w)ww\.\S+|(?<=[@#])[\w.\-]+|(?<=h)(?<!\wh)ttp(?!\w)"
    r"|(?<=[^\w'\u2019@# ])[^\w'\u2019@#]*|(?<=[\d_@#])[\d_@#]*)"
)
"""What is no word, but single blanks; begins with one set of characters, so that letters are skipped fast."""
_TAGS = re.compile(r"#([^\W\d_]{3,})")
_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_OTHER_LETTERS = re.compile(r"[\u0370-\u1dff\u2c80-\ua6ff\ua800-\ufaff\ufb1d-\ufeff\U00010300-\U0001e943]")
_OTHERS = """
am ar as be bg bn el fa gu he hi hy ja ka kk km kn ko ky lo mk ml mn mr my ne or pa ps ru sa si ta te th ug uk ur zh
"""
OTHERS = frozenset(_OTHERS.split())
"""Languages in letters that are not Latin; a text in Latin letters is in none of them."""


@cache
def _whole() -> Any:
    """Load the model, once per process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _restricted(languages: tuple[str, ...]) -> Any:
    narrowed = copy.copy(_whole())
    narrowed.set_languages([language for language in languages if language in _whole().labels])
    return narrowed


@cache
def _little_words(languages: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return word → the languages among those given that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in table("function_words.yaml").items():
        if language in languages:
            for word in set(words.split()):
                found[word] = (*found.get(word, ()), language)
    return found


class LanguageAnalyzer:
    """Names the language of each text; "unknown" where there is too little of it and the source declares none."""

    name = "language"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        del brands
        self._languages = languages
        self._words = _little_words(languages)
        latin = tuple(language for language in languages if language not in OTHERS)
        self._others = tuple(language for language in languages if language in OTHERS)
        self._speakers = (latin or languages, self._others or languages)
        _whole()  # now: a text must not wait for it, for the time that a text may take is short

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with the language filled in, in order."""
        return [
            msgspec.structs.replace(before, language=self._language(mention.text, mention.language))
            for mention, before in zip(mentions, found, strict=True)
        ]

    def _language(self, text: str, declared: str | None) -> str:
        prior = (declared or "").lower().replace("_", "-").partition("-")[0]
        text = text[:LONG]
        words = _NOISE.sub(" ", text).strip()
        letters = len(words) - words.count(" ")
        if not words.isascii() and 2 * len(_OTHER_LETTERS.findall(words)) >= max(letters, 1):
            if self._others:
                return prior if prior in self._others else self._weighed(words, {}, latin=False)[0]
            if not prior:
                return UNKNOWN
        if letters < ENOUGH:
            words = f"{words} {_tags(text)}".strip()
            letters = max(letters, (len(words) - words.count(" ")) // 2)
        if prior and prior not in self._languages:
            strange = letters < ENOUGH or _whole().classify(words)[0] == prior
            return UNKNOWN if letters == 0 else prior if strange else self._told(words)[0]
        if letters < LEAST and not (letters and prior):
            return UNKNOWN
        language, probability = self._told(words)
        return language if letters >= ENOUGH or not prior or probability >= SURE else prior

    def _told(self, words: str) -> tuple[str, float]:
        """Return the likeliest of the configured languages, and how likely it is."""
        scores: dict[str, int] = {}
        for languages in filter(None, map(self._words.get, words.lower().split())):
            for language in languages:
                scores[language] = scores.get(language, 0) + 1
        ranked = sorted(scores.values(), reverse=True)
        if ranked and ranked[0] - (ranked[1] if len(ranked) > 1 else 0) >= PLAIN:
            return max(scores, key=scores.__getitem__), 1.0
        return self._weighed(words, scores, latin=True)

    def _weighed(self, words: str, scores: dict[str, int], *, latin: bool) -> tuple[str, float]:
        model = _restricted(self._speakers[0 if latin else 1])
        words = words.lower() if words.isupper() else words
        weights = {
            str(language): math.log(max(float(probability), 1e-12)) + TOLD * scores.get(language, 0)
            for language, probability in model.rank(words)
        }
        likeliest = max(weights, key=weights.__getitem__)
        return likeliest, 1 / sum(math.exp(weight - weights[likeliest]) for weight in weights.values())


def _tags(text: str) -> str:
    """Return the words that hashtags are made of."""
    return _CAMEL.sub(" ", " ".join(_TAGS.findall(text)))
