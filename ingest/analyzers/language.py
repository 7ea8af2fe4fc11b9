"""Which language a text is in: py3langid, restricted to the configured languages."""

import copy
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from app.domain.analysis import Analysis
from app.domain.mention import Mention

UNKNOWN = "unknown"
ENOUGH = 12
"""Letters from which a text speaks for itself."""
SURE = 0.9
"""Probability from which even a short text outweighs what its source declares."""

_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#][\w.\-]+|[^\w@#]+|[\d_@#]+")


@cache
def _whole() -> Any:
    """Load the model once per process (50 ms)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _restricted(languages: tuple[str, ...]) -> Any:
    narrowed = copy.copy(_whole())
    narrowed.set_languages([language for language in languages if language in _whole().labels])
    return narrowed


class LanguageAnalyzer:
    """Names the language of each text; "unknown" where there is too little of it and the source declares none."""

    name = "language"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = ()) -> None:
        del brands
        self._languages = languages
        self._whole = _whole()
        self._restricted = _restricted(languages)

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with the language filled in, in order."""
        return [
            msgspec.structs.replace(before, language=self._language(mention.text, mention.language))
            for mention, before in zip(mentions, found, strict=True)
        ]

    def _language(self, text: str, declared: str | None) -> str:
        prior = (declared or "").lower().replace("_", "-").partition("-")[0]
        words = _NOISE.sub(" ", text).strip()
        letters = len(words) - words.count(" ")
        if letters < ENOUGH and prior:
            return self._short(words, letters, prior)
        if letters < ENOUGH / 2:
            return UNKNOWN
        if prior and prior not in self._languages and self._whole.classify(words)[0] == prior:
            return prior
        return self._likeliest(words)[0]

    def _short(self, words: str, letters: int, prior: str) -> str:
        if letters == 0:
            return UNKNOWN
        language, probability = self._likeliest(words)
        return language if probability >= SURE and prior in self._languages else prior

    def _likeliest(self, words: str) -> tuple[str, float]:
        language, probability = self._restricted.classify(words)
        return str(language), float(probability)
