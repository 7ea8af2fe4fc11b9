"""Figures as a sentence says them, in German and in English."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
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
UNITS = (
    (86_400.0, ("Tag", "Tage"), ("day", "days")),
    (3600.0, ("Stunde", "Stunden"), ("hour", "hours")),
    (60.0, ("Minute", "Minuten"), ("minute", "minutes")),
)


def language_of(code: str) -> Language:
    """Return the language we have words in that is nearest to a code such as `de-AT`; English for any other."""
    return "de" if code.lower().partition("-")[0] == "de" else "en"


def number(value: float, language: str) -> str:
    """Return a figure with one decimal below ten, none from there on, and none that is zero."""
    said = f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")  # noqa: PLR2004 - what would round to 10.0
    return said.translate(str.maketrans(",.", ".,")) if language == "de" else said


def percent(share: float, language: str) -> str:
    """Return a share of 0 to 1 as percent: "41 %" in German, "41%" in English."""
    return f"{100 * share:.0f}{' ' if language == 'de' else ''}%"


def times(ratio: float, language: str) -> str:
    """Return how many times: "doppelt", "3-mal", "2,5-mal"; nobody is told a more exact one than more than 100."""
    if ratio > MOST:
        return "mehr als 100-mal" if language == "de" else "more than 100 times"
    said = number(ratio, language)
    if said == "2":
        return "doppelt" if language == "de" else "twice"
    return f"{said}-mal" if language == "de" else f"{said} times"


def pace(actual: float, expected: float, language: str) -> str:
    """Return both rates a minute; by the hour what a minute would bring a fraction of, so that nobody wonders."""
    if expected >= 1.0:
        unit = "minute"
    else:
        unit, expected = ("mixed", 60 * expected) if actual >= 1.0 else ("hour", 60 * expected)
        actual *= 1 if unit == "mixed" else 60
    return PACE[language][unit].format(number(actual, language), number(expected, language))


def rate(value: float, language: str) -> str:
    """Return a rate a minute in words, by the hour where a minute would bring a fraction of one."""
    unit = ("je Minute", "je Stunde") if language == "de" else ("a minute", "an hour")
    return f"{number(value, language)} {unit[0]}" if value >= 1.0 else f"{number(60 * value, language)} {unit[1]}"


def band(low: float, high: float, language: str) -> str:
    """Return a usual band of rates a minute; by the hour where its upper end is less than one a minute."""
    hourly = high < 1.0
    ends = [number(value * (60 if hourly else 1), language) for value in (low, high)]
    if language == "de":
        return f"{ends[0]} bis {ends[1]} je {'Stunde' if hourly else 'Minute'}"
    return f"{ends[0]} to {ends[1]} {'an hour' if hourly else 'a minute'}"


def span(seconds: float, language: str) -> str:
    """Return a length of time in its largest whole unit, a minute at least."""
    seconds = max(seconds, 60.0)
    size, german, english = next(unit for unit in UNITS if seconds >= unit[0])
    many = int(seconds // size)
    return f"{many} {(german if language == 'de' else english)[many != 1]}"


def clock(instant: float, now: float, zone: str, language: str) -> str:
    """Return a local time of day, with the day of the week where half a day lies between."""
    local = datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone))
    day = f"{DAYS[language][local.weekday()]} " if now - instant >= LONG_AGO else ""
    return f"{day}{local:%H:%M}"
