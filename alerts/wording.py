"""The reason of an incident as one sentence in German and in English, with its figures."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

THIN = 7 * 86_400.0
"""Seconds of history below which the sentence names its basis."""


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

    @property
    def ratio(self) -> float:
        """Return how many times the usual; the usual counts as one mention a day at least."""
        return self.actual / max(self.expected, 1 / 1440)


def reason(figures: Figures, terms: tuple[str, ...], zone: str) -> dict[str, str]:
    """Return the sentence by language, times local in `zone`."""
    return {"de": _german(figures, terms, zone), "en": _english(figures, terms, zone)}


def _german(figures: Figures, terms: tuple[str, ...], zone: str) -> str:
    what = "negative Erwähnungen" if figures.negative else "Erwähnungen"
    actual, expected, minute = _pace(figures)
    share = f"{100 * figures.share:.0f} %"
    said = f"{share} aller Erwähnungen" if figures.negative else f"davon {share} negativ"
    compared = f"{_comma(_times(figures.ratio))}-mal so viele {what} wie üblich"
    pace = f"{_comma(actual)} statt {_comma(expected)} je {'Minute' if minute else 'Stunde'}"
    driven = f"; Treiber: {', '.join(terms)}" if terms else ""
    basis = f" (Basis: {_span(figures.basis, 'de')})" if figures.basis < THIN else ""
    return f"Seit {_clock(figures.since, zone)} {compared} ({pace}), {said}{driven}{basis}."


def _english(figures: Figures, terms: tuple[str, ...], zone: str) -> str:
    what = "negative mentions" if figures.negative else "mentions"
    actual, expected, minute = _pace(figures)
    share = f"{100 * figures.share:.0f}%"
    said = f"{share} of all mentions" if figures.negative else f"{share} of them negative"
    compared = f"{_times(figures.ratio)} times as many {what} as usual"
    pace = f"{actual} instead of {expected} {'a minute' if minute else 'an hour'}"
    driven = f"; drivers: {', '.join(terms)}" if terms else ""
    basis = f" (basis: {_span(figures.basis, 'en')})" if figures.basis < THIN else ""
    return f"Since {_clock(figures.since, zone)} {compared} ({pace}), {said}{driven}{basis}."


def _pace(figures: Figures) -> tuple[str, str, bool]:
    """Return the two rates as text, by the minute or, where that would be a fraction, by the hour."""
    minute = figures.expected >= 1.0
    scale = 1 if minute else 60
    return _number(figures.actual * scale), _number(figures.expected * scale), minute


def _times(ratio: float) -> str:
    """Return a multiple, with one decimal below ten, rounded and grouped above."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:,.0f}"  # noqa: PLR2004 - what would round to 10.0


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")  # noqa: PLR2004 - as above


def _comma(number: str) -> str:
    """Turn 1,234.5 into 1.234,5."""
    return number.translate(str.maketrans(",.", ".,"))


def _span(seconds: float, language: str) -> str:
    """Return a length of time in its largest whole unit."""
    units = (
        (86_400.0, ("Tag", "Tage"), ("day", "days")),
        (3600.0, ("Stunde", "Stunden"), ("hour", "hours")),
        (60.0, ("Minute", "Minuten"), ("minute", "minutes")),
    )
    for size, german, english in units:
        number = int(seconds // size)
        if number or size == 60.0:  # noqa: PLR2004 - nothing is smaller than a minute
            one, many = german if language == "de" else english
            return f"{number} {one if number == 1 else many}"
    raise AssertionError  # pragma: no cover - the loop ends with minutes


def _clock(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M")
