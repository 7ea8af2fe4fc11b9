"""Queries: what counts as a mention of a brand.

    query  = branch { "OR" branch }
    branch = factor { ["AND"] factor }
    factor = "NOT" factor | "(" query ")" | phrase | tag | handle | word

Only upper-case AND, OR, NOT are operators. A word or phrase matches whole words, without case and diacritics
(`app.domain.folding`). NEAR, wildcards and fields are reserved: they are refused, never read as something else.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from app.domain.clause import And, Node, Not, Or, Term, anchors, words_of
from app.domain.folding import fold, tokens
from app.domain.subject import Subject
from app.errors import QueryError

__all__ = ["LONGEST", "And", "Not", "Or", "Query", "Term", "parse"]

LONGEST = 10_000
"""Characters a query may have."""

DEEPEST = 50
"""Brackets and NOTs that may be nested."""

_QUOTES = '"„“”«»'
_LEXEME = re.compile(rf"\s*(?:(?P<open>\()|(?P<close>\))|(?P<quote>[{_QUOTES}])|(?P<word>[^\s(){_QUOTES}]+))")
_CLOSING = re.compile(f"[{_QUOTES}]")
_FIELD = re.compile(r"[A-Za-z]+:\S")
_NEAR = re.compile(r"NEAR(/\d*)?")
_HANDLE = re.compile(r"@\w[\w.-]*(@\w[\w.-]*)?")
_TAG = re.compile(r"#\w+")


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `str()` prints it so that parsing it again gives an equal one."""

    root: Node

    def __str__(self) -> str:
        return str(self.root)

    def matches(self, subject: Subject) -> bool:
        """Tell whether a subject is wanted."""
        return self.root.holds(subject)

    def words(self) -> frozenset[str]:
        """Return all folded words of its terms."""
        return frozenset(words_of(self.root))

    def literals(self, common: Mapping[str, int] = MappingProxyType({})) -> frozenset[str]:
        """Return folded words, one of which is part of every folded text that matches: for the prefilter.

        Where there is a choice, words that few queries share (`common`: word → how many do) come first, then long ones.
        """
        found = anchors(self.root, common, wanted=True)
        return found if found is not None else frozenset()


class _Lexeme(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str) -> Query:
    """Read a query; raise `QueryError` that points at the character and says what to do."""
    if len(text) > LONGEST:
        raise QueryError(f"The query has {len(text):,} characters; shorten it to {LONGEST:,} or split it.", LONGEST)
    return Query(_Parser(text).query())


class _Parser:
    """Recursive descent over the lexemes of one query."""

    def __init__(self, text: str) -> None:
        self._lexemes = _lexemes(text)
        self._next = 0
        self._depth = 0

    def query(self) -> Node:
        """Return the whole query."""
        if self._peek().kind == "end":
            raise QueryError("The query is empty; write at least one word to look for.", 0)
        root = self._any()
        left = self._peek()
        if left.kind == "close":
            raise QueryError("This ')' closes nothing; take it away or add a '(' before it.", left.at)
        if anchors(root, {}, wanted=True) is None:
            raise QueryError(
                "NOT alone would match nearly everything; also say what is wanted, as in: strom NOT party.",
                next((lexeme.at for lexeme in self._lexemes if lexeme.kind == "NOT"), 0),
            )
        return root

    def _any(self) -> Node:
        parts = [self._all()]
        while self._peek().kind == "OR":
            self._next += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(_flat(parts, Or)))

    def _all(self) -> Node:
        parts = [self._factor()]
        while (kind := self._peek().kind) not in {"OR", "close", "end"}:
            self._next += kind == "AND"
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(_flat(parts, And)))

    def _factor(self) -> Node:
        lexeme = self._peek()
        self._next += 1
        match lexeme.kind:
            case "NOT":
                return Not(self._deeper(lexeme.at, self._factor))
            case "open":
                return self._group(lexeme.at)
            case "phrase" | "word":
                return _term(lexeme)
            case "end":
                raise QueryError("Something is missing at the end; add a word or take the operator away.", lexeme.at)
            case "close":
                raise QueryError("A word is missing before this ')'.", lexeme.at)
            case operator:
                raise QueryError(
                    f'A word is missing before {operator}; to look for the word itself, write "{operator}" in quotes.',
                    lexeme.at,
                )

    def _group(self, at: int) -> Node:
        inner = self._deeper(at, self._any)
        if self._peek().kind != "close":
            raise QueryError("This '(' is never closed; add a ')'.", at)
        self._next += 1
        return inner

    def _deeper(self, at: int, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(f"More than {DEEPEST} brackets or NOTs are nested here; write it flatter.", at)
        node = read()
        self._depth -= 1
        return node

    def _peek(self) -> _Lexeme:
        return self._lexemes[self._next]


def _flat(parts: list[Node], kind: type[And | Or]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _lexemes(text: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    position = 0
    while match := _LEXEME.match(text, position):
        kind, position = str(match.lastgroup), match.end()
        lexeme, at = match[kind], match.start(kind)
        if kind == "quote":
            closing = _CLOSING.search(text, position)
            if not closing:
                raise QueryError('This quote is never closed; add a " after the phrase.', at)
            kind, lexeme, position = "phrase", text[position : closing.start()], closing.end()
        elif lexeme in {"AND", "OR", "NOT"}:
            kind = lexeme
        found.append(_Lexeme(kind, lexeme, at))
    return [*found, _Lexeme("end", "", len(text))]


def _term(lexeme: _Lexeme) -> Term:
    written, at = lexeme.text, lexeme.at
    if lexeme.kind == "phrase":
        words = tokens(fold(written))
        if not words:
            raise QueryError("This phrase holds no letter or digit; write at least one word between the quotes.", at)
        return Term(f'"{written}"', f" {' '.join(words)} ")
    if written[0] in "#@":
        return _named(written, at)
    _refuse_reserved(written, at)
    words = tokens(fold(written))
    if not words:
        raise QueryError(f"{written!r} holds no letter or digit; operators are AND, OR, NOT and brackets.", at)
    return Term(written, f" {' '.join(words)} ")


def _named(written: str, at: int) -> Term:
    shape, example = (_TAG, "#nordlicht") if written[0] == "#" else (_HANDLE, "@nordlichtstrom")
    folded = fold(written).rstrip(".-")
    if not shape.fullmatch(folded) or not tokens(folded):
        raise QueryError(f"{written!r} is not a tag or handle; write it like {example}.", at)
    return Term(written, f" {folded} ")


def _refuse_reserved(written: str, at: int) -> None:
    bare = written.strip("*")
    if written.startswith(("-", "!")) and len(written) > 1:
        raise QueryError(f"To leave something out, write NOT {written[1:]} instead of {written}.", at)
    if bare != written or "*" in written:
        raise QueryError(f"Wildcards are not read; write the word forms out, as in: ({bare or 'wort'} OR …).", at)
    if _NEAR.fullmatch(written):
        raise QueryError(f'{written} is reserved; to look for the word itself, write it as a phrase: "NEAR".', at)
    if _FIELD.match(written) and not written.lower().startswith(("http:", "https:")):
        raise QueryError(f'Fields are not read; to look for the text itself, write it in quotes: "{written}".', at)
