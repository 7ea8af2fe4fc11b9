"""Judging: at the end of which minutes a condition holds."""

from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.rules.columns import Columns, Levels, names
from app.domain.condition import MINUTE, And, Comparison, Condition, Figure, Not, Or
from app.domain.condition import Node as Part
from app.domain.figures import FIGURES

SIGNS: dict[str, Any] = {">": gt, ">=": ge, "<": lt, "<=": le}
Truths = NDArray[np.bool_]


def holds(condition: Condition, columns: Columns) -> Truths:
    """Return at the end of each minute whether a condition holds then.

    A comparison with what is not known (a share of nothing, the usual of a brand nobody has heard of) does not hold.
    """
    return _node(condition.root, columns)


def value(figure: Figure, columns: Columns) -> Levels:
    """Return a figure at the end of each minute; NaN for a share of nothing."""
    if figure.series:
        return columns.risk(figure.series)
    window, meaning = figure.window // MINUTE, FIGURES[figure.name]
    plus = columns.total(names(figure)[0], window).astype(np.float64)
    if meaning.minus:
        plus = plus - columns.total(meaning.minus, window)
    if not meaning.over:
        return plus
    whole = columns.total(meaning.over, window)
    shares: Levels = np.divide(plus, whole, out=np.full(columns.size, np.nan), where=whole > 0)
    return shares


def bound(one: Comparison, columns: Columns) -> Levels:
    """Return at the end of each minute what the figure of a comparison is compared with."""
    base, factor = one.limit.base, float(one.limit.value)
    if isinstance(base, Figure):
        return factor * value(base, columns)
    if base == "usual":
        return factor * columns.usual(names(one.figure)[0], one.figure.window // MINUTE)
    return np.full(columns.size, factor)


def _node(node: Part, columns: Columns) -> Truths:
    match node:
        case Comparison():
            return _compared(node, columns)
        case And(parts):
            return np.asarray(np.all([_node(part, columns) for part in parts], axis=0))
        case Or(parts):
            return np.asarray(np.any([_node(part, columns) for part in parts], axis=0))
        case Not(part):
            return ~_node(part, columns)
    return _held(_node(node.part, columns), node.seconds // MINUTE)


def _compared(one: Comparison, columns: Columns) -> Truths:
    meaning = FIGURES[one.figure.name]
    if meaning.over and one.limit.base is None:
        return _exact(one, columns)
    with np.errstate(invalid="ignore"):
        found: Truths = SIGNS[one.sign](value(one.figure, columns), bound(one, columns))
    return found


def _exact(one: Comparison, columns: Columns) -> Truths:
    """Compare a share with a number in whole numbers: 40 of 100 are 40 %, not 40.000000000000006 %."""
    meaning, window = FIGURES[one.figure.name], one.figure.window // MINUTE
    part = columns.total(names(one.figure)[0], window)
    if meaning.minus:
        part = part - columns.total(meaning.minus, window)
    whole = columns.total(meaning.over, window)
    above, below = _fraction(one.limit.value)
    found: Truths = SIGNS[one.sign](part * below, whole * above) & (whole > 0)
    return found


def _fraction(number: Decimal) -> tuple[int, int]:
    return number.quantize(Decimal("0.000001")).as_integer_ratio()


def _held(truths: Truths, minutes: int) -> Truths:
    """Return where something has been true for so many minutes, from the first to the last of which it was judged."""
    places = np.arange(len(truths))
    broken = np.maximum.accumulate(np.where(truths, -1, places))
    found: Truths = places - broken > minutes
    return found
