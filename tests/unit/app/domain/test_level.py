"""The level of a storm: what it takes, that more never lowers it, and that it does not flutter."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.level import HIGHEST, NEEDED, UNSEEN, Strength, level

ORDINARY = Strength(pace=48, expected=45, authors=600, channels=6, media=25, tone=0.35, reach=5_000_000, length=0)
STORM = Strength(pace=260, expected=45, authors=320, channels=6, media=40, tone=0.8, reach=9_000_000, length=8)
COUP = Strength(pace=900, expected=0.5, authors=14_000, channels=1, media=400, tone=0.55, reach=90_000_000, length=90)

strengths = st.builds(
    Strength,
    pace=st.floats(0, 2_000),
    expected=st.floats(0, 100),
    authors=st.integers(0, 30_000),
    channels=st.integers(0, 8),
    media=st.integers(0, 300),
    tone=st.floats(0, 1),
    reach=st.integers(0, 100_000_000),
    length=st.floats(0, 500),
)
more = st.sampled_from(("pace", "authors", "channels", "media", "tone", "reach", "length"))


def test_an_ordinary_busy_day_is_calm_a_storm_is_strong_wind_and_a_coup_a_hurricane():
    assert level(ORDINARY).value == 0
    assert level(msgspec.structs.replace(ORDINARY, pace=75)).value == 1
    assert level(STORM).value == 4
    assert level(COUP).value == 6


def test_a_quiet_brand_with_a_handful_of_mentions_is_in_no_storm():
    assert level(Strength(pace=0.8, expected=0.01, authors=4, channels=1, tone=1.0, length=10)).value == 0
    assert level(Strength(pace=2.2, expected=0.01, authors=12, channels=2, tone=1.0, length=10)).value == 2


def test_a_wave_of_praise_is_no_storm_and_a_tone_nobody_can_read_holds_nothing_up():
    assert level(msgspec.structs.replace(COUP, tone=0.05)).value == 3
    assert level(msgspec.structs.replace(COUP, tone=None)).value == 6


@given(strengths, more, st.floats(0, 5_000), st.integers(0, HIGHEST))
def test_more_of_anything_never_lowers_it(found, name, extra, before):
    value = (
        min(getattr(found, name) + extra, 1)
        if name == "tone"
        else type(getattr(found, name))(getattr(found, name) + extra)
    )
    higher = msgspec.structs.replace(found, **{name: value})
    assert level(higher, before).value >= level(found, before).value


@given(strengths, st.integers(0, HIGHEST), st.integers(0, HIGHEST))
def test_what_was_higher_before_is_never_lower_now_and_never_beyond_it(found, before, earlier):
    low, high = sorted((before, earlier))
    assert level(found, low).value <= level(found, high).value
    assert level(found).value <= level(found, before).value <= max(before, level(found).value)


@given(strengths, st.integers(0, HIGHEST))
def test_grounds_are_the_met_of_this_level_and_all_of_the_next(found, before):
    told = level(found, before)
    assert all(one.met for one in told.grounds if one.level == told.value)
    following = [one for one in told.grounds if one.level == told.value + 1]
    assert len(following) == (len(NEEDED) if told.value < HIGHEST else 0)
    assert bool(told.others) == (told.value < HIGHEST)
    if before == 0 and following:  # it is not reached: something that it takes is missing
        missing = [one for one in following if one.must and not one.met]
        assert missing or sum(one.met for one in following if not one.must) < told.others


def test_it_rises_at_once_and_falls_only_when_well_below():
    assert level(msgspec.structs.replace(STORM, pace=170), before=4).value == 4
    assert level(msgspec.structs.replace(STORM, pace=170)).value == 3
    assert level(msgspec.structs.replace(STORM, pace=130), before=4).value == 3
    assert level(msgspec.structs.replace(STORM, pace=10), before=4).value == 0


def test_without_an_incident_it_is_light_at_most():
    told = level(COUP, incident=False)
    assert (told.value, told.others) == (UNSEEN, 0)
    assert {one.level for one in told.grounds} == {UNSEEN}


@pytest.mark.parametrize("condition", NEEDED)
def test_what_is_needed_rises_with_the_level(condition):
    assert list(NEEDED[condition]) == sorted(NEEDED[condition])
    assert len(NEEDED[condition]) == HIGHEST
