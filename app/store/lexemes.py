"""What the full-text index holds of a mention, and what of it a search has to find.

Both sides are made from words folded by `app.domain.folding` and from facets (brand, channel, sentiment, intent), so
the index and a query of ours agree on what is the same word. A search finds a superset of what matches: NOT, NEAR, the
order of a phrase, the marks # and @, compounds and fields are left to the query itself, which judges each text found.
A word that is bent brings its stems along, German and English ones alike, so that words can be found in any of their
forms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from app.domain.clause import And, Compound, Near, Node, Not, Or, Term
from app.domain.field import Field
from app.domain.folding import fold, tokens
from app.domain.forms import LONGEST, Stems, Words, stems

EVERY = "9every"
"""Stands in a moment so crowded that its mentions are not told apart: every search looks at it."""


@dataclass(frozen=True)
class Group:
    """Lexemes and groups of them, of which `all` or `any` has to be there."""

    kind: Literal["all", "any"]
    parts: tuple["Wanted", ...]


@dataclass(frozen=True)
class Beginning:
    """All lexemes that begin like this."""

    start: str


Wanted = str | Beginning | Group

_DIGESTS = Beginning("9x")


def lexeme(word: str) -> str:
    """Return a folded word as both databases take it: as it is, or the digest of one not of ASCII alone or too long."""
    if word.isascii() and len(word) <= LONGEST:
        return word
    return _DIGESTS.start + blake2b(word.encode(), digest_size=10).hexdigest()


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
            *whole, last = tokens(node.form)
            return all_of([*map(lexeme, whole), _beginning(last) if node.open else lexeme(last)])
        case And():
            return all_of(map(wanted, node.parts))
        case Near():
            return all_of([wanted(node.left), wanted(node.right)])
        case Or():
            parts = [wanted(part) for part in node.parts]
            return None if None in parts else any_of(parts)
        case Not() | Compound() | Field():
            return None


def _beginning(start: str) -> Wanted | None:
    """Return what stands for all words that begin like this: those, and all of which only a digest is there."""
    if start.isascii() and len(start) <= LONGEST:
        return any_of([Beginning(start), _DIGESTS])
    return _DIGESTS


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


@dataclass(frozen=True)
class Dialect:
    """How a database writes a wish: its operators, its quotation mark, and what stands behind a beginning."""

    both: str
    either: str
    quote: str
    tail: str


def written(wish: Wanted, dialect: Dialect) -> str:
    """Return a wish in the words of a database."""
    match wish:
        case str():
            return f"{dialect.quote}{wish}{dialect.quote}"
        case Beginning():
            return f"{dialect.quote}{wish.start}{dialect.quote}{dialect.tail}"
        case Group():
            operator = dialect.both if wish.kind == "all" else dialect.either
            return f"({operator.join(written(part, dialect) for part in wish.parts)})"
