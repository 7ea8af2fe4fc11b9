"""Reading conditions: from text to tree, every mistake with its character and a sentence that says what to do."""

from contextlib import suppress
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from app.domain import condition_stumble as stumble
from app.domain.condition import (
    HOUR,
    MINUTE,
    And,
    Comparison,
    Condition,
    Figure,
    Held,
    Limit,
    Node,
    Not,
    Or,
    Sign,
    plain,
)
from app.domain.condition_mistake import slip
from app.domain.figures import BY_CHANNEL, FIGURES, SERIES

LONGEST = 2_000
"""Characters a condition may have."""
DEEPEST = 20
"""Levels of AND, OR and NOT within each other."""
FARTHEST = 24 * HOUR
"""Seconds a window, or `for`, may reach."""
DIGITS = 12
UNITS = {"s": 1, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": 24 * HOUR}
FACTORS = {"%": Decimal("0.01"), "k": Decimal(1000), "M": Decimal(1_000_000)}
SIGNS: dict[str, Sign] = {">": ">", ">=": ">=", "<": "<", "<=": "<=", "≥": ">=", "≤": "<="}
REMEMBERED = 1_024


@lru_cache(REMEMBERED)
def parse(text: str) -> Condition:
    """Read a condition; raise `QueryError` that points at the character and says what to do."""
    if len(text) > LONGEST:
        raise slip("too_long", LONGEST, length=len(text), most=LONGEST)
    stumble.look(text)
    try:
        return Condition(cast("_Part", _parser().parse(text)).node)
    except UnexpectedCharacters as error:
        raise stumble.unknown(text, cast("int", error.pos_in_stream)) from None
    except UnexpectedToken as error:
        raise stumble.unexpected(error.token, _tokens(text), error.expected) from None


def _tokens(text: str) -> list[Token]:
    """Return the tokens of a text up to what is none."""
    found: list[Token] = []
    with suppress(UnexpectedCharacters):
        found.extend(_parser().lex(text))
    return found


class _Part(NamedTuple):
    """A part of a condition, and how many levels it has."""

    node: Node
    depth: int = 0


class _Asked(NamedTuple):
    """A figure and where it stands."""

    figure: Figure
    at: int


class _Bound(NamedTuple):
    """A limit as it was written: where, and whether in per cent."""

    limit: Limit
    at: int
    percent: bool = False


@v_args(inline=True)
class _Reading(Transformer[Token, _Part]):
    """Makes nodes while the parser reads."""

    def rule(self, root: _Part, held: int | None = None) -> _Part:
        return root if held is None else _Part(Held(root.node, held), root.depth)

    def held(self, _sign: Token, length: Token) -> int:
        return _length(length, "held_odd")

    def any(self, *parts: _Part | Token) -> _Part:
        return _joined(parts, Or)

    def all(self, *parts: _Part | Token) -> _Part:
        return _joined(parts, And)

    def negation(self, sign: Token, part: _Part) -> _Part:
        return _deeper(Not(part.node), sign, part.depth)

    def group(self, _opened: Token, part: _Part, *rest: int | Token) -> _Part:
        held = next((one for one in rest if isinstance(one, int)), None)
        return part if held is None else _Part(Held(part.node, held), part.depth)

    def comparison(self, asked: _Asked, sign: Token, bound: _Bound) -> _Part:
        _assert_fits(asked, bound)
        return _Part(Comparison(asked.figure, SIGNS[str(sign)], bound.limit))

    def figure(self, name: Token, _opened: Token, *arguments: Token) -> _Asked:
        given = [one for one in arguments if one.type in {"DURATION", "CHANNEL", "NAME"}]
        if str(name) not in FIGURES:
            raise stumble.no_figure(str(name), name.start_pos or 0)
        read = _risk if str(name) == "risk" else _counted
        return _Asked(read(name, given), name.start_pos or 0)

    def limit(self, *parts: Token | _Asked) -> _Bound:
        number = parts[0] if isinstance(parts[0], Token) and parts[0].type == "NUMBER" else None
        base: Literal["usual"] | Figure | None = None
        if isinstance(parts[-1], _Asked):
            base = parts[-1].figure
        elif parts[-1].type == "USUAL":
            base = "usual"
        first = parts[0]
        at = first.at if isinstance(first, _Asked) else first.start_pos or 0
        value = Decimal(1) if number is None else _number(number)
        return _Bound(Limit(value, base), at, percent=number is not None and number.endswith("%"))


@cache
def _parser() -> Lark:
    """Return the parser of the grammar beside this file, made once per process."""
    grammar = files("app.domain").joinpath("rule.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", start="rule", transformer=_Reading())


def _counted(name: Token, given: list[Token]) -> Figure:
    window, channel = 0, ""
    for one in given:
        if one.type == "DURATION" and window:
            raise slip("window_twice", one.start_pos or 0, name=str(name), written=str(one))
        if one.type == "DURATION":
            window = _length(one, "window_odd")
        elif one.type == "CHANNEL" and str(name) not in BY_CHANNEL:
            raise slip("channel", one.start_pos or 0, name=str(name), choices=", ".join(sorted(BY_CHANNEL)))
        elif one.type == "CHANNEL" and not channel:
            channel = one.removeprefix("channel:")
        else:
            example = f"{name}(15m)" if str(name) not in BY_CHANNEL else f"{name}(15m, channel:bluesky)"
            raise slip("argument", one.start_pos or 0, name=str(name), written=str(one), example=example)
    if not window:
        raise slip("window_missing", name.end_pos or 0, name=str(name))
    return Figure(str(name), window, channel)


def _risk(name: Token, given: list[Token]) -> Figure:
    if len(given) != 1 or str(given[0]) not in SERIES:
        at = given[-1].start_pos if given else name.end_pos
        raise slip("risk_of", at or 0, choices=", ".join(SERIES))
    return Figure("risk", series=str(given[0]))


def _length(token: Token, key: str) -> int:
    unit = token.lstrip("0123456789")
    number = token.removesuffix(unit)
    seconds = int(number[:9]) * UNITS[unit]
    if seconds % MINUTE or not MINUTE <= seconds <= FARTHEST:
        raise slip(key, token.start_pos or 0, written=str(token))
    return seconds


def _number(token: Token) -> Decimal:
    text = str(token)
    unit = text[-1] if text[-1] in FACTORS else ""
    digits = text.removesuffix(unit)
    if len(digits.lstrip("-").replace(".", "")) > DIGITS:
        raise slip("number_long", token.start_pos or 0, written=text, most=DIGITS)
    return plain(Decimal(digits) * FACTORS.get(unit, Decimal(1)))


def _assert_fits(asked: _Asked, bound: _Bound) -> None:
    """Raise if a figure is compared with what is of another kind."""
    name, limit = asked.figure.name, bound.limit
    unit = FIGURES[name].unit
    if limit.base == "usual" and unit != "count":
        raise slip("usual_of_share", bound.at, name=name)
    if isinstance(limit.base, Figure):
        if FIGURES[limit.base.name].unit != unit:
            raise slip("mixed", bound.at, name=name, other=limit.base.name)
        return
    if limit.base is None and unit in {"share", "balance"}:
        least = -1 if unit == "balance" else 0
        if not least <= limit.value <= 1:
            shown = plain(limit.value * (100 if bound.percent else 1))
            best = shown if 0 <= shown <= 100 else Decimal(40)  # noqa: PLR2004 - per cent
            raise slip("share_range", bound.at, name=name, least=100 * least, example=f"{best:f}%")
    elif bound.percent:
        raise slip("percent_of_count", bound.at, name=name)
    elif limit.value < 0:
        raise slip("negative_number", bound.at, name=name)


def _joined(parts: tuple[_Part | Token, ...], kind: type[And | Or]) -> _Part:
    found = [part for part in parts if isinstance(part, _Part)]
    nodes: list[Node] = []
    for part in found:
        nodes += part.node.parts if isinstance(part.node, kind) else [part.node]
    deepest = max(part.depth - isinstance(part.node, kind) for part in found)
    sign = next(one for one in parts if isinstance(one, Token))
    return _deeper(kind(tuple(nodes)), sign, deepest)


def _deeper(node: Node, sign: Token, depth: int) -> _Part:
    if depth >= DEEPEST:
        raise slip("too_deep", sign.start_pos or 0, most=DEEPEST)
    return _Part(node, depth + 1)
