"""The reason of an incident as one sentence in German and in English, with its figures."""

from collections.abc import Mapping, Sequence

import msgspec

from app.domain.incident import Signal
from app.domain.spoken import clock, number, pace, percent, span, times

THIN = 7 * 86_400.0
"""Seconds of history below which the sentence names its basis."""
LEAST_USUAL = 1 / 1440
"""Mentions a minute that count as usual at least: one a day."""
NEARLY = 1.5
"""Multiple of the usual below which it is hardly more."""
SETTLED = 300.0
"""Seconds after its beginning from which a storm may be over."""


class Figures(msgspec.Struct, frozen=True):
    """What the sentence says: `actual` and `expected` are per minute."""

    since: float
    actual: float
    expected: float
    share: float
    """Share of negative mentions, 0 to 1."""
    negative: bool = False
    """The figures count negative mentions only."""
    basis: float = THIN
    at: float = 0.0
    """When this is told."""

    @property
    def ratio(self) -> float:
        """Return how many times the usual; the usual counts as one mention a day at least."""
        return self.actual / max(self.expected, LEAST_USUAL)


def reason(
    figures: Figures,
    terms: Sequence[str],
    zone: str,
    words: Mapping[str, str] | None = None,
    signals: Sequence[Signal] = (),
) -> dict[str, str]:
    """Return the sentence by language, times local in `zone`.

    `words` are what detectors of single posts, of tone and rules say by language; they come first. Where only people or
    reach surge, by the `signals`, the sentence is of those. A storm that calmed down is told as one that did.
    """
    said = words or {}
    return {
        "de": _german(figures, terms, zone, said.get("de", ""), signals),
        "en": _english(figures, terms, zone, said.get("en", ""), signals),
    }


def _german(figures: Figures, terms: Sequence[str], zone: str, words: str, signals: Sequence[Signal]) -> str:
    since = clock(figures.since, figures.at, zone, "de")
    driven = f"; Treiber: {', '.join(terms)}" if terms else ""
    basis = f" (Basis: erst {span(figures.basis, 'de')})" if figures.basis < THIN else ""
    share = percent(figures.share, "de")
    if words:
        return f"{words} Seit {since} Uhr{driven}{basis}."
    what = "negative Erwähnungen" if figures.negative else "Erwähnungen"
    said = f"das sind {share} aller Erwähnungen" if figures.negative else f"davon {share} negativ"
    both = pace(figures.actual, figures.expected, "de")
    if other := _other(signals):
        return f"Seit {since} Uhr {_surge_de(other)}; Erwähnungen: {both}, {said}{driven}{basis}."
    if _calm(figures):
        return f"Begonnen um {since} Uhr, inzwischen kaum mehr {what} als üblich ({both}), {said}{driven}{basis}."
    return f"Seit {since} Uhr {times(figures.ratio, 'de')} so viele {what} wie üblich ({both}), {said}{driven}{basis}."


def _english(figures: Figures, terms: Sequence[str], zone: str, words: str, signals: Sequence[Signal]) -> str:
    since = clock(figures.since, figures.at, zone, "en")
    driven = f"; drivers: {', '.join(terms)}" if terms else ""
    basis = f" (basis: only {span(figures.basis, 'en')})" if figures.basis < THIN else ""
    share = percent(figures.share, "en")
    if words:
        return f"{words} Since {since}{driven}{basis}."
    what = "negative mentions" if figures.negative else "mentions"
    said = f"which is {share} of all mentions" if figures.negative else f"{share} of them negative"
    both = pace(figures.actual, figures.expected, "en")
    if other := _other(signals):
        return f"Since {since}, {_surge_en(other)}; mentions: {both}, {said}{driven}{basis}."
    if _calm(figures):
        return f"Began at {since}, by now hardly more {what} than usual ({both}), {said}{driven}{basis}."
    return f"Since {since}, {times(figures.ratio, 'en')} as many {what} as usual ({both}), {said}{driven}{basis}."


def _surge_de(one: Signal) -> str:
    ratio = times(one.actual / max(one.expected, 1.0), "de")
    if one.detector == "authors":
        return f"{ratio} so viele Menschen wie üblich ({_counts(one, 'de')} in {one.window // 60} Minuten)"
    return f"{ratio} so viel Reichweite negativer Erwähnungen wie üblich"


def _surge_en(one: Signal) -> str:
    ratio = times(one.actual / max(one.expected, 1.0), "en")
    if one.detector == "authors":
        return f"{ratio} as many people as usual ({_counts(one, 'en')} in {one.window // 60} minutes)"
    return f"{ratio} as much reach of negative mentions as usual"


def _counts(one: Signal, language: str) -> str:
    joined = "statt" if language == "de" else "instead of"
    return f"{number(one.actual, language)} {joined} {number(one.expected, language)}"


def _other(signals: Sequence[Signal]) -> Signal | None:
    """Return the signal of people or reach that raises where mentions and negative ones do not."""
    raised = {one.detector: one for one in signals if one.alarm}
    if {"volume", "negative"} & raised.keys():
        return None
    return raised.get("authors") or raised.get("reach")


def _calm(figures: Figures) -> bool:
    """Tell whether it is a storm of which hardly anything is left."""
    return figures.ratio < NEARLY and figures.at - figures.since >= SETTLED
