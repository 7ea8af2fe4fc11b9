"""A text as words, signs and punctuation that know their place in it."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "\u2019": "'"})
_EMOJI = (
    r"[\U0001F1E6-\U0001F1FF]{2}"
    r"|[\u203C\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\U0001F000-\U0001FAFF]"
    r"[\uFE0E\uFE0F\U0001F3FB-\U0001F3FF]*(?:\u200D[\u2190-\u2bff\U0001F000-\U0001FAFF][\uFE0F\U0001F3FB-\U0001F3FF]*)*"
)


class Word(str):
    """A word, lower-cased, with its place `[start, end)` in the text and its kind: word, tag, sign or stop.

    `folded` is the spelling it is looked up by.
    """

    __slots__ = ("end", "folded", "kind", "start")

    kind: str
    start: int
    end: int
    folded: str


def placed(text: str, start: int, end: int, kind: str) -> Word:
    """Return `text` as a word at `[start, end)`."""
    word = Word(text)
    word.start, word.end, word.kind, word.folded = start, end, kind, fold(text)
    return word


def fold(text: str) -> str:
    """Return a word in the one spelling that ä/ae, ö/oe, ü/ue and ß/ss share, in lower case."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).lower().translate(_FOLDED)


@cache
def table(name: str) -> Any:
    """Return one of the word lists that lie beside this file."""
    text = Path(__file__).with_name(name).read_text("utf-8")
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe, and faster


@cache
def signs() -> dict[str, float]:
    """Return emoticon or emoji → weight."""
    lists = table("signs.yaml")
    found: dict[str, float] = {}
    for group in (lists["emoji"], lists["emoticons"]):
        for weight, members in group.items():
            found.update(dict.fromkeys(members.split(), weight))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    plain = (sign for sign in signs() if sign.isascii())
    emoticons = "|".join(re.escape(sign) for sign in sorted(plain, key=len, reverse=True))
    return re.compile(
        rf"(?P<tag>\#[\w\u0300-\u036f]+)|(?P<sign>(?<![\w:])(?:{emoticons})(?![\w])|{_EMOJI})"
        r"|(?P<word>\w[\w\u0300-\u036f]*(?:['\u2019\-]\w[\w\u0300-\u036f]*)*)|(?P<stop>[.!?;:,…\n]|(?<=\s)-(?=\s))"
    )


def words(text: str) -> list[Word]:
    """Return the words, hashtags, signs and stops of `text` in order; everything else is skipped."""
    return [
        placed(found.group().lower(), found.start(), found.end(), str(found.lastgroup))
        if found.lastgroup != "sign"
        else placed(found.group(), found.start(), found.end(), "sign")
        for found in _pattern().finditer(text)
    ]
