"""Queries: what counts as a mention; docs/query-language.md is their manual, query.lark their grammar."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from app.domain import misreading, wording
from app.domain.clause import And, Near, Node, Not, Or, anchors, asks, channels, nearable, words_of
from app.domain.doubt import OF_AUTHORS, may
from app.domain.mistake import mistake
from app.domain.subject import Subject

LONGEST = 10_000
"""Characters a query may have; printed with all its ANDs and brackets it may have more."""

DEEPEST = 50
"""Levels of AND, OR and NOT within each other."""

FARTHEST = 100
"""Words that NEAR may lie apart."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `str()` prints it so that parsing it again gives an equal one."""

    root: Node

    def __str__(self) -> str:
        return str(self.root)

    def matches(self, subject: Subject) -> bool:
        """Tell whether a subject is wanted."""
        return self.root.holds(subject)

    def may_match(self, subject: Subject) -> bool:
        """Tell whether a subject may be wanted once its author's profile is looked up."""
        return may(self.root, subject)

    def words(self) -> frozenset[str]:
        """Return all folded words of its terms."""
        return frozenset(words_of(self.root))

    def literals(self, common: Mapping[str, int] = MappingProxyType({})) -> frozenset[str]:
        """Return folded words, one of which is part of every folded text that matches: for the prefilter.

        Where there is a choice, words that few queries share (`common`: word → how many do) come first, then long ones.
        None at all means that fields decide: every mention has to be looked at.
        """
        return anchors(self.root, common, wanted=True) or frozenset()

    def sides(self) -> tuple["Query | None", "Query | None"]:
        """Return two queries, one of which holds exactly if it does: what needs a word of the text, what needs none."""
        parts = self.root.parts if isinstance(self.root, Or) else (self.root,)
        needy = [bool(anchors(part, {}, wanted=True)) for part in parts]
        worded = tuple(part for part, needs in zip(parts, needy, strict=True) if needs)
        wordless = tuple(part for part, needs in zip(parts, needy, strict=True) if not needs)
        return _either(worded), _either(wordless)

    def channels(self) -> frozenset[str] | None:
        """Return the folded channels outside of which nothing matches; None if it does not say."""
        return channels(self.root)

    def asks(self, field: str) -> bool:
        """Tell whether it asks about a field."""
        return asks(self.root, field)

    @property
    def asks_who(self) -> bool:
        """Whether it asks anything that the profile of an author may tell."""
        return any(map(self.asks, OF_AUTHORS))


def _either(parts: tuple[Node, ...]) -> Query | None:
    if not parts:
        return None
    return Query(parts[0] if len(parts) == 1 else Or(parts))


REMEMBERED = 8_192
"""Queries a process keeps parsed: when one of thousands changes, the others are not read again."""


@lru_cache(REMEMBERED)
def parse(text: str, longest: int = LONGEST) -> Query:
    """Read a query; raise `QueryError` that points at the character and says what to do."""
    if len(text) > longest:
        raise mistake("too_long", longest, length=len(text), most=longest)
    try:
        root = cast("_Part", _parser().parse(text))
    except UnexpectedCharacters as error:
        raise misreading.unknown(text, cast("int", error.pos_in_stream)) from None
    except UnexpectedToken as error:
        complete = not error.expected.isdisjoint({"OR", "RPAR", "$END"})
        raise misreading.unexpected(error.token, _tokens(text), complete=complete) from None
    if anchors(root.node, {}, wanted=True) is None:
        at = next((token.start_pos for token in _tokens(text) if token.type == "NOT"), 0)
        raise mistake("not_alone", at or 0)
    return Query(root.node)


def _tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text up to what is none."""
    with suppress(UnexpectedCharacters):
        yield from _parser().lex(text)


class _Part(NamedTuple):
    """A part of a query, where it begins, and how many levels it has."""

    node: Node
    at: int
    depth: int = 0


@v_args(inline=True)
class _Reading(Transformer[Token, _Part]):
    """Makes nodes while the parser reads."""

    def query(self, root: _Part) -> _Part:
        return root

    def any(self, *parts: _Part | Token) -> _Part:
        return _joined(parts, Or)

    def all(self, *parts: _Part | Token) -> _Part:
        return _joined(parts, And)

    def negation(self, sign: Token, part: _Part) -> _Part:
        return _deeper(Not(part.node), sign.start_pos or 0, part.depth)

    def near(self, left: _Part, sign: Token, right: _Part) -> _Part:
        for operand in (left, right):
            if not nearable(operand.node):
                raise mistake("near_what", operand.at)
        distance = int(sign.partition("/")[2][:9])
        if not 1 <= distance <= FARTHEST:
            raise mistake("near_far", sign.start_pos or 0, most=FARTHEST)
        return _Part(Near(left.node, right.node, distance), left.at, max(left.depth, right.depth))

    def word(self, token: Token) -> _Part:
        return _leaf(wording.word, token)

    def phrase(self, token: Token) -> _Part:
        return _leaf(wording.phrase, token)

    def tag(self, token: Token) -> _Part:
        return _leaf(wording.tag, token)

    def handle(self, token: Token) -> _Part:
        return _leaf(wording.handle, token)

    def compound(self, token: Token) -> _Part:
        return _leaf(wording.compound, token)

    def field(self, token: Token) -> _Part:
        return _leaf(wording.field, token)

    def group(self, opened: Token, part: _Part, _closed: Token) -> _Part:
        return part._replace(at=opened.start_pos or 0)


def _leaf(read: Callable[[str, int], Node], token: Token) -> _Part:
    at = token.start_pos or 0
    return _Part(read(str(token), at), at)


@cache
def _parser() -> Lark:
    """Return the parser of the grammar beside this file (30 ms, once per process)."""
    grammar = files("app.domain").joinpath("query.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", start="query", transformer=_Reading())


def _joined(parts: tuple[_Part | Token, ...], kind: type[And | Or]) -> _Part:
    found = [part for part in parts if isinstance(part, _Part)]
    nodes = tuple(node for part in found for node in _flat(part.node, kind))
    deepest = max(part.depth - isinstance(part.node, kind) for part in found)
    return _deeper(kind(nodes), found[0].at, deepest)


def _flat(node: Node, kind: type[And | Or]) -> Iterator[Node]:
    if isinstance(node, kind):
        yield from node.parts
    else:
        yield node


def _deeper(node: Node, at: int, depth: int) -> _Part:
    if depth >= DEEPEST:
        raise mistake("too_deep", at, most=DEEPEST)
    return _Part(node, at, depth + 1)
