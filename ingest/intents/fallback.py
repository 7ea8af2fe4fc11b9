"""What authors want by cues alone: for a process whose model is missing or broken."""

from collections.abc import Sequence
from functools import cache

from app.domain.analysis import INTENTS
from ingest.intents.cues import LANGUAGES, Cue, grammar
from ingest.intents.reading import cued

ENOUGH = 0.5
"""Score from which an intent is told."""


def scores(cues: Sequence[Cue]) -> dict[str, float]:
    """Return intent → score from 0 to 1: cues that agree add up, guards take away."""
    worth = strengths()
    missing: dict[str, float] = {}
    guard = 1.0
    for cue in cues:
        label = cue.group.partition(".")[0]
        if label == "none":
            guard *= 1 - worth.get(cue.group, 0.0)
        elif label in INTENTS:
            missing[label] = missing.get(label, 1.0) * (1 - worth.get(cue.group, 0.0))
    return {label: (1 - rest) * guard for label, rest in missing.items()}


def told_by_cues(text: str, language: str) -> dict[str, float]:
    """Return the intents that cues alone tell, with their scores."""
    return {label: score for label, score in scores(cued(text, language)[0]).items() if score >= ENOUGH}


@cache
def strengths() -> dict[str, float]:
    """Return group → what it is worth without a model, from all languages (the first that says so)."""
    found: dict[str, float] = {}
    for language in LANGUAGES:
        for group, worth in grammar(language).strengths.items():
            found.setdefault(group, worth)
    return found
