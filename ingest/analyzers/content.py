"""What a text is about: its content words, two-word phrases and hashtags."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from ingest.analyzers.words import Word, fold, table

MOST = 24
"""Terms a text yields at most."""
SHORTEST = 3
LONGEST = 40
ENDINGS = ("", "e", "en", "er", "es", "em", "ste", "sten")


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(
        fold(word) + ending
        for name, words in table("stop_words.yaml").items()
        if name.partition("_")[0] in {"de", "en"}
        for word in words.split()
        for ending in (ENDINGS if name == "de_how" else ENDINGS[:1])
    )


def terms(words: Sequence[Word], own: Collection[str]) -> tuple[str, ...]:
    """Return the terms of a text as they are shown (lower case, umlauts kept), each once, hashtags first.

    `own` holds folded words that name the brands; they are left out. Two content words that stand side by side are a
    phrase too.
    """
    found = dict.fromkeys(
        _shown(word) for word in words if word.kind == "tag" and _telling(word[1:], word.folded[1:], own)
    )
    previous: Word | None = None
    for word in words:
        content = word.kind == "word" and _telling(word, word.folded, own) and not _is_stop(word.folded)
        if content:
            found |= dict.fromkeys(_with_phrase(previous, word))
        previous = word if content else None
    return tuple(found)[:MOST]


def _with_phrase(previous: Word | None, word: Word) -> Iterator[str]:
    yield _shown(word)
    if previous is not None and previous != word:
        yield f"{_shown(previous)} {_shown(word)}"


def _telling(word: str, folded: str, own: Collection[str]) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word[0].isalpha() and folded not in own


def _is_stop(folded: str) -> bool:
    return folded in _stop_words() or "'" in folded


def _shown(word: str) -> str:
    return unicodedata.normalize("NFC", str(word))
