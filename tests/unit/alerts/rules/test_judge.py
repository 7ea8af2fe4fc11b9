"""Conditions on columns, beside a naive reading of them minute by minute."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.columns import MICRO, UNKNOWN, Columns, column, measure, names, summed
from alerts.rules.judge import holds
from app.domain.condition import And, Comparison, Held, Not, Or
from app.domain.condition_reading import parse
from app.domain.figures import FIGURES
from app.domain.tally import MinuteTally

SIGNS: dict[str, Callable] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
TEXTS = [
    "mentions(3m) > 5",
    "negative_share(4m) >= 50%",
    "net(2m) < 0%",
    "NOT mentions(1m) >= 2",
    "mentions(2m) > 2 * usual",
    "negative(3m) > 0.5 * mentions(5m)",
    "mentions(1m) > 1 for 3m",
    "(negative(2m) >= 1 for 2m) OR (positive_share(5m) > 40% AND NOT reach(1m) > 3)",
    "(mentions(3m) >= 3 OR risk(volume) > 2) AND uncertain(1m) < 1 for 1m",
]


def naive(node, data, place):
    """Tell whether a node holds at the end of a minute, from first principles."""
    match node:
        case And(parts):
            return all(naive(part, data, place) for part in parts)
        case Or(parts):
            return any(naive(part, data, place) for part in parts)
        case Not(part):
            return not naive(part, data, place)
        case Held(part, seconds):
            places = range(place - seconds // 60, place + 1)
            return places.start >= 0 and all(naive(part, data, one) for one in places)
        case Comparison(figure, sign, limit):
            left = value(figure, data, place)
            right = float(limit.value)
            if limit.base == "usual":
                usual = data["usual"][max(place + 1 - figure.window // 60, 0) : place + 1]
                right = None if UNKNOWN in usual else right * sum(usual) / MICRO
            elif limit.base is not None:
                other = value(limit.base, data, place)
                right = None if other is None else right * other
            return left is not None and right is not None and SIGNS[sign](left, right)


def value(figure, data, place):
    if figure.series:
        return data["risk"][place]
    meaning, span = FIGURES[figure.name], slice(max(place + 1 - figure.window // 60, 0), place + 1)
    number = sum(data[meaning.plus][span]) - (sum(data[meaning.minus][span]) if meaning.minus else 0)
    if not meaning.over:
        return number
    whole = sum(data[meaning.over][span])
    return number / whole if whole else None


NUMBERS = st.lists(st.integers(0, 4), min_size=12, max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(TEXTS), NUMBERS, NUMBERS, NUMBERS, st.lists(st.sampled_from([UNKNOWN, 500_000, MICRO, 2 * MICRO]))
)
def test_columns_are_judged_as_anyone_would(text, negative, positive, risk, usual):
    usual = (usual * 12 + [MICRO] * 12)[:12]
    count = [one + other for one, other in zip(negative, positive, strict=True)]
    data = {"negative": negative, "positive": positive, "count": count, "reach": risk, "uncertain": positive[::-1]}
    condition = parse(text)
    numbers = {name: np.array(column, np.int64) for name, column in data.items()}
    found = holds(
        condition, Columns(12, numbers, {"count": np.array(usual, np.int64)}, {"volume": np.array(risk, float)})
    )
    assert found.tolist() == [naive(condition.root, {**data, "usual": usual, "risk": risk}, at) for at in range(12)]


def test_a_share_is_compared_in_whole_numbers():
    counts = {"negative": np.array([7, 29]), "count": np.array([25, 100])}
    assert holds(parse("negative_share(1m) >= 28%"), Columns(2, counts)).tolist() == [True, True]
    assert holds(parse("negative_share(1m) > 28%"), Columns(2, counts)).tolist() == [False, True]
    assert holds(parse("negative_share(1m) <= 29%"), Columns(2, counts)).tolist() == [True, True]


def test_sums_do_not_depend_on_where_they_begin():
    numbers = np.arange(50, dtype=np.int64)
    assert summed(numbers, 7)[-20:].tolist() == summed(numbers[10:], 7)[-20:].tolist()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("complaints(1m) > 1", ["i.complaint"]),
        ("mentions(1m, channel:a.b) > 1", ["c.a.b"]),
        ("net(1m) > 1%", ["positive", "negative", "count"]),
    ],
)
def test_measures_are_read_of_minutes(text, wanted):
    (figure,) = parse(text).figures()
    assert list(names(figure)) == wanted
    minute = MinuteTally(60, 9, negative=2, positive=3, channels={"a.b": 4}, intents={"complaint": 5})
    expected = {"i.complaint": 5, "c.a.b": 4, "positive": 3, "negative": 2, "count": 9}
    assert [measure(name)(minute) for name in wanted] == [expected[name] for name in wanted]
    assert column(wanted[0], {60: minute}, [0, 60]).tolist() == [0, expected[wanted[0]]]


def test_a_share_is_compared_with_another_share_where_there_are_any():
    counts = {"positive": np.array([4, 4, 0]), "negative": np.array([0, 2, 0]), "count": np.array([4, 6, 0])}
    found = holds(parse("net(1m) < 0.9 * net(2m)"), Columns(3, counts))
    assert found.tolist() == [False, True, False], "100 % of 100 %, 33 % of 60 %, and of nothing there is no share"
