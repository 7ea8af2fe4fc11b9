"""Misreading: what a person is told where the parser cannot go on."""

from collections.abc import Iterable

from lark import Token

from app.domain.wording import QUOTES
from app.errors import QueryError

_ENDS = f" ()\t\n\r{QUOTES}"
_ALONE = {
    "#": "'#' is not a tag or handle; write it like #nordlicht.",
    "@": "'@' is not a tag or handle; write it like @nordlichtstrom.",
    "~": "'~' needs a word right behind it, as in ~tarif, which finds Stromtarif, too.",
}


def unknown(text: str, at: int) -> QueryError:
    """Return the sentence for something that is no token of the language."""
    if text[at] in QUOTES:
        return QueryError('This quote is never closed; add a " after the phrase.', at)
    end = next((place for place in range(at, len(text)) if text[place] in _ENDS), len(text))
    written = text[at:end]
    if written[0] in "-!" and len(written) > 1:
        return QueryError(f"To leave something out, write NOT {written[1:]} instead of {written}.", at)
    if written[0] == "~" and "*" in written:
        return QueryError(f"A ~ finds longer words, too; take the * away: {written.replace('*', '')}.", at)
    if "*" in written and written.strip("*~#@"):
        return QueryError("A * stands only at the end of a word, for whatever follows: nord* finds nordlicht.", at)
    alone = f"{written!r} holds no letter or digit; operators are AND, OR, NOT and brackets."
    return QueryError(_ALONE.get(written[0], alone), at)


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
            return QueryError("This ')' closes nothing; take it away or add a '(' before it.", at)
        return QueryError("A word is missing before this ')'.", at)
    if token.type == "NEAR" and complete:
        return QueryError("NEAR joins two things; for three write: (a NEAR/5 b) AND (b NEAR/5 c).", at)
    if token.type == "NOT":
        return QueryError("NOT cannot stand behind NEAR; write: a NOT (a NEAR/5 b).", at)
    return QueryError(
        f'A word is missing before {token}; to look for the word itself, write "{token}" in quotes.',
        at,
    )


def _at_the_end(before: list[Token], *, complete: bool) -> QueryError:
    open_brackets: list[int] = []
    for one in before:
        if one.type == "LPAR":
            open_brackets.append(one.start_pos or 0)
        elif one.type == "RPAR" and open_brackets:
            open_brackets.pop()
    if complete:
        return QueryError("This '(' is never closed; add a ')'.", open_brackets[-1] if open_brackets else 0)
    if not before:
        return QueryError("The query is empty; write at least one word to look for.", 0)
    return QueryError("Something is missing at the end; add a word or take the operator away.", before[-1].end_pos or 0)
