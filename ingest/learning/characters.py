"""What each code point is (space, word, mark, sign) and the plain one it is read as."""

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SPACE, WORD, MARK, SIGN, DROPPED = range(5)
"""Kinds of characters; a sign (emoji, masked link) is a token by itself, marks run together (":", "!!")."""

JOINER = 0x200D
HIGHEST = 0x1FFFF
"""Code points above are ideographs: words that stand for themselves."""
UMLAUT = 0x308
"""Combining diaeresis."""

_RANGES = ((0, 0x3400), (0xA640, 0xA800), (0xE000, 0xE100), (0xF900, 0x10000), (0x1D400, 0x1D800), (0x1F000, 0x20000))
"""Where code points differ from themselves or are no letters; the rest is read as it stands."""
_SECOND = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe"}
_ALIASES = {"\u2019": "'", "\u2018": "'", "`": "'", "\xb4": "'", "\u2026": "."} | {
    "\u0649": "\u064a",
    "\u0629": "\u0647",
    "\u06a9": "\u0643",
    "\u06cc": "\u064a",
}
"""Quotes, dots, and Arabic letters that are written either way."""
_VARIANTS = {0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400), 0x640, 0x200B, 0x200C, 0x200E, 0x200F, 0xFEFF, 0xAD}
_PRIVATE = range(0xE000, 0xE100)


class Characters(NamedTuple):
    """Arrays over all code points up to `HIGHEST`."""

    plain: NDArray[np.uint32]
    """The code point it is read as: lower case, without accents, digits as 0."""
    second: NDArray[np.uint32]
    """The second letter of what is read as two (ä → ae), else 0."""
    kind: NDArray[np.uint8]
    upper: NDArray[np.bool_]


@cache
def characters() -> Characters:
    """Return the tables, built once per process (40 ms)."""
    plain = np.arange(HIGHEST + 1, dtype=np.uint32)
    second = np.zeros(HIGHEST + 1, np.uint32)
    kind = np.full(HIGHEST + 1, WORD, np.uint8)
    upper = np.zeros(HIGHEST + 1, np.bool_)
    for low, high in _RANGES:
        for code in range(low, high):
            char = chr(code)
            read = _read(char)
            plain[code] = ord(read[0])
            second[code] = ord(read[1]) if len(read) > 1 else 0
            kind[code] = _kind(code, read[0])
            upper[code] = char.isupper()
    kind[HIGHEST] = WORD
    return Characters(plain, second, kind, upper)


def _read(char: str) -> str:
    lower = _ALIASES.get(char, char).lower()
    if lower in _SECOND:
        return _SECOND[lower]
    parts = unicodedata.normalize("NFKD", lower)
    if not parts or (len(parts) > 1 and not all(unicodedata.combining(part) for part in parts[1:])):
        return lower[0]
    base = parts[0].lower()
    return "0" if base.isdigit() else (_ALIASES.get(base, base) or base)[0]


def _kind(code: int, read: str) -> int:
    if code in _VARIANTS or 0x300 <= code <= 0x36F or 0x64B <= code <= 0x65F:  # noqa: PLR2004 - combining marks
        return DROPPED
    category = unicodedata.category(read)
    if code in _PRIVATE or category == "So" or code == JOINER or code >= 0x1F000:  # noqa: PLR2004 - emoji
        return SIGN
    if category[0] in "LNM":
        return WORD
    return SPACE if category[0] in "ZC" or read == "_" else MARK
