"""The reason of an incident as one sentence in German and in English, with its figures."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

THIN = 7 * 86_400.0
"""Seconds of history below which the sentence names its basis."""

MOST = 100.0
"""Multiple of the usual beyond which more figures say nothing more."""
LONG_AGO = 43_200.0
PACE = {
    "de": {
        "minute": "{} statt {} je Minute",
        "mixed": "{} je Minute, üblich {} je Stunde",
        "hour": "{} statt {} je Stunde",
    },
    "en": {
        "minute": "{} instead of {} a minute",
        "mixed": "{} a minute, usually {} an hour",
        "hour": "{} instead of {} an hour",
    },
}
DAYS = {"de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


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
        return self.actual / max(self.expected, 1 / 1440)


def reason(figures: Figures, terms: tuple[str, ...], zone: str) -> dict[str, str]:
    """Return the sentence by language, times local in `zone`."""
    return {"de": _german(figures, terms, zone), "en": _english(figures, terms, zone)}


def _german(figures: Figures, terms: tuple[str, ...], zone: str) -> str:
    what = "negative Erwähnungen" if figures.negative else "Erwähnungen"
    times = _local(_times(figures.ratio, "mehr als "), "de")
    many = "doppelt" if times == "2" else f"{times}-mal"
    compared = f"{many} so viele {what} wie üblich ({_pace(figures, 'de')})"
    share = f"{100 * figures.share:.0f} %"
    said = f"das sind {share} aller Erwähnungen" if figures.negative else f"davon {share} negativ"
    driven = f"; Treiber: {', '.join(terms)}" if terms else ""
    basis = f" (Basis: erst {_span(figures.basis, 'de')})" if figures.basis < THIN else ""
    return f"Seit {_since(figures, zone, 'de')} Uhr {compared}, {said}{driven}{basis}."


def _english(figures: Figures, terms: tuple[str, ...], zone: str) -> str:
    what = "negative mentions" if figures.negative else "mentions"
    times = _times(figures.ratio, "more than ")
    many = "twice" if times == "2" else f"{times} times"
    compared = f"{many} as many {what} as usual ({_pace(figures, 'en')})"
    share = f"{100 * figures.share:.0f}%"
    said = f"which is {share} of all mentions" if figures.negative else f"{share} of them negative"
    driven = f"; drivers: {', '.join(terms)}" if terms else ""
    basis = f" (basis: only {_span(figures.basis, 'en')})" if figures.basis < THIN else ""
    return f"Since {_since(figures, zone, 'en')}, {compared}, {said}{driven}{basis}."


def _pace(figures: Figures, language: str) -> str:
    """Return both rates; by the hour what a minute would bring a fraction of, so that nobody wonders."""
    actual, expected = figures.actual, figures.expected
    if expected >= 1.0:
        unit = "minute"
    else:
        unit, expected = ("mixed", 60 * expected) if actual >= 1.0 else ("hour", 60 * expected)
        actual *= 1 if unit == "mixed" else 60
    return PACE[language][unit].format(*(_local(_number(value), language) for value in (actual, expected)))


def _times(ratio: float, more: str) -> str:
    """Return a multiple: with one decimal below ten; nobody is told a more exact one than "more than 100"."""
    return f"{more}100" if ratio > MOST else _number(ratio)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")  # noqa: PLR2004 - what would round to 10.0


def _local(number: str, language: str) -> str:
    """Turn 1,234.5 into 1.234,5 in German."""
    return number.translate(str.maketrans(",.", ".,")) if language == "de" else number


def _span(seconds: float, language: str) -> str:
    """Return a length of time in its largest whole unit."""
    units = (
        (86_400.0, ("Tag", "Tage"), ("day", "days")),
        (3600.0, ("Stunde", "Stunden"), ("hour", "hours")),
        (60.0, ("Minute", "Minuten"), ("minute", "minutes")),
    )
    for size, german, english in units:
        number = int(max(seconds, 60.0) // size)
        if number or size == 60.0:  # noqa: PLR2004 - nothing is smaller than a minute
            one, many = german if language == "de" else english
            return f"{number} {one if number == 1 else many}"
    raise AssertionError  # pragma: no cover - the loop ends with minutes


def _since(figures: Figures, zone: str, language: str) -> str:
    """Return the time of day, with the day of the week where half a day lies between."""
    local = datetime.fromtimestamp(figures.since, UTC).astimezone(ZoneInfo(zone))
    day = f"{DAYS[language][local.weekday()]} " if figures.at - figures.since >= LONG_AGO else ""
    return f"{day}{local:%H:%M}"
