"""The effect of an answer: against the forecast from before it, and honest about what cannot be told."""

import pytest
from msgspec.structs import replace

from app.domain.effect import LONG, SAID, UNKNOWN, effect
from app.domain.forecast import Forecast, Point

NOON = 1_795_010_400.0
CURVE = tuple(Point(NOON + 300 * place, 10.0, 20.0, 40.0) for place in range(48))
SAID_BEFORE = Forecast(NOON, None, NOON, NOON + 3600, 10.0, 40.0, CURVE, over=0.1)
LATER = NOON + LONG + 600


def minutes(count):
    return {int(NOON) + 60 * place: count for place in range(240)}


@pytest.mark.parametrize(("count", "verdict"), [(4, "less"), (15, "expected"), (55, "more")])
def test_what_came_is_compared_with_what_was_expected_without_it(count, verdict):
    found = effect(NOON + 200, [SAID_BEFORE], minutes(count), LATER)
    assert (found.verdict, found.why, found.actual) == (verdict, None, count)
    assert (found.low, found.middle, found.high) == (10.0, 20.0, 40.0)
    assert (found.start, found.until) == (NOON + 300, NOON + 300 + 23 * 300)
    assert "10 bis 40" in found.reason["de"] or "10 to 40" in found.reason["en"]
    assert found.reason["en"].startswith(SAID[verdict]["en"][:8])


def test_only_what_was_known_before_it_counts():
    sure = replace(SAID_BEFORE, at=NOON + 201, curve=tuple(replace(one, high=11.0) for one in CURVE))
    assert effect(NOON + 200, [SAID_BEFORE, sure], minutes(15), LATER).verdict == "expected"
    newer = replace(sure, at=NOON + 199)
    assert effect(NOON + 200, [SAID_BEFORE, newer], minutes(15), LATER).verdict == "more"


@pytest.mark.parametrize(
    ("forecasts", "until", "other", "why"),
    [
        ([], LATER, None, "none"),
        ([replace(SAID_BEFORE, at=NOON - 1200)], LATER, None, "none"),
        ([Forecast(NOON, "thin")], LATER, None, "refused"),
        ([Forecast(NOON, "past", over=0.9)], LATER, None, "past"),
        ([replace(SAID_BEFORE, over=0.6)], LATER, None, "past"),
        ([SAID_BEFORE], NOON + 1500, None, "short"),
        ([SAID_BEFORE], LATER, NOON + 1500, "short"),
    ],
)
def test_it_may_be_that_nobody_can_tell(forecasts, until, other, why):
    found = effect(NOON + 10, forecasts, minutes(15), until, other)
    assert (found.verdict, found.why, found.actual, found.band) == ("unknown", why, None, ())
    assert found.reason == UNKNOWN[why]
    assert set(found.reason) == {"de", "en"}


def test_a_band_in_which_nearly_anything_lies_tells_nothing():
    wide = replace(SAID_BEFORE, curve=tuple(replace(one, low=0.5) for one in CURVE))
    found = effect(NOON, [wide], minutes(15), LATER)
    assert (found.verdict, found.why, found.high) == ("unknown", "wide", 40.0)
    assert found.reason == UNKNOWN["wide"]


def test_small_numbers_have_a_decimal_in_the_mark_of_the_language():
    small = replace(SAID_BEFORE, curve=tuple(replace(one, low=1.5, high=3.5) for one in CURVE))
    found = effect(NOON, [small], minutes(1), LATER)
    assert "1,5 bis 3,5" in found.reason["de"]
    assert "1.5 to 3.5" in found.reason["en"]
