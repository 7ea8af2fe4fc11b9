"""Objections: what was tried against an incident and what came of it, as a sentence in German and in English."""

from app.domain.explanation import Counter, Doubt
from app.domain.spoken import LANGUAGES, percent, rate

FLIPPED = 0.3
"""Share of the labels that are taken for wrong."""
LOUDEST = {"de": "das lauteste Konto", "en": "the loudest account"}
WITHOUT: dict[str, dict[Doubt, str]] = {
    "de": {"without_reposts": "Reposts", "source_outage": "das, was nach einem Ausfall nachkam"},
    "en": {"without_reposts": "reposts", "source_outage": "what came late after an outage"},
}
HOLDS: dict[str, dict[bool | None, str]] = {
    "de": {
        True: "Hält auch ohne {what}{share}{then}.",
        False: "Ohne {what}{share} wäre es kein Alarm{then}.",
        None: "Ob es auch ohne {what} hält, lässt sich nicht sagen.",
    },
    "en": {
        True: "Holds without {what}{share}, too{then}.",
        False: "Without {what}{share} it would be no alarm{then}.",
        None: "Whether it holds without {what} cannot be told.",
    },
}
LABELS: dict[str, dict[bool | None, str]] = {
    "de": {
        True: "Hält auch, wenn {wrong} der als negativ gelesenen es nicht sind (in {share} der Versuche).",
        False: "Hält nicht sicher, wenn {wrong} der als negativ gelesenen es nicht sind (nur in {share} der Versuche).",
        None: "Wie viel an der Stimmung hängt, lässt sich nicht sagen.",
    },
    "en": {
        True: "Holds even if {wrong} of those read as negative are not (in {share} of the trials).",
        False: "Does not surely hold if {wrong} of those read as negative are not (only in {share} of the trials).",
        None: "How much hangs on the tone cannot be told.",
    },
}
HEARD = {
    "de": {True: "Alle Quellen haben zugehört.", None: "Eine Quelle hört nicht zu: Es kann etwas fehlen."},
    "en": {True: "All sources listened.", None: "A source does not listen: something may be missing."},
}


def objection(counter: Counter, language: str, who: str | None = None) -> str:
    """Return what was tried and what came of it; `who` names the author who was left out."""
    if counter.doubt == "labels_flipped":
        share = percent(counter.share or 0.0, language)
        return LABELS[language][counter.holds].format(wrong=percent(FLIPPED, language), share=share)
    if counter.doubt == "source_outage" and not counter.share and counter.holds is not False:
        return HEARD[language][counter.holds]
    what = WITHOUT[language].get(counter.doubt) or who or LOUDEST[language]
    share = f" ({percent(counter.share, language)})" if counter.share is not None else ""
    return HOLDS[language][counter.holds].format(what=what, share=share, then=_then(counter, language))


def objections(counter: Counter) -> dict[str, str]:
    """Return the same by language, naming nobody: what may be kept."""
    return {language: objection(counter, language) for language in LANGUAGES}


def _then(counter: Counter, language: str) -> str:
    if counter.actual is None or counter.needed is None:
        return ""
    actual, needed = rate(counter.actual, language), rate(counter.needed, language)
    return f": dann {actual}, nötig {needed}" if language == "de" else f": then {actual}, needed {needed}"
