"""What the full-text index holds of a mention, and what of it a search has to find.

Both sides are made from words folded by `app.domain.folding` and from facets (brand, channel, sentiment, intent), so
the index and a query of ours agree on what is the same word. A search finds a superset of what matches: NOT, the order
of a phrase and the marks # and @ are left to the query itself, which judges each text found. A word that is bent brings
its stems along, German and English ones alike, so that words can be found in any of their forms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from app.domain.clause import And, Node, Not, Or, Term
from app.domain.folding import fold, tokens
from app.domain.forms import LONGEST, Stems, Words, stems

EVERY = "9every"
"""Stands in a moment so crowded that its mentions are not told apart: every search looks at it."""


@dataclass(frozen=True)
class Group:
    """Lexemes and groups of them, of which `all` or `any` has to be there."""

    kind: Literal["all", "any"]
    parts: tuple["Wanted", ...]


Wanted = str | Group


def lexeme(word: str) -> str:
    """Return a folded word as both databases take it: as it is, or the digest of one not of ASCII alone or too long."""
    if word.isascii() and len(word) <= LONGEST:
        return word
    return "9x" + blake2b(word.encode(), digest_size=10).hexdigest()


def facet(kind: str, value: str) -> str:
    """Return the lexeme that says which brand, channel, label or intent a mention has."""
    return "9f" + blake2b(f"{kind} {value}".encode(), digest_size=10).hexdigest()


def lexemes(text: str) -> set[str]:
    """Return the lexemes of a text as it was written."""
    words = set(tokens(fold(text)))
    return {lexeme(word) for word in words} | {_stem(stem) for word in words for stem in stems(word) if stem != word}


def wanted(node: Node) -> Wanted | None:
    """Return what has to be in the index of all that the node can match; None if it says nothing about that."""
    match node:
        case Term():
            return all_of(lexeme(word) for word in tokens(node.form))
        case And():
            return all_of(map(wanted, node.parts))
        case Or():
            parts = [wanted(part) for part in node.parts]
            return None if None in parts else any_of(parts)
        case Not():
            return None


def formed(words: Words) -> Wanted | None:
    """Return what has to be in the index of a text that holds those words in any form."""
    return all_of(any_of(_forms(asked)) for asked in words.asked)


def _forms(asked: Stems) -> Iterable[str]:
    """Yield what stands for a word with one of those stems: the stem where it is the word itself, else its mark."""
    for stem in asked:
        yield lexeme(stem)
        yield _stem(stem)


def _stem(stem: str) -> str:
    return "9s" + lexeme(stem)


def all_of(parts: Iterable[Wanted | None]) -> Wanted | None:
    """Return the wish for all parts, None if there are none."""
    return _group("all", parts)


def any_of(parts: Iterable[Wanted | None]) -> Wanted | None:
    """Return the wish for any of the parts, None if there are none."""
    return _group("any", parts)


def _group(kind: Literal["all", "any"], parts: Iterable[Wanted | None]) -> Wanted | None:
    found = tuple(dict.fromkeys(part for part in parts if part is not None))
    return Group(kind, found) if len(found) > 1 else next(iter(found), None)


def written(wish: Wanted, both: str, either: str, quote: str) -> str:
    """Return a wish in the words of a database: its operators and its quotation mark."""
    if isinstance(wish, str):
        return f"{quote}{wish}{quote}"
    inner = (both if wish.kind == "all" else either).join(written(part, both, either, quote) for part in wish.parts)
    return f"({inner})"
