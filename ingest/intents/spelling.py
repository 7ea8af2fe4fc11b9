"""The one spelling in which texts and cues are compared, and the way back to the text."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

LONG = 2_000
"""Characters of a text that are read: what an author wants is said by then."""
_DOUBLED = re.compile("[äöüßÄÖÜẞ]")
_HANDLE = re.compile(r"@[\w.\-]+")


class _Spelling(dict[int, str]):
    """What becomes of a character, filled as characters are met: letters and digits stay, the rest parts words."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not (character.isalnum() or character == "_"):
            character = " " if character.isspace() or not character.isprintable() else "|"
        if len(self) < _REMEMBERED:
            self[code] = character
        return character


_REMEMBERED = 5_000
_SPELLING = _Spelling(
    {
        **{ord(umlaut): plain for umlaut, plain in zip("äöüß\u0308", ("ae", "oe", "ue", "ss", "e"), strict=True)},
        **dict.fromkeys(map(ord, "'\u2019\u2018\u00b4`\u02bc"), "'"),
        **dict.fromkeys(map(ord, ".!…\n\r\u2028\u2029"), "."),
        **dict.fromkeys(map(ord, "?\uff1f\u061f"), "?"),
        ord("-"): "-",
    }
)
_USUAL = tuple(
    (sign, _SPELLING[ord(sign)]) for sign in ("ä", "ö", "ü", "ß", "\u2019", "…", "\u2013", "„", "“", "”", "\u00a0", "€")
)
"""Signs that German and English texts hold beside ASCII: a text without others is spelled ten times as fast."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,!?|'-")
"""Characters that stay one."""
_CUES = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "\u2019": "'"})


def folded(cue: str) -> str:
    """Return a cue in that spelling, its signs kept."""
    return cue.lower().translate(_CUES)


def spelled(text: str) -> str:
    """Return a text in that spelling: lower case, ä as ae, one apostrophe; may be longer than the text.

    Signs between words and handles are `|`, what ends a sentence is `.` or `?`. It begins with `| ` and ends with ` |`.
    """
    masked = _HANDLE.sub(_blank, text) if "@" in text else text
    lower = masked.lower()
    if not lower.isascii():
        for sign, plain in _USUAL:
            lower = lower.replace(sign, plain)
    return f"| {lower.translate(_SPELLING)} |"


def parted(plain: str) -> str:
    """Return a spelled text with blanks for its signs, every word in its place."""
    return plain.replace("|", " ").replace(".", " ").replace("?", " ")


def origin(text: str, plain: str) -> Callable[[int], int]:
    """Return what tells for a place in the spelled form of a text which character of the text it comes from."""
    last = max(len(text) - 1, 0)
    doubled = [found.start() for found in _DOUBLED.finditer(_HANDLE.sub(_blank, text))]
    if len(plain) != len(text) + len(doubled) + 4:
        return list(places(text)).__getitem__
    seconds = [place + number + 3 for number, place in enumerate(doubled)]
    return lambda place: min(max(place - 2 - bisect_right(seconds, place), 0), last)


def places(text: str) -> Iterator[int]:
    """Yield, for each character of the spelled text, which character of the text it comes from."""
    yield from (0, 0)
    masked = _HANDLE.sub(_blank, text)
    for place, character in enumerate(masked):
        yield place
        if character not in _PLAIN:
            for _ in range(len(character.lower().translate(_SPELLING)) - 1):
                yield place
    yield from (max(len(text) - 1, 0),) * 2


def _blank(found: re.Match[str]) -> str:
    return "|" * len(found.group())
