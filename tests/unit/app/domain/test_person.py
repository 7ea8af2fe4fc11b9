from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.person import SEVERITIES, Person, Quiet, Way, assert_person, at_least, quiet_until
from app.domain.week import DAYS
from app.errors import WrongInput

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(DAYS, time(22), time(6))
ANNA = Person("anna", "Anna", ways=(Way("w1", "mail", "anna@example.org"),), quiet=(NIGHT,))


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp()


def test_severities_rise():
    assert [at_least(one, "warning") for one in SEVERITIES] == [False, True, True]
    assert not Way("w", "mail", "a@b.de", least="crisis").takes("warning")
    assert Way("w", "mail", "a@b.de").takes("note")


def test_quiet_lasts_to_its_end_and_only_for_what_is_not_severe_enough():
    assert quiet_until(ANNA, at(21, 21, 59), "warning") is None
    assert quiet_until(ANNA, at(21, 22), "warning") == at(22, 6)
    assert quiet_until(ANNA, at(22, 5, 59), "note") == at(22, 6)
    assert quiet_until(ANNA, at(22, 6), "note") is None
    assert quiet_until(ANNA, at(22, 3), "crisis") is None


def test_quiet_hours_that_follow_each_other_are_one():
    weekend = Quiet(("sat", "sun"), time(6), time(22), "warning")
    anna = Person("anna", "Anna", quiet=(NIGHT, weekend))
    assert quiet_until(anna, at(20, 23), "note") == at(23, 6)  # friday night to monday morning
    assert quiet_until(anna, at(20, 23), "warning") == at(21, 6)


def test_quiet_for_ever_is_told_as_a_fortnight():
    mute = Person("anna", "Anna", quiet=(Quiet(DAYS, time(0), time(0)),))
    assert quiet_until(mute, at(1, 12), "note") == at(16, 0)


@pytest.mark.parametrize(("day", "month", "hours"), [(28, 3, 7), (24, 10, 9)])
def test_a_night_of_the_change_of_time_ends_at_six_by_the_clock(day, month, hours):
    start = at(day, 22, month=month)
    assert quiet_until(ANNA, start, "note") == start + hours * 3600


zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
quiets = st.lists(
    st.builds(
        Quiet, st.lists(st.sampled_from(DAYS), unique=True).map(tuple), times, times, st.sampled_from(SEVERITIES)
    ),
    max_size=3,
).map(tuple)
instants = st.builds(
    lambda day, minute: datetime.combine(day, time(), UTC).timestamp() + 60 * minute,
    st.sampled_from([date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2026, 7, 7)]),
    st.integers(-2880, 2880),
)


@given(zones, quiets, instants, st.sampled_from(SEVERITIES))
def test_quiet_ends_in_time_that_is_not_quiet_and_never_holds_a_crisis(zone, quiet, now, severity):
    person = Person("p", "P", zone=zone, quiet=quiet)
    end = quiet_until(person, now, severity)
    if severity == "crisis":
        assert end is None
    elif end is not None:
        assert now < end <= now + timedelta(days=16).total_seconds()
        if end < now + timedelta(days=13).total_seconds():
            assert quiet_until(person, end, severity) is None


def test_who_is_concerned_and_reachable():
    some = Person("p", "P", brands=("nord",))
    assert (some.concerned("nord"), some.concerned("sued"), some.concerned("")) == (True, False, True)
    assert ANNA.concerned("anything")
    assert ANNA.reachable
    assert not some.reachable
    assert not Person("p", "P", ways=ANNA.ways, active=False).reachable


def test_no_way_shows_its_address_by_accident():
    way = Way("w", "webhook", "https://hooks.example.org/services/T0/secret?token=abc")
    assert way.shown == "https://hooks.example.org/…"
    assert "secret" not in f"{way!r} {Person('p', 'P', ways=(way,))!r}"
    assert "anna@" not in repr(ANNA)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"id": "all"}, "An id has"),
        ({"id": "Anna Müller"}, "An id has"),
        ({"name": " "}, "Write a name"),
        ({"name": "x" * 81}, "Write a name"),
        ({"zone": "Europe/Nowhere"}, "'Europe/Nowhere' is no time zone"),
        ({"zone": "../etc/passwd"}, "is no time zone"),
        ({"ways": ANNA.ways * 2}, "Two ways have the same id"),
        ({"ways": tuple(Way(f"{n}", "mail", "a@b.de") for n in range(21))}, "at most 20 ways"),
        ({"ways": (Way("w", "mail", "secret"),)}, "Way 1: This is no mail address"),
        ({"ways": (Way("w", "mail", "a@b.de", label="x" * 81),)}, "Way 1: call it"),
        ({"quiet": (Quiet((), time(22), time(6)),)}, "Say on which days"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(changed, sentence):
    assert_person(ANNA)
    with pytest.raises(WrongInput, match=sentence) as caught:
        assert_person(replace(ANNA, **changed))
    assert "secret" not in str(caught.value)
