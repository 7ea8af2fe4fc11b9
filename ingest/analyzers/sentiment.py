"""Sentiment by the shipped model, with the words behind it; the lexicon judges where the model cannot be read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from app.domain.analysis import Analysis, Evidence, Label, Sentiment
from app.domain.brand import brands_of
from app.domain.mention import Mention
from app.errors import WrongInput
from ingest.analyzers.lexicon import LexiconAnalyzer
from ingest.learning.metrics import margins
from ingest.learning.schooling import Taught
from ingest.learning.verdicts import SentimentModel, Spans, read, shipped

ORDER: tuple[Label, Label, Label] = ("negative", "neutral", "positive")
STARS = ((0.82, 0.13, 0.05), (0.7, 0.22, 0.08), (0.25, 0.5, 0.25), (0.07, 0.23, 0.7), (0.04, 0.1, 0.86))
"""What 1 to 5 stars say of negative, neutral, positive: the author's own verdict."""
HIGHEST = 5.0
Floats = NDArray[np.float64]
_log = structlog.get_logger("analysis")


class SentimentAnalyzer:
    """Judges batches; `fault` says why the lexicon does so instead, "" while all is well.

    `brands` are names of brands: they are no evidence ("Gut & Günstig"). `path` is a model to read instead of ours.
    """

    name = "sentiment"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = (), path: Path | None = None) -> None:
        self.fault = ""
        self._brands = brands
        self._model: SentimentModel | None = None
        self._fallback: LexiconAnalyzer | None = None
        self._taught: Mapping[str, tuple[str, Taught]] = {}
        try:
            self._model = read(path) if path else shipped()
        except WrongInput as error:
            self.fault = f"{error} Until then the lexicon judges sentiment."
            _log.error("model_unreadable", sentence=self.fault)
            self._fallback = LexiconAnalyzer(languages, brands)

    def learn(self, taught: Mapping[str, tuple[str, Taught]]) -> None:
        """Judge mentions of these brands by what they have taught from now on; a mention of several by its first."""
        self._taught = taught

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with sentiment and model filled in, in order."""
        if self._model is None:
            return self._by_lexicon(mentions, found)
        texts = [mention.text for mention in mentions]
        verdicts = self._model.judge(texts, [before.language for before in found], self._brands)
        rated = np.array([_stars(mention.rating) for mention in mentions])
        likely = verdicts.probabilities
        names = self._by_brand(mentions, [before.language for before in found], likely, verdicts.told)
        if mentions and (known := rated >= 0).any():
            likely[known] *= np.array(STARS)[rated[known]]
            likely[known] /= likely[known].sum(1, keepdims=True)
        sure = _sure(likely, verdicts.limits, verdicts.told | (rated >= 0))
        return [
            msgspec.structs.replace(
                before,
                sentiment=_sentiment(text, parts, certain=certain, spans=spans),
                model=name,
            )
            for text, before, parts, certain, spans, name in zip(
                texts, found, likely.tolist(), sure.tolist(), verdicts.spans, names, strict=True
            )
        ]

    def _by_brand(
        self,
        mentions: Sequence[Mention],
        languages: Sequence[str],
        likely: NDArray[np.float64],
        told: NDArray[np.bool_],
    ) -> list[str]:
        """Put what brands have taught into the probabilities; return the name of what judges each mention."""
        if self._model is None:
            return []
        names = [self._model.name] * len(mentions)
        places: dict[str, list[int]] = {}
        for place, mention in enumerate(mentions if self._taught else ()):
            brand = next(iter(brands_of(mention.brands)), "")
            if brand in self._taught and told[place]:
                places.setdefault(brand, []).append(place)
        for brand, chosen in places.items():
            version, taught = self._taught[brand]
            texts, spoken = [mentions[place].text for place in chosen], [languages[place] for place in chosen]
            likely[chosen] = taught.applied(self._model, texts, spoken, likely[chosen])
            for place in chosen:
                names[place] = f"{self._model.name}+{version}"
        return names

    def _by_lexicon(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        if self._fallback is None:
            return list(found)
        judged = self._fallback.analyse(mentions, found)
        return [
            msgspec.structs.replace(after, terms=before.terms, model="lexicon")
            for before, after in zip(found, judged, strict=True)
        ]


def _sure(likely: Floats, limits: Floats, told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return told & (margins(likely) >= limits) if len(likely) else told


def _sentiment(text: str, likely: list[float], *, certain: bool, spans: Spans) -> Sentiment:
    negative, neutral, positive = likely
    label: Label = ORDER[likely.index(max(likely))] if certain else "uncertain"
    evidence = tuple(Evidence(text[start:end], start, end, weight) for start, end, weight in spans)
    return Sentiment(label, negative, neutral, positive, evidence)


def _stars(rating: float | None) -> int:
    """Return 0 to 4 for 1 to 5 stars, -1 for none."""
    if rating is None or not 0 < rating <= HIGHEST:
        return -1
    return max(0, min(4, round(rating) - 1))
