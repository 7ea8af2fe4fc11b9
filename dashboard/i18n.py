"""Words and numbers in the screen's language; the words stand in `assets/locales/<language>.yaml`."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import yaml

from app.domain.channel_words import channel_name
from app.domain.wall import Language

LOCALES = Path(__file__).parents[1] / "assets" / "locales"
LANGUAGES: tuple[Language, ...] = get_args(Language)

THOUSAND = 1_000
MILLION = 1_000_000
TEN = 10
MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Return key → text of a language, keys joined by dots."""
    tree = yaml.safe_load((LOCALES / f"{language}.yaml").read_text(encoding="utf-8"))
    return dict(_flat(tree, ""))


def _flat(tree: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        found += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return found


class Words:
    """Says things in one language and one time zone."""

    def __init__(self, language: Language, zone: str) -> None:
        self.language = language
        self._texts = catalogue(language)
        self._zone = ZoneInfo(zone)

    def say(self, key: str, **values: object) -> str:
        """Return the text of `key` with its values filled in; a missing key is our mistake and raises `KeyError`."""
        return self._texts[key].format(**values)

    def choose(self, key: str, otherwise: str) -> str:
        """Return the text of `key`, or `otherwise` where the language has none (names that strangers bring along)."""
        return self._texts.get(key, otherwise)

    def channel(self, name: str, otherwise: str | None = None) -> str:
        """Return a channel's name as people write it; `otherwise`, or the name itself, where we have none for it."""
        return channel_name(name, self.language, otherwise)

    def count(self, key: str, number: int, **values: object) -> str:
        """Return `<key>.one` or `<key>.other` with `n` as a written number."""
        return self.say(f"{key}.{'one' if number == 1 else 'other'}", n=self.number(number), **values)

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number: 1.240,5 in German, 1,240.5 in English."""
        text = f"{value:,.{digits}f}".replace("-", "\u2212")
        return text.translate(str.maketrans(",.", ".,")) if self.language == "de" else text

    def figure(self, value: float) -> str:
        """Write a rate: one decimal below ten, none above."""
        return self.number(value, 1 if 0 < value < TEN and round(value, 1) != round(value) else 0)

    def short(self, value: int) -> str:
        """Write a reach in at most four figures: 950, 48 T, 1,2 Mio."""
        if value < THOUSAND:
            return self.number(value)
        unit, name = (THOUSAND, "thousand") if value < MILLION else (MILLION, "million")
        scaled = value / unit
        text = self.number(scaled, 1 if scaled < TEN else 0)
        return self.say(f"short.{name}", n=text.removesuffix(",0").removesuffix(".0"))

    def share(self, part: int, whole: int) -> str:
        """Write a share in per cent."""
        return self.say("share", n=self.number(100 * part / whole if whole else 0))

    def clock(self, at: float) -> str:
        """Write an instant as hour and minute of the screen's zone."""
        return self._local(at).strftime("%H:%M")

    def second(self, at: float) -> str:
        """Write an instant down to the second."""
        return self._local(at).strftime("%H:%M:%S")

    def when(self, at: float, now: float) -> str:
        """Write an instant of today as a time, of another day with its date."""
        moment = self._local(at)
        if moment.date() == self._local(now).date():
            return self.clock(at)
        return self.say("day", day=moment.day, month=moment.month, time=self.clock(at))

    def date(self, at: float) -> str:
        """Write the day of an instant: 21.11. in German, 21/11 in English."""
        moment = self._local(at)
        return self.say("date", day=moment.day, month=moment.month)

    def span(self, seconds: float) -> str:
        """Write a length of time in its largest fitting unit: 6 s, 4 min, 3 h, 2 days."""
        whole = max(0, int(seconds))
        if whole < MINUTE:
            return self.say("span.seconds", n=whole)
        if whole < HOUR:
            return self.say("span.minutes", n=whole // MINUTE)
        if whole < 2 * DAY:
            return self.say("span.hours", n=whole // HOUR)
        return self.say("span.days", n=whole // DAY)

    def hours(self, seconds: float) -> str:
        """Write a length of history in whole hours, or days from two on."""
        return self.span(max(seconds, HOUR)) if seconds >= HOUR else self.say("span.hours", n=0)

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._zone)


@cache
def words(language: Language, zone: str) -> Words:
    """Return the words of a language and zone, made once."""
    return Words(language, zone)
