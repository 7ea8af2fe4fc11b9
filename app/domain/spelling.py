"""Spelling: a text as it was written beside its folded form: what is found in one can be shown in the other."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from app.domain.folding import HANDLE, TAG, WORD, fold, handles

_PIECE = re.compile(r"\s+|\S+")


class Place(NamedTuple):
    """A part of a text, by characters: `text[start:end]`."""

    start: int
    end: int


class Spelling:
    """A text, its folded form, and which characters of the one each character of the other was made of."""

    def __init__(self, text: str) -> None:
        folded: list[str] = []
        self._written: list[Place] = []
        for part, place in _parts(text):
            folded.append(part)
            self._written += [place] * len(part)
        self.folded = "".join(folded)

    def words(self) -> list[Place]:
        """Return where the words stand, in the order of `line_of`."""
        return [self._place(*found.span()) for found in WORD.finditer(self.folded)]

    def names(self) -> Iterator[tuple[str, Place]]:
        """Yield each #tag and @handle as a line of all its names, each between blanks, and where it stands."""
        for found in TAG.finditer(self.folded):
            yield f" #{found[1]} ", self._place(*found.span())
        for found in HANDLE.finditer(self.folded):
            whole = found[0].rstrip(".-")
            line = " ".join(f"@{name}" for name in handles(whole))
            yield f" {line} ", self._place(found.start(), found.start() + len(whole))

    def _place(self, start: int, end: int) -> Place:
        return Place(self._written[start].start, self._written[end - 1].end)


def _parts(text: str) -> Iterator[tuple[str, Place]]:
    """Yield pieces of the folded text and what they were made of, as small as folding allows."""
    if text.isascii():
        yield from ((letter, Place(at, at + 1)) for at, letter in enumerate(text.lower()))
        return
    for found in _PIECE.finditer(text):
        piece, begin = found[0], found.start()
        letters = [(fold(piece[start:end]), Place(begin + start, begin + end)) for start, end in _letters(piece)]
        whole = fold(piece)
        if "".join(letter for letter, _ in letters) == whole:
            yield from letters
        else:  # letters that melt together, as in Korean
            yield whole, Place(*found.span())


def _letters(piece: str) -> Iterator[tuple[int, int]]:
    """Yield where the letters of a text without blanks stand, each with the marks that belong to it."""
    starts = [at for at, letter in enumerate(piece) if not at or unicodedata.category(letter) not in {"Mn", "Me", "Cf"}]
    return pairwise([*starts, len(piece)])
