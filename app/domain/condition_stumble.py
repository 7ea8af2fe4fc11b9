"""Stumbling: what a person is told where the reading of a condition cannot go on."""

import re
from collections.abc import Collection
from difflib import get_close_matches

from lark import Token

from app.domain.condition_mistake import slip
from app.domain.figures import FIGURES
from app.domain.misreading import still_open
from app.errors import QueryError

_COMMA = re.compile(r"[><=≥≤]\s*-?\d+(,)\d+")
_EQUALS = re.compile(r"(?<![<>])={1,3}|!=|≠|<>")
_LAST = frozenset({"NUMBER", "RPAR", "USUAL", "DURATION"})
"""What a whole may end with."""
_JOINING = frozenset({"AND", "OR", "FOR", "RPAR", "$END"})
_WORD = re.compile(r"[^\s()]+")


def look(text: str) -> None:
    """Raise for what would be read as something else: a decimal comma, an equals sign."""
    if found := _COMMA.search(text):
        raise slip("comma", found.start(1))
    if found := _EQUALS.search(text):
        raise slip("equals", found.start(), written=found[0])


def no_figure(name: str, at: int) -> QueryError:
    """Return the sentence for a figure that does not exist, with the one that may be meant."""
    choices = ", ".join(FIGURES)
    if best := get_close_matches(name.lower(), FIGURES, n=1, cutoff=0.6):
        return slip("figure_close", at, name=name, best=best[0], choices=choices)
    return slip("figure_unknown", at, name=name, choices=choices)


def unknown(text: str, at: int) -> QueryError:
    """Return the sentence for something that is no token of the language."""
    found = _WORD.match(text, at)
    written = found[0] if found else text[at]
    return slip("unit" if written[0].isdigit() else "unknown", at, written=written)


def unexpected(token: Token, tokens: list[Token], expected: Collection[str]) -> QueryError:
    """Return the sentence for a token that cannot stand where it does; `expected` could have stood there."""
    before = [one for one in tokens if token.type == "$END" or (one.start_pos or 0) < (token.start_pos or 0)]
    at = token.start_pos or 0
    if token.type == "$END":
        at = before[-1].end_pos or 0 if before else 0
    last = before[-1] if before else None
    if last is None and token.type == "$END":
        return slip("empty", 0)
    if told := _within(token, before, at, expected):
        return told
    if last is not None and last.type in _LAST and not _JOINING.isdisjoint(expected):
        return _after_whole(token, before, at)
    if token.type == "RPAR":
        return slip("bracket_empty", at)
    return slip("end_missing", at) if token.type == "$END" else slip("figure_wanted", at)


def _within(token: Token, before: list[Token], at: int, expected: Collection[str]) -> QueryError | None:
    """Return the sentence for a comparison that is not whole."""
    last = before[-1] if before else None
    if last is not None and last.type == "NAME" and "LPAR" in expected:
        if str(last) not in FIGURES:
            return no_figure(str(last), last.start_pos or 0)
        return slip("window_missing", last.end_pos or 0, name=str(last))
    if "SIGN" in expected:
        begin = max(place for place, one in enumerate(before) if one.type == "LPAR") - 1
        return slip("sign_missing", at, figure="".join(before[begin:]))
    if "NUMBER" in expected and token.type == "DURATION":
        return slip("time_for_number", at, written=str(token), number=token.rstrip("hmsdin"))
    key = _unfinished(token, last, frozenset(expected))
    return slip(key, at) if key else None


def _unfinished(token: Token, last: Token | None, expected: frozenset[str]) -> str:
    """Return which sentence says what is missing, "" if it is none of a comparison's own parts."""
    stars = token.type == "USUAL" and last is not None and last.type == "NUMBER"
    missing = {
        "number_missing": "NUMBER" in expected,
        "for_time": "DURATION" in expected and "NAME" not in expected,
        "argument_wanted": "DURATION" in expected,
        "usual_missing": bool(expected) and expected <= {"USUAL", "NAME"},
        "star_missing": stars,
        "figure_open": "COMMA" in expected,
    }
    return next((key for key, so in missing.items() if so), "")


def _after_whole(token: Token, before: list[Token], at: int) -> QueryError:
    """Return the sentence for what follows something whole."""
    if token.type == "$END":
        return slip("bracket_open", still_open(before))
    if token.type == "RPAR":
        return slip("bracket_extra", at)
    held = len(before) > 1 and before[-1].type == "DURATION" and before[-2].type == "FOR"
    if held or token.type == "FOR":
        return slip("for_inside", at)
    return slip("operator_missing", at, written=str(token))
