"""Words in any of their forms: what German and English bend a word into is one word here.

Words are folded first, so "Verträge", "Vertraege" and "Vertrags" have the stem of "Vertrag". Compounds are not taken
apart, and a vowel that changes as in "ging" or "went" makes another word.
"""

import threading
from functools import lru_cache
from typing import Any, NamedTuple, Self

import msgspec

from app.domain.folding import fold, tokens
from app.errors import WrongInput

KNOWN = 1 << 16
"""Words whose stems a process remembers: a stem takes fifty times as long to make as to look up."""

LONGEST = 40
"""Letters of a word that has forms; what is longer, or not of a to z alone, is its own and only form."""

MOST = 32
"""Words asked for at once."""


class Stems(NamedTuple):
    """What is left of a word without its endings, by German and by English rules."""

    german: str
    english: str


class _Stemmers:
    """The two stemmers, which remember the word they are at: one thread after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._both: tuple[Any, Any] | None = None

    def __call__(self, word: str) -> Stems:
        with self._lock:
            if self._both is None:
                from snowballstemmer.english_stemmer import EnglishStemmer  # the package loads 36 languages
                from snowballstemmer.german_stemmer import GermanStemmer

                self._both = GermanStemmer(), EnglishStemmer()
            german, english = self._both
            return Stems(german.stemWord(word), english.stemWord(word))


_stemmed = lru_cache(KNOWN)(_Stemmers())


def stems(word: str) -> Stems:
    """Return the stems of a folded word."""
    if len(word) <= LONGEST and word.isascii() and word.isalpha():
        return _stemmed(word)
    return Stems(word, word)


class Words(msgspec.Struct, frozen=True):
    """Words of which a text has to hold each, in any form; `asked` are their stems."""

    asked: tuple[Stems, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read words; whatever stands between them says nothing. Raises `WrongInput` for none or too many."""
        found = tuple(dict.fromkeys(map(stems, tokens(fold(text)))))
        if not found:
            raise WrongInput("words= names no word; write at least one, such as words=Rechnung.")
        if len(found) > MOST:
            raise WrongInput(f"words= names {len(found)} words; write at most {MOST}.")
        return cls(found)

    def matches(self, text: str) -> bool:
        """Tell whether a text as it was written holds a form of every word.

        Only words that begin with the right letter are looked at closely: no ending changes the first one.
        """
        said = set(tokens(fold(text)))
        return all(any(_alike(asked, word) for word in said) for asked in self.asked)


def _alike(asked: Stems, word: str) -> bool:
    if word[0] != asked.german[0] and word[0] != asked.english[0]:
        return False
    found = stems(word)
    return found.german == asked.german or found.english == asked.english
