"""A batch of texts as one row of plain tokens that know their place in the texts."""

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.learning.characters import DROPPED, HIGHEST, JOINER, MARK, SIGN, SPACE, UMLAUT, WORD, characters

LONG = 4_000
"""Characters of a text that are read."""
NAME, LINK, HANDLE = 0xE000, 0xE001, 0xE002
"""What the name of a brand, a link and a handle are read as: private code points, so no letters of theirs count."""

GAP = 0x20
"""Stands between two tokens."""
_BETWEEN = r"[\s&.\-]*"
_END = "\x1e"
_EMOTICONS = {
    "🙂": ":) :-) :)) =) :] (: :o) ^^ ^_^ 8)",
    "😉": ";) ;-) ;))",
    "😀": ":D :-D =D :DD",
    "😂": "xD XD xDD",
    "❤": "<3 <33",
    "😘": ":* :-* ;*",
    "😛": ":P :-P :p :-p ;P ;p",
    "🙁": ":( :-( :(( =( :[ </3 ;(",
    "😢": ":'( :'-(",
    "😕": ":/ :-/ :\\ :-\\ :S :-S",
    "😐": ":| :-| -.- -_- ._.",
    "😠": ">:( >:-(",
}
_SIGN_OF = {emoticon: ord(sign) for sign, row in _EMOTICONS.items() for emoticon in row.split()}


class Tokens(NamedTuple):
    """Tokens of a batch in order; `codes` holds them plain, one space between two, one before and behind."""

    codes: NDArray[np.uint32]
    start: NDArray[np.int64]
    """Where a token begins in `codes`."""
    end: NDArray[np.int64]
    kind: NDArray[np.uint8]
    text: NDArray[np.int64]
    """Index of the text a token stands in."""
    first: NDArray[np.int64]
    """Where a token begins in its text, in characters."""
    last: NDArray[np.int64]
    """Where it ends."""
    upper: NDArray[np.bool_]
    """Written in capitals throughout, three letters or more."""
    long: NDArray[np.bool_]
    """Had a letter three times or more ("sooo")."""
    texts: int
    """Number of texts."""


@cache
def _special() -> re.Pattern[str]:
    """Return what finds them; it begins with the one set of characters they begin with, so the rest is skipped fast."""
    rests: dict[str, list[str]] = {}
    for sign in sorted(_SIGN_OF, key=len, reverse=True):
        rests.setdefault(sign[0], []).append(re.escape(sign[1:]))
    begins = f"[{re.escape(''.join(('hw@&', chr(92), *rests)))}]"
    emoticons = "|".join(f"(?<={re.escape(sign)})(?:{'|'.join(rest)})" for sign, rest in rests.items())
    return re.compile(
        rf"{begins}(?:"
        r"(?P<link>(?:(?<=h)ttps?://|(?<=w)ww\.)[^\s\x1e]+|(?<=\bh)ttps?\b(?!:))"
        r"|(?P<handle>(?<=@)(?<!\w@)\w[\w.\-]*)"
        r"|(?P<entity>(?<=&)(?:amp;)*(?:\#\d{1,6}|\#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});)"
        r"|(?P<escape>(?<=\\)\\*(?:u[0-9a-fA-F]{4}|[\"']))"
        rf"|(?P<emoticon>(?<![\w:]{begins})(?:{emoticons})(?!\w)))"
    )


@cache
def _names(brands: tuple[str, ...]) -> re.Pattern[str] | None:
    spellings = {_BETWEEN.join(re.escape(part) for part in re.findall(r"\w+", name)) for name in brands} - {""}
    choices = "|".join(sorted(spellings, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{choices})(?:['\u2019]?s)?(?!\w)", re.IGNORECASE) if choices else None


def tokens(texts: Sequence[str], brands: tuple[str, ...] = ()) -> Tokens:
    """Read a batch: links, handles, names of brands, entities, emoticons, umlauts, long letters made alike."""
    joined = _END.join([text[:LONG].replace(_END, " ") for text in texts]) + _END * bool(texts)
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.flatnonzero(raw == ord(_END))
    begins = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    table = characters()
    known = np.minimum(raw, HIGHEST)
    plain, kind, second = table.plain[known], table.kind[known], table.second[known]
    plain = np.where(raw > HIGHEST, raw, plain)
    until = np.arange(1, len(raw) + 1)
    _mask(joined, brands, plain, kind, second, until)
    points = np.flatnonzero(raw == UMLAUT)
    points = points[np.isin(plain[points - 1], [ord("a"), ord("o"), ord("u")])]
    plain[points], kind[points] = ord("e"), WORD
    place = np.flatnonzero(kind != DROPPED)
    plain, kind, upper, until = plain[place], kind[place], table.upper[known[place]], until[place]
    if (double := second[place]).any():
        width = 1 + (double > 0)
        at = (np.cumsum(width) - 1)[double > 0]
        place, until = np.repeat(place, width), np.repeat(until, width)
        plain, kind, upper = np.repeat(plain, width), np.repeat(kind, width), np.repeat(upper, width)
        plain[at] = double[double > 0]
    quotes = np.flatnonzero(plain[1:-1] == ord("'")) + 1
    kind[quotes[(kind[quotes - 1] == WORD) & (kind[quotes + 1] == WORD)]] = WORD
    return _cut(place, plain, kind, upper, until, begins)


def _mask(
    joined: str,
    brands: tuple[str, ...],
    plain: NDArray[np.uint32],
    kind: NDArray[np.uint8],
    second: NDArray[np.uint32],
    until: NDArray[np.int64],
) -> None:
    """Write the one code point that stands for a link, a handle, a name, an entity, an emoticon over it."""
    table = characters()
    found = [(match.start(), match.end(), _meant(match)) for match in _special().finditer(joined)]
    if (names := _names(brands)) is not None:
        found += [(match.start(), match.end(), NAME) for match in names.finditer(joined)]
    for start, end, code in found:
        kind[start:end] = DROPPED
        second[start:end] = 0
        plain[start] = table.plain[code]
        second[start] = table.second[code]
        kind[start] = table.kind[code]
        until[start] = end


def _meant(match: re.Match[str]) -> int:
    what = match.lastgroup
    if what == "link":
        return LINK
    if what == "handle":
        return HANDLE
    if what == "emoticon":
        return _SIGN_OF[match.group()]
    if what == "escape":
        escaped = match.group().lstrip("\\")
        return min(int(escaped[1:], 16), HIGHEST) if len(escaped) > 1 else ord(escaped)
    plain = match.group()
    for _ in range(3):
        plain = html.unescape(plain)
    return min(ord(plain[0]), HIGHEST)


def _cut(
    place: NDArray[np.int64],
    plain: NDArray[np.uint32],
    kind: NDArray[np.uint8],
    upper: NDArray[np.bool_],
    until: NDArray[np.int64],
    begins: NDArray[np.int64],
) -> Tokens:
    """Shorten long letters, cut where kinds change, and put one space between two tokens."""
    same = np.zeros(len(plain), np.bool_)
    same[2:] = (plain[2:] == plain[1:-1]) & (plain[1:-1] == plain[:-2]) & (kind[2:] != SPACE)
    keep = (kind != SPACE) & ~same
    gap = np.ones(len(plain), np.bool_)
    gap[1:] = (kind[1:] != kind[:-1]) | ((kind[1:] == SIGN) & (plain[1:] != JOINER) & (plain[:-1] != JOINER))
    long = same & (kind == WORD) & (plain != ord("0"))
    seen = np.cumsum(long)
    opens = np.flatnonzero(gap & keep)
    solid = np.flatnonzero(kind != SPACE)
    closes = solid[np.append(np.searchsorted(solid, opens[1:]) - 1, len(solid) - 1)[: len(opens)]]
    ending = until[closes]
    place, plain, kind, upper = place[keep], plain[keep], kind[keep], upper[keep]
    heads = np.searchsorted(np.flatnonzero(keep), opens)
    tails = np.append(heads[1:], len(place))[: len(heads)]
    stretched = np.append(seen[opens[1:] - 1], seen[-1:])[: len(opens)] > seen[opens] if len(opens) else seen[:0] > 0
    number = np.arange(1, len(heads) + 1)
    codes = np.full(len(place) + len(heads) + 1, GAP, np.uint32)
    codes[np.arange(len(place)) + np.repeat(number, tails - heads)] = plain
    first = place[heads]
    text = np.searchsorted(begins, first, "right") - 1
    loud = np.add.reduceat(upper, heads, dtype=np.int64) if len(heads) else heads
    start = heads + number
    return Tokens(
        codes=codes,
        start=start,
        end=start + tails - heads,
        kind=kind[heads],
        text=text,
        first=first - begins[text],
        last=ending - begins[text],
        upper=(loud >= 3) & (loud == tails - heads) & (kind[heads] == WORD),  # noqa: PLR2004 - as the docstring says
        long=stretched & (kind[heads] != MARK),
        texts=len(begins),
    )
