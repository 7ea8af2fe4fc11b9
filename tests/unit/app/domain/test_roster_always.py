from datetime import date, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.person import Person, Way
from app.domain.roster import Shift, Step, Weekly, gaps, next_change, on_duty, told, unheard
from app.domain.week import DAYS, day_of, instant

WAY = (Way("w", "mail", "a@example.org"),)
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/St_Johns": (date(2010, 3, 14), date(2010, 11, 7)),
    "Pacific/Apia": (date(2011, 12, 30), date(2026, 6, 1)),
    "Asia/Kathmandu": (date(2026, 6, 1), date(2026, 1, 1)),
}
places = st.sampled_from([(zone, day) for zone, days in CHANGES.items() for day in days])
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
weeklies = st.builds(
    lambda person, days, start, end, role: (person, days, start, end, role),
    st.sampled_from("abc"),
    st.sets(st.sampled_from(DAYS), min_size=1).map(tuple),
    times,
    times,
    st.sampled_from(["primary", "backup", "absent"]),
)


def made(zone, rows):
    return tuple(Shift(str(n), p, Weekly(d, s, e, zone), r) for n, (p, d, s, e, r) in enumerate(rows))


def by_hand(shifts, when) -> set[str]:
    """Go through the days around one by one."""
    there, away = set(), set()
    for shift in shifts:
        week = shift.when
        for offset in range(-3, 4):
            day = day_of(when, week.zone) + timedelta(days=offset)
            over = day if week.end > week.start else day + timedelta(days=1)
            begins, ends = instant(day, week.start, week.zone), instant(over, week.end, week.zone)
            if DAYS[day.weekday()] in week.days and begins <= when < ends:
                (away if shift.role == "absent" else there).add(shift.person)
    return there - away


@given(places, st.lists(weeklies, max_size=4), st.integers(-3000, 3000))
def test_duty_is_what_going_through_the_days_says(place, rows, minutes):
    zone, day = place
    shifts, when = made(zone, rows), instant(day, time(12), zone) + 60 * minutes
    assert set(on_duty(shifts, when)) == by_hand(shifts, when)


@given(places, st.sets(times, min_size=2, max_size=4), st.integers(-3000, 3000))
def test_a_relay_round_the_clock_has_one_on_duty_at_every_instant_of_every_change_of_time(place, cuts, minutes):
    zone, day = place
    turns = sorted(cuts)
    rows = [(f"{end}", DAYS, start, end, "primary") for start, end in pairwise([turns[-1], *turns])]
    noon = instant(day, time(12), zone)
    shifts = made(zone, rows)
    assert len(on_duty(shifts, noon + 60 * minutes)) == 1
    assert gaps(shifts, noon - 4 * 86_400, noon + 4 * 86_400) == ()


@given(places, st.lists(weeklies, max_size=3), st.integers(-3000, 3000))
def test_gaps_and_duty_never_contradict_each_other(place, rows, minutes):
    zone, day = place
    noon = instant(day, time(12), zone)
    shifts, when = made(zone, rows), noon + 60 * minutes
    found = gaps(shifts, noon - 4 * 86_400, noon + 4 * 86_400)
    assert any(begin <= when < over for begin, over in found) == (not on_duty(shifts, when))
    assert all(one[1] < other[0] for one, other in pairwise(found))
    change = next_change(shifts, when, when + 9 * 86_400)
    if change is not None:
        assert on_duty(shifts, change) != on_duty(shifts, when) == on_duty(shifts, (change + when) / 2)


people = st.lists(
    st.builds(
        Person,
        st.sampled_from("abcd"),
        st.just("P"),
        ways=st.sampled_from([(), WAY]),
        brands=st.sampled_from([(), ("nord",), ("sued",)]),
        active=st.booleans(),
    ),
    unique_by=lambda one: one.id,
)


@given(places, people, st.lists(weeklies, max_size=5), st.sampled_from([*"abcd", "duty", "backup", "all"]))
def test_whenever_anybody_can_be_told_somebody_is_and_never_somebody_else(place, persons, rows, who):
    zone, day = place
    shifts, when = made(zone, rows), instant(day, time(3), zone)
    able = {one.id for one in persons if one.reachable and one.concerned("nord")}
    found = told(Step(0, who), persons, shifts, when, "nord")
    assert bool(found.persons) == bool(able) == (found.because != "nobody")
    assert set(found.persons) <= able
    away = set(on_duty(shifts, when, "nord", "absent"))
    assert not away & set(found.persons) or able <= away
    assert unheard(persons, ["nord"]) == (() if able else ("nord",))
