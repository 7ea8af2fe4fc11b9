"""What an author wants, several things at once, with the words that say so: heads over cues, or cues alone."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import structlog

from app.domain.analysis import INTENTS, Analysis, Evidence, Intent
from app.domain.mention import Mention
from app.errors import WrongInput
from ingest.intents import fallback
from ingest.intents.cues import LANGUAGES, Cue, grammar
from ingest.intents.heads import Heads, load
from ingest.intents.reading import Reading, cued, read
from ingest.learning.features import chunks
from ingest.learning.tokens import LONG

SPANS = 3
"""Stretches of evidence given at most."""
CLEAR = 0.75
"""Probability of the opposite sentiment from which a complaint or praise has to be sure itself."""
SURE = 0.7
"""Score at which it is."""
ADVERTISED = 0.9
"""Score an intent has to have in what looks like a job advert."""
JOB = "none.job"
RATED = 0.95
"""Score of a review by what it is: it carries stars, or its channel calls it a review."""
UNKNOWN = "unknown"

_log = structlog.get_logger("intent")


class IntentAnalyzer:
    """Tells complaint, query, suggestion, request, review, praise and lead in German and English texts.

    Without a model that can be read, cues alone decide; `fault` says so. `path` is a model to read instead of ours.
    """

    name = "intent"

    def __init__(self, languages: tuple[str, ...], brands: tuple[str, ...] = (), path: Path | None = None) -> None:
        self._spoken = frozenset((*(one for one in languages if one in LANGUAGES), UNKNOWN))
        self._brands = brands
        self.fault = ""
        self._heads: Heads | None = None
        for language in LANGUAGES:
            grammar(language)
        try:
            self._heads = load(path) if path else _shipped()
        except WrongInput as error:
            self.fault = f"Intents are told by cues alone: {error}"
            _log.warning("intents by cues alone", reason=str(error))

    def analyse(self, mentions: Sequence[Mention], found: Sequence[Analysis]) -> list[Analysis]:
        """Return what was found so far with the intents filled in, likeliest first, in order."""
        texts = [mention.text[:LONG] for mention in mentions]
        intents: list[dict[str, Intent]] = []
        for first, last in chunks(texts):
            intents += self._told(texts[first:last], found[first:last])
        return [
            msgspec.structs.replace(before, intents=_weighed(mention, before, told))
            for mention, before, told in zip(mentions, found, intents, strict=True)
        ]

    def _told(self, texts: Sequence[str], found: Sequence[Analysis]) -> list[dict[str, Intent]]:
        languages = [before.language for before in found]
        if self._heads is None:
            return [self._cued(text, language) for text, language in zip(texts, languages, strict=True)]
        reading = read(texts, languages, self._brands)
        scores = self._heads.score(reading)
        told: list[dict[str, Intent]] = [{} for _ in texts]
        for row, column in zip(*(scores >= self._heads.threshold).nonzero(), strict=True):
            text, intent = int(row), int(column)
            job = scores[row, column] < ADVERTISED and any(cue.group == JOB for cue in reading.cues[text])
            if languages[text] in self._spoken and reading.words[text] and not job:
                evidence = _evidence(self._heads, reading, text, intent, texts[text])
                told[text][INTENTS[intent]] = Intent(INTENTS[intent], round(float(scores[row, column]), 4), evidence)
        return told

    def _cued(self, text: str, language: str) -> dict[str, Intent]:
        if language not in self._spoken:
            return {}
        cues = cued(text, language)[0]
        return {
            label: Intent(label, round(score, 4), _spans(text, cues, label))
            for label, score in fallback.scores(cues).items()
            if score >= fallback.ENOUGH
        }


@cache
def _shipped() -> Heads:
    return load()


def _evidence(heads: Heads, reading: Reading, text: int, intent: int, written: str) -> tuple[Evidence, ...]:
    """Return the cues of an intent, or, where there are none, the words that contributed most."""
    if spans := _spans(written, reading.cues[text], INTENTS[intent]):
        return spans
    said = heads.telling(reading, text, intent)
    most = max((worth for _, _, worth in said), default=1.0)
    return tuple(
        Evidence(written[start:end], start, end, _signed(INTENTS[intent], 0.5 * worth / most))
        for start, end, worth in said
    )


def _spans(text: str, cues: Sequence[Cue], label: str) -> tuple[Evidence, ...]:
    worth = fallback.strengths()
    own = sorted((cue for cue in cues if cue.group.startswith(f"{label}.")), key=lambda cue: -worth.get(cue.group, 0.0))
    chosen: list[Cue] = []
    for cue in own:
        if len(chosen) < SPANS and all(cue.end <= one.start or one.end <= cue.start for one in chosen):
            chosen.append(cue)
    return tuple(
        Evidence(text[cue.start : cue.end], cue.start, cue.end, _signed(label, worth.get(cue.group, 0.5)))
        for cue in sorted(chosen, key=lambda cue: cue.start)
    )


def _signed(label: str, weight: float) -> float:
    """A complaint is negative, praise positive; the rest says nothing about sentiment and counts as it is."""
    return round(-weight if label == "complaint" else weight, 3)


def _weighed(mention: Mention, before: Analysis, told: dict[str, Intent]) -> tuple[Intent, ...]:
    """Bring intents in line with what else is known: the sentiment, the stars, the kind of mention."""
    for label, against in (("complaint", before.sentiment.positive), ("praise", before.sentiment.negative)):
        if label in told and against >= CLEAR and told[label].score < SURE:
            del told[label]
    if {"request", "suggestion"} <= set(told) and _same_words(told["suggestion"], told["request"]):
        del told["suggestion"]
    if mention.rating is not None or mention.kind == "review":
        known = told.get("review", Intent("review", 0.0))
        told["review"] = Intent("review", max(known.score, RATED), known.evidence)
    return tuple(sorted(told.values(), key=lambda intent: -intent.score))


def _same_words(weak: Intent, strong: Intent) -> bool:
    """Say whether an intent stands only on words of a surer one: "könntet ihr mir …" asks for this author."""
    if weak.score >= min(strong.score, SURE):
        return False
    return all(any(a.start < b.end and b.start < a.end for b in strong.evidence) for a in weak.evidence)
