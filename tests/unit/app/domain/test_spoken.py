"""Figures in words."""

import pytest

from app.domain.explanation import Counter, Explanation
from app.domain.incident import Resonance
from app.domain.level import Ground, Level, Strength, level
from app.domain.level_words import condition, missing, name
from app.domain.reasoning import checks, compared, confident, copied
from app.domain.spoken import band, clock, language_of, number, pace, percent, rate, span, times


@pytest.mark.parametrize(
    ("ratio", "german", "english"),
    [
        (2.0, "doppelt", "twice"),
        (3.0, "3-mal", "3 times"),
        (6.44, "6,4-mal", "6.4 times"),
        (2000, "mehr als 100-mal", "more than 100 times"),
    ],
)
def test_multiples(ratio, german, english):
    assert (times(ratio, "de"), times(ratio, "en")) == (german, english)


def test_numbers_shares_and_lengths():
    assert (number(1234.4, "de"), number(9.96, "en"), number(0.04, "en")) == ("1.234", "10", "0")
    assert (percent(0.414, "de"), percent(0.414, "en")) == ("41 %", "41%")
    assert [span(seconds, "de") for seconds in (5, 3600, 2 * 86_400 + 9)] == ["1 Minute", "1 Stunde", "2 Tage"]
    assert (rate(0.5, "de"), rate(12, "en")) == ("30 je Stunde", "12 a minute")
    assert pace(5, 0.1, "de") == "5 je Minute, üblich 6 je Stunde"
    assert (band(31, 60, "de"), band(0.1, 0.5, "en")) == ("31 bis 60 je Minute", "6 to 30 an hour")
    assert pace(0.5, 0.1, "en") == "30 instead of 6 an hour"


def test_times_of_day_name_the_day_once_half_a_day_lies_between():
    assert clock(1_795_010_400, 1_795_010_460, "Europe/Berlin", "de") == "15:00"
    assert clock(1_795_010_400, 1_795_096_800, "Europe/Berlin", "de") == "Mi 15:00"


def test_languages():
    assert [language_of(code) for code in ("de", "DE-at", "en-GB", "fr", "")] == ["de", "de", "en", "en", "en"]


def test_levels_are_named_to_the_ends_of_the_scale():
    assert [name(value, "de") for value in (-1, 0, 6, 9)] == ["Windstille", "Windstille", "Orkan", "Orkan"]


def test_what_is_missing_is_told_and_a_near_miss_is_seen():
    near = Ground("ratio", 4, 3.98, 4.0, met=False, must=True)
    assert condition(near, "en") == "almost 4 times the usual (needed 4)"
    assert missing(Level(6), "de") == ""
    calm = level(Strength(pace=2.0, expected=0.5, authors=4, tone=0.1, length=0))
    assert missing(calm, "en") == (
        "Missing for level 1 (light air): 1 of: 10% negative (needed 15%), channels: 0 (needed 1), "
        "0 posts by media and very large accounts (needed 1), reach 0 (needed 1,000), for 0 minutes (needed 1)."
    )


def test_how_sure_it_is():
    told = [Explanation(0.0, 9.0, 1.0, 0.0, 2.0, confidence=one) for one in (None, 0.3, 0.6, 0.8, 0.95)]
    assert [confident(one, "de") for one in (None, *told)] == [
        "noch nicht zu sagen", "noch nicht zu sagen", "unsicher", "eher sicher", "sicher", "sehr sicher",
    ]  # fmt: skip


def test_counter_checks_are_titled_by_what_came_of_them():
    tried = (Counter("without_author", holds=True), Counter("without_reposts", holds=False))
    told = Explanation(
        0.0, 9.0, 1.0, 0.0, 2.0, confidence=0.95, counters=(*tried, Counter("source_outage", holds=None))
    )
    assert confident(told, "de") == "sehr sicher · hält 1 von 2 Gegenproben"
    assert confident(told, "en") == "very sure · holds 1 of 2 counter-checks"
    assert checks([True, True], "de") == "Gegenproben: hält 2 von 2"
    assert checks([True, False, None], "en") == "Counter-checks: holds 1 of 2, 1 open"
    assert (checks([None], "de"), checks([], "en")) == ("Gegenproben: 1 offen", "Counter-checks")


def test_expected_against_actual_names_the_band_where_it_is_known():
    told = Explanation(0.0, actual=170.0, expected=45.0, low=31.0, high=60.0, negative=True)
    assert compared(told, "en") == (
        "3.8 times as many negative mentions as usual (170 instead of 45 a minute; ordinarily 31 to 60 a minute)."
    )
    unknown = Explanation(0.0, actual=90.0, expected=45.0, low=45.0, high=45.0)
    assert compared(unknown, "de") == "doppelt so viele Erwähnungen wie üblich (90 statt 45 je Minute)."


def test_voices_copies_and_what_looks_steered():
    found = Resonance(1200, 300, 250, 0.4, 0.7)
    assert copied(found, 0.25, "de") == (
        "1.200 Beiträge, 300 verschiedene, von 250 Personen, 40 % Reposts, 25 % wie von einer Hand gesteuert."
    )
    assert copied(found, 0.0, "en") == "1,200 posts, 300 distinct, by 250 people, 40% reposts."
