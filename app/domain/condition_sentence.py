"""Conditions as sentences in German and English: what a rule waits for, in the words of the room."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from app.domain.condition import HOUR, MINUTE, And, Comparison, Condition, Figure, Held, Node, Not, Or, plain
from app.domain.condition import OPPOSITE as OPPOSITES
from app.domain.figures import FIGURES
from app.domain.wall import Language


class _Said(NamedTuple):
    """How a figure is spoken of: its thing and the verb for it."""

    thing: str
    verb: str


_DE = MappingProxyType({
    "mentions": _Said("Erwähnungen", "kommen"),
    "negative": _Said("negative Erwähnungen", "kommen"),
    "positive": _Said("positive Erwähnungen", "kommen"),
    "neutral": _Said("neutrale Erwähnungen", "kommen"),
    "uncertain": _Said("unsichere Erwähnungen", "kommen"),
    "reach": _Said("Menschen", "erreicht werden"),
    "negative_reach": _Said("Menschen", "mit Negativem erreicht werden"),
    "authors": _Said("Menschen", "schreiben"),
    "reposts": _Said("Reposts", "kommen"),
    "complaints": _Said("Beschwerden", "kommen"),
    "questions": _Said("Rückfragen", "kommen"),
    "suggestions": _Said("Anregungen", "kommen"),
    "requests": _Said("Anfragen", "kommen"),
    "reviews": _Said("Bewertungen", "kommen"),
    "praise": _Said("Lobe", "kommen"),
    "leads": _Said("Kaufwünsche", "kommen"),
    "negative_share": _Said("der Erwähnungen", "negativ sind"),
    "positive_share": _Said("der Erwähnungen", "positiv sind"),
    "reposts_share": _Said("der Erwähnungen", "Reposts sind"),
    "complaints_share": _Said("der Erwähnungen", "Beschwerden sind"),
    "net": _Said("die Stimmung", "liegt"),
    "risk": _Said("das Risiko", "liegt"),
})  # fmt: skip
_EN = MappingProxyType({
    "mentions": _Said("mentions", "arrive"),
    "negative": _Said("negative mentions", "arrive"),
    "positive": _Said("positive mentions", "arrive"),
    "neutral": _Said("neutral mentions", "arrive"),
    "uncertain": _Said("uncertain mentions", "arrive"),
    "reach": _Said("people", "are reached"),
    "negative_reach": _Said("people", "are reached by something negative"),
    "authors": _Said("people", "write"),
    "reposts": _Said("reposts", "arrive"),
    "complaints": _Said("complaints", "arrive"),
    "questions": _Said("questions", "arrive"),
    "suggestions": _Said("suggestions", "arrive"),
    "requests": _Said("requests", "arrive"),
    "reviews": _Said("reviews", "arrive"),
    "praise": _Said("words of praise", "arrive"),
    "leads": _Said("wishes to buy", "arrive"),
    "negative_share": _Said("of mentions", "are negative"),
    "positive_share": _Said("of mentions", "are positive"),
    "reposts_share": _Said("of mentions", "are reposts"),
    "complaints_share": _Said("of mentions", "are complaints"),
    "net": _Said("the mood", "is"),
    "risk": _Said("the risk", "is"),
})  # fmt: skip
SAID: Mapping[Language, Mapping[str, _Said]] = MappingProxyType({"de": _DE, "en": _EN})

_WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType({
    "de": {
        ">": "mehr als", ">=": "mindestens", "<": "weniger als", "<=": "höchstens",
        ">.": "über", ">=.": "bei mindestens", "<.": "unter", "<=.": "bei höchstens",
        "and": "und", "or": "oder", "when": "Wenn", "not": "nicht zutrifft, dass {part}",
        "held": "{part}, {span} lang", "in": "in {span}", "channel": " auf {channel}",
        "minute": "1 Minute", "minutes": "{n} Minuten", "hour": "1 Stunde", "hours": "{n} Stunden",
        "volume": "der Erwähnungen", "negative": "der negativen Erwähnungen",
        "percent": "{n} %", "usual": "üblich", "other": "„{other}“",
        "level": "„{one}“ {sign} {n}{other} liegt", "fold": "dem {n}-fachen von ",
        "times": "{time} {sign} {n}-mal so viele {things} {verb} wie {than}",
        "=>": "{time} mehr {things} {verb} als {than}", "=>=": "{time} mindestens so viele {things} {verb} wie {than}",
        "=<": "{time} weniger {things} {verb} als {than}",
        "=<=": "{time} höchstens so viele {things} {verb} wie {than}",
    },
    "en": {
        ">": "more than", ">=": "at least", "<": "fewer than", "<%": "less than", "<=": "at most",
        ">.": "above", ">=.": "at or above", "<.": "below", "<=.": "at or below",
        "and": "and", "or": "or", "when": "When", "not": "it is not so that {part}",
        "held": "{part}, for {span}", "in": "within {span}", "channel": " on {channel}",
        "minute": "1 minute", "minutes": "{n} minutes", "hour": "1 hour", "hours": "{n} hours",
        "volume": "of the mentions", "negative": "of the negative mentions",
        "percent": "{n}%", "usual": "usual", "other": "“{other}”",
        "level": "“{one}” is {sign} {n}{other}", "fold": "{n} times ",
        "times": "{sign} {n} times as many {things} {verb} {time} as {than}",
        "=>": "more {things} {verb} {time} than {than}", "=>=": "at least as many {things} {verb} {time} as {than}",
        "=<": "fewer {things} {verb} {time} than {than}", "=<=": "at most as many {things} {verb} {time} as {than}",
    },
})  # fmt: skip


def sentence(condition: Condition, language: Language) -> str:
    """Return a condition as one sentence that begins with when: what has to happen."""
    said = _Speech(language)
    return f"{said.words['when']} {said.node(condition.root)}."


def span(seconds: int, language: Language) -> str:
    """Return a length of time in words: 15 Minuten, 2 hours."""
    words = _WORDS[language]
    unit, number = ("hour", seconds // HOUR) if seconds % HOUR == 0 else ("minute", seconds // MINUTE)
    return words[unit] if number == 1 else words[f"{unit}s"].format(n=number)


class _Speech:
    """Says the parts of conditions in one language."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self.words = _WORDS[language]

    def node(self, node: Node, *, inner: bool = False) -> str:
        match node:
            case Comparison():
                return self._comparison(node)
            case Not(Comparison(figure, sign, limit)):
                return self._comparison(Comparison(figure, OPPOSITES[sign], limit))
            case Not(part):
                return self.words["not"].format(part=self.node(part, inner=True))
            case Held(part, seconds):
                told = self.words["held"].format(part=self.node(part), span=span(seconds, self._language))
            case And(parts):
                told = f" {self.words['and']} ".join(self.node(part, inner=True) for part in parts)
            case Or(parts):
                told = f" {self.words['or']} ".join(self.node(part, inner=True) for part in parts)
        return f"({told})" if inner else told

    def _comparison(self, one: Comparison) -> str:
        figure, unit = one.figure, FIGURES[one.figure.name].unit
        if one.limit.base is not None:
            return self._relative(one)
        if unit in {"balance", "risk"}:
            return self._level(one)
        sign = self.words.get(f"{one.sign}%", self.words[one.sign]) if unit == "share" else self.words[one.sign]
        amount = f"{sign} {self._amount(figure, one.limit.value)} {self._said(figure).thing}"
        time, where, verb = self._time(figure), self._where(figure), self._said(figure).verb
        return f"{time}{where} {amount} {verb}" if self._german else f"{amount}{where} {verb} {time}"

    def _level(self, one: Comparison) -> str:
        """Speak of what is a level, not a number of things."""
        figure, said = one.figure, self._said(one.figure)
        amount = f"{self.words[f'{one.sign}.']} {self._amount(figure, one.limit.value)}"
        what = f"{said.thing} {self.words[figure.series] if figure.series else self._time(figure)}"
        return f"{what} {amount} {said.verb}" if self._german else f"{what} {said.verb} {amount}"

    def _relative(self, one: Comparison) -> str:
        """Speak of a figure beside what is usual, or beside another one."""
        figure, base, value = one.figure, one.limit.base, self._number(one.limit.value)
        said, once = self._said(figure), one.limit.value == 1
        if FIGURES[figure.name].unit != "count":
            fold = "" if once else self.words["fold"].format(n=value)
            other = self.words["other"].format(other=base)
            return self.words["level"].format(one=figure, sign=self.words[f"{one.sign}."], n=fold, other=other)
        than = self.words["usual"]
        if isinstance(base, Figure):
            than = f"{self._said(base).thing}{self._where(base)} {self._time(base)}"
        shape = self.words[f"={one.sign}" if once else "times"]
        things = said.thing if self._german else f"{said.thing}{self._where(figure)}"
        time = f"{self._time(figure)}{self._where(figure)}" if self._german else self._time(figure)
        sign = self.words[one.sign]
        return shape.format(time=time, sign=sign, n=value, things=things, verb=said.verb, than=than)

    @property
    def _german(self) -> bool:
        return self._language == "de"

    def _said(self, figure: Figure) -> _Said:
        return SAID[self._language][figure.name]

    def _time(self, figure: Figure) -> str:
        return self.words["in"].format(span=span(figure.window, self._language))

    def _where(self, figure: Figure) -> str:
        return self.words["channel"].format(channel=figure.channel) if figure.channel else ""

    def _amount(self, figure: Figure, value: Decimal) -> str:
        if FIGURES[figure.name].unit in {"share", "balance"}:
            return self.words["percent"].format(n=self._number(value * 100))
        return self._number(value)

    def _number(self, value: Decimal) -> str:
        text = f"{plain(value):,f}".replace("-", "\u2212")
        return text.translate(str.maketrans(",.", ".,")) if self._german else text
