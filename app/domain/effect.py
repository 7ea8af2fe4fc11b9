"""The effect of an answer: what came after a statement of ours against what was expected without it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from app.domain.forecast import Forecast, Point

EffectVerdict = Literal["less", "expected", "more", "unknown"]
"""Than expected; or it cannot be told."""
Doubtful = Literal["none", "refused", "past", "wide", "short"]
"""No forecast from shortly before; it was refused; the peak was over; its band is too wide; too little time since."""

FRESH = 900.0
"""Seconds before the statement the forecast may be made at most."""
SHORT = 1800.0
"""Seconds that must have passed since, and until we said something else."""
LONG = 7200.0
"""Seconds after the statement that are compared at most."""
WIDE = 20.0
"""Times its low edge from which a band says nothing: nearly anything would lie within."""
STEP = 300.0


class Effect(msgspec.Struct, frozen=True):
    """One statement and what came after it; figures are mentions per minute between `start` and `until`."""

    at: float
    """When the statement was public."""
    verdict: EffectVerdict
    why: Doubtful | None = None
    """Why it cannot be told."""
    start: float | None = None
    until: float | None = None
    actual: float | None = None
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    band: tuple[Point, ...] = ()
    """What was expected without the statement."""

    @property
    def reason(self) -> dict[str, str]:
        """Return it as a sentence, by language."""
        if self.why is not None:
            return UNKNOWN[self.why]
        if self.actual is None or self.low is None or self.high is None:
            return UNKNOWN["none"]
        numbers = [_number(one) for one in (self.actual, self.low, self.high)]
        return {
            language: said.format(*(one.replace(".", mark) for one in numbers))
            for (language, said), mark in zip(SAID[self.verdict].items(), (",", "."), strict=True)
        }


SAID: dict[EffectVerdict, dict[str, str]] = {
    "less": {
        "de": "Weniger als erwartet: {0} Erwähnungen je Minute statt {1} bis {2}. "
        "Ob die Antwort der Grund ist, ist damit nicht bewiesen.",
        "en": "Less than expected: {0} mentions a minute instead of {1} to {2}. "
        "That does not prove that our answer is why.",
    },
    "expected": {
        "de": "Wie erwartet: {0} Erwähnungen je Minute, erwartet waren {1} bis {2}.",
        "en": "As expected: {0} mentions a minute, {1} to {2} were expected.",
    },
    "more": {
        "de": "Mehr als erwartet: {0} Erwähnungen je Minute statt {1} bis {2}. "
        "Ob die Antwort der Grund ist, ist damit nicht bewiesen.",
        "en": "More than expected: {0} mentions a minute instead of {1} to {2}. "
        "That does not prove that our answer is why.",
    },
}
UNKNOWN: dict[Doubtful, dict[str, str]] = {
    "none": {
        "de": "Lässt sich nicht sagen: Kurz davor gab es keine Prognose.",
        "en": "Cannot tell: there was no forecast shortly before.",
    },
    "refused": {
        "de": "Lässt sich nicht sagen: Vorher war keine Prognose möglich.",
        "en": "Cannot tell: no forecast was possible before it.",
    },
    "past": {
        "de": "Lässt sich nicht sagen: Die Spitze war wohl schon vorbei.",
        "en": "Cannot tell: the peak was probably over by then.",
    },
    "wide": {
        "de": "Lässt sich nicht sagen: Die Prognose davor war zu ungenau.",
        "en": "Cannot tell: the forecast before it was too vague.",
    },
    "short": {
        "de": "Lässt sich noch nicht sagen: Seitdem ist zu wenig Zeit ohne eine weitere Stellungnahme vergangen.",
        "en": "Cannot tell yet: too little time has passed since without another statement.",
    },
}
"""Why it cannot be told, in words."""


def effect(
    at: float, forecasts: Sequence[Forecast], said: Mapping[int, int], until: float, other: float | None = None
) -> Effect:
    """Return the effect of a statement made public at `at`.

    `forecasts` are those of the incident; what was known after the statement is not looked at. `said` is mentions by
    the start of each minute, a missing one is none, complete before `until`; `other` is our next statement.
    """
    known = [one for one in forecasts if at - FRESH <= one.at <= at]
    if not known:
        return Effect(at, "unknown", "none")
    best = max(known, key=lambda one: one.at)
    if best.refused is not None:
        return Effect(at, "unknown", "past" if best.refused == "past" else "refused")
    if (best.over or 0.0) >= 1 / 2:
        return Effect(at, "unknown", "past")
    last = min(until, at + LONG, at + LONG if other is None else other)
    band = tuple(one for one in best.curve if at <= one.start and one.start + STEP <= last)
    if len(band) * STEP < SHORT:
        return Effect(at, "unknown", "short")
    return _compared(at, band, said)


def _compared(at: float, band: tuple[Point, ...], said: Mapping[int, int]) -> Effect:
    start, until = band[0].start, band[-1].start + STEP
    low, middle, high = (
        round(sum(getattr(one, edge) for one in band) / len(band), 3) for edge in ("low", "middle", "high")
    )
    counted = sum(count for minute, count in said.items() if start <= minute < until)
    actual = round(counted / (until - start) * 60, 3)
    verdict: EffectVerdict = "less" if actual < low else "more" if actual > high else "expected"
    why: Doubtful | None = "wide" if high > WIDE * low else None
    return Effect(at, "unknown" if why else verdict, why, start, until, actual, low, middle, high, band)


def _number(figure: float) -> str:
    return f"{figure:.0f}" if figure >= 10 else f"{figure:.1f}"  # noqa: PLR2004 - two digits are enough
