"""Misreading: what a person is told where the parser cannot go on."""

from collections.abc import Iterable

from lark import Token

from app.domain.mistake import mistake
from app.domain.wording import QUOTES
from app.errors import QueryError

_ENDS = f" ()\t\n\r{QUOTES}"
_EXAMPLES = {"#": "#nordlicht", "@": "@nordlichtstrom"}


def unknown(text: str, at: int) -> QueryError:
    """Return the sentence for something that is no token of the language."""
    if text[at] in QUOTES:
        return mistake("quote_open", at)
    end = next((place for place in range(at, len(text)) if text[place] in _ENDS), len(text))
    written = text[at:end]
    if written[0] in "-!" and len(written) > 1:
        return mistake("minus", at, word=written[1:], written=written)
    if written[0] == "~" and "*" in written:
        return mistake("part_star", at, better=written.replace("*", ""))
    if "*" in written and written.strip("*~#@"):
        return mistake("star_inside", at)
    if written[0] == "~":
        return mistake("part_alone", at)
    example = _EXAMPLES.get(written[0])
    return (
        mistake("name", at, written=written[0], example=example)
        if example
        else mistake("wordless", at, written=written)
    )


def unexpected(token: Token, tokens: Iterable[Token], *, complete: bool) -> QueryError:
    """Return the sentence for a token that cannot stand where it does.

    `tokens` are those before it; `complete` says that what stands before it could be a whole.
    """
    at = token.start_pos or 0
    before = [one for one in tokens if (one.start_pos or 0) < at or token.type == "$END"]
    if token.type == "$END":
        return _at_the_end(before, complete=complete)
    if token.type == "RPAR":
        if complete:
            return mistake("bracket_extra", at)
        return mistake("bracket_empty", at)
    if token.type == "NEAR" and complete:
        return mistake("near_three", at)
    if token.type == "NOT":
        return mistake("near_not", at)
    return mistake("word_missing", at, token=str(token))


def still_open(before: Iterable[Token]) -> int:
    """Return where the innermost bracket begins that nothing closes; 0 if all are closed."""
    begun: list[int] = []
    for one in before:
        if one.type == "LPAR":
            begun.append(one.start_pos or 0)
        elif one.type == "RPAR" and begun:
            begun.pop()
    return begun[-1] if begun else 0


def _at_the_end(before: list[Token], *, complete: bool) -> QueryError:
    if complete:
        return mistake("bracket_open", still_open(before))
    if not before:
        return mistake("empty", 0)
    return mistake("end_missing", before[-1].end_pos or 0)
