from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.person import Person, Way
from app.domain.roster import (
    DEFAULT,
    Chain,
    Once,
    Shift,
    Step,
    Told,
    Weekly,
    assert_chain,
    assert_shift,
    chain_of,
    gaps,
    next_change,
    next_step_at,
    on_duty,
    spans,
    steps_due,
    told,
    unheard,
    working,
)
from app.domain.week import DAYS, day_of, instant
from app.errors import WrongInput

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = DAYS[:5]
WAY = (Way("w", "mail", "a@example.org"),)
ANNA, BEN, CEM = (Person(name.lower(), name, ways=WAY) for name in ("Anna", "Ben", "Cem"))
TEAM = (ANNA, BEN, CEM)
DAYTIME = Shift("s1", "anna", Weekly(WEEKDAYS, time(8), time(20)))
NIGHTS = Shift("s2", "ben", Weekly(DAYS, time(20), time(8)))
SECOND = Shift("s3", "cem", Weekly(DAYS, time(0), time(0)), "backup")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp()


def test_who_is_on_duty_in_the_order_of_telling():
    shifts = (SECOND, NIGHTS, DAYTIME)
    assert on_duty(shifts, at(20, 12)) == ("anna", "cem")
    assert on_duty(shifts, at(20, 20)) == ("ben", "cem")  # an end is excluded
    assert on_duty(shifts, at(21, 12)) == ("cem",)  # saturday
    assert on_duty(shifts, at(21, 12), role="primary") == ()
    assert on_duty(shifts, at(20, 12), role="backup") == ("cem",)


def test_overlaps_are_told_by_who_began_first_and_one_off_shifts_come_before():
    early = Shift("e", "cem", Weekly(DAYS, time(7), time(10)))
    assert on_duty((DAYTIME, early), at(20, 9)) == ("cem", "anna")
    instead = Shift("i", "ben", Once(at(20, 8, 30), at(20, 12)))
    assert on_duty((DAYTIME, early, instead), at(20, 9)) == ("ben", "cem", "anna")
    twice = Shift("t", "anna", Weekly(DAYS, time(6), time(10)), "backup")
    assert on_duty((DAYTIME, twice), at(20, 9)) == ("anna",)


def test_who_is_away_is_not_on_duty():
    holiday = Shift("h", "anna", Once(at(20, 0), at(21, 0)), "absent")
    assert on_duty((DAYTIME, holiday), at(20, 12)) == ()
    assert on_duty((DAYTIME, holiday), at(20, 12), role="absent") == ("anna",)
    assert on_duty((DAYTIME, holiday), at(19, 12)) == ("anna",)


def test_shifts_of_a_brand_count_for_that_brand_only():
    nord = Shift("n", "ben", DAYTIME.when, brands=("nord",))
    assert on_duty((nord, DAYTIME), at(20, 12), "nord") == ("ben", "anna")
    assert on_duty((nord, DAYTIME), at(20, 12), "sued") == ("anna",)
    assert on_duty((nord,), at(20, 12)) == ("ben",)


def test_the_first_and_the_last_day_bound_a_weekly_shift():
    week = Weekly(DAYS, time(22), time(6), first=date(2026, 11, 20), last=date(2026, 11, 20))
    shift = Shift("s", "anna", week)
    assert on_duty((shift,), at(20, 3)) == ()
    assert on_duty((shift,), at(21, 3)) == ("anna",)
    assert on_duty((shift,), at(22, 3)) == ()


def test_gaps_are_told_as_a_person_would():
    assert gaps((DAYTIME, NIGHTS), at(20, 0), at(24, 0)) == ((at(21, 8), at(21, 20)), (at(22, 8), at(22, 20)))
    assert gaps((), at(20, 0), at(21, 0)) == ((at(20, 0), at(21, 0)),)
    assert gaps((SECOND,), at(20, 0), at(21, 0)) == ()
    assert gaps((SECOND,), at(20, 0), at(20, 0)) == ()


def test_the_next_change():
    assert next_change((DAYTIME, NIGHTS), at(20, 12), at(30, 0)) == at(20, 20)
    assert next_change((DAYTIME, NIGHTS), at(21, 12), at(30, 0)) == at(21, 20)
    assert next_change((SECOND,), at(21, 12), at(30, 0)) is None


def test_only_who_can_be_told_works():
    mute = Person("ben", "Ben")
    assert working((DAYTIME, NIGHTS), (ANNA, mute)) == (DAYTIME,)
    confined = Person("anna", "Anna", ways=WAY, brands=("nord",))
    assert working((DAYTIME,), (confined,), "sued") == ()
    assert working((DAYTIME,), (confined,), "nord") == (DAYTIME,)


def test_a_brand_has_its_own_chain_or_that_of_all_or_the_default():
    own, common = Chain("nord", (Step(0, "all"),)), Chain("*", (Step(0, "anna"),))
    assert chain_of((own, common), "nord") == own
    assert chain_of((own, common), "sued") == common
    assert chain_of((own,), "sued") == DEFAULT


def test_steps_come_until_somebody_acknowledges():
    who = [[step.who for step in steps_due(DEFAULT, 1000, None, 1000 + after)] for after in (-1, 0, 599, 600, 1500)]
    assert who == [[], ["duty"], ["duty"], ["duty", "backup"], ["duty", "backup", "all"]]
    assert [step.who for step in steps_due(DEFAULT, 1000, 1600, 9999)] == ["duty"]
    assert [step.who for step in steps_due(DEFAULT, 1000, 1601, 9999)] == ["duty", "backup"]


def test_steps_are_for_what_is_severe_enough():
    assert [step.who for step in steps_due(DEFAULT, 0, None, 9999, "note")] == ["duty"]
    assert [step.who for step in steps_due(DEFAULT, 0, None, 9999, "warning")] == ["duty", "backup"]


def test_the_next_step():
    assert next_step_at(DEFAULT, 1000, None, 1000) == 1600
    assert next_step_at(DEFAULT, 1000, None, 1000, "note") is None
    assert next_step_at(DEFAULT, 1000, 1200, 1300) is None
    assert next_step_at(DEFAULT, 1000, None, 2500) is None


def step(who: str, shifts, persons=TEAM, brand="nord", day=20) -> Told:
    return told(Step(0, who), persons, shifts, at(day, 12), brand)


def test_whom_a_step_tells():
    shifts = (DAYTIME, NIGHTS, SECOND)
    assert step("duty", shifts) == Told(("anna",), "duty")
    assert step("backup", shifts) == Told(("cem",), "backup")
    assert step("ben", shifts) == Told(("ben",), "named")
    assert step("all", shifts) == Told(("anna", "ben", "cem"), "all")
    assert step("duty", shifts, day=21) == Told(("cem",), "duty")  # the backup where there is no first


def test_if_nobody_is_there_everybody_is_told():
    everybody = ("anna", "ben", "cem")
    assert step("duty", ()) == Told(everybody, "nobody_on_duty")
    assert step("backup", (DAYTIME,)) == Told(everybody, "nobody_on_duty")
    assert step("dora", (DAYTIME,)) == Told(everybody, "nobody_on_duty")
    away = tuple(Shift(one.id, one.id, Once(at(1, 0), at(30, 0)), "absent") for one in TEAM)
    assert step("anna", away[:1]) == Told(("ben", "cem"), "nobody_on_duty")
    assert step("all", away) == Told(everybody, "all")
    assert step("duty", (DAYTIME, *away)) == Told(everybody, "nobody_on_duty")


def test_who_cannot_be_told_counts_as_not_there():
    mute, off = Person("anna", "Anna"), Person("ben", "Ben", ways=WAY, active=False)
    assert step("duty", (DAYTIME,), (mute, off, CEM)) == Told(("cem",), "nobody_on_duty")
    assert step("duty", (DAYTIME,), (mute, off)) == Told((), "nobody")
    assert step("all", (), (Person("anna", "Anna", ways=WAY, brands=("sued",)),)) == Told((), "nobody")


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


def test_spans_are_in_order_and_know_their_shift():
    found = spans((NIGHTS, DAYTIME), at(20, 0), at(21, 0))
    assert [(one.start, one.shift.person) for one in found] == [
        (at(19, 20), "ben"), (at(20, 8), "anna"), (at(20, 20), "ben"),
    ]  # fmt: skip
    assert datetime.fromtimestamp(found[0].end, UTC) == datetime(2026, 11, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (Once(at(20, 8), at(20, 8)), "ends after it begins"),
        (Once(float("nan"), at(20, 8)), "ends after it begins"),
        (Once(0.0, at(20, 8)), "between 2000 and 2100"),
        (Weekly((), time(8), time(9)), "on which days"),
        (Weekly(DAYS, time(8), time(9), "Mars"), "no time zone"),
        (Weekly(DAYS, time(8), time(9), first=date(2026, 2, 1), last=date(2026, 1, 1)), "last day"),
        (Weekly(DAYS, time(8), time(9), first=date(1, 2, 1)), "between 2000 and 2100"),
    ],
)
def test_a_shift_that_could_never_be_is_refused(when, sentence):
    assert_shift(DAYTIME)
    assert_shift(Shift("s", "anna", Once(at(20, 8), at(20, 9))))
    with pytest.raises(WrongInput, match=sentence):
        assert_shift(Shift("s", "anna", when))


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ((), "1 to 20 steps"),
        ((Step(0, "a"),) * 21, "1 to 20 steps"),
        ((Step(-1, "a"),), "0 seconds to 7 days"),
        ((Step(float("nan"), "a"),), "0 seconds to 7 days"),
        ((Step(0, "a"), Step(0, "a", "crisis")), "Two steps tell the same"),
    ],
)
def test_a_chain_that_tells_nobody_in_time_is_refused(steps, sentence):
    assert_chain(DEFAULT)
    with pytest.raises(WrongInput, match=sentence):
        assert_chain(Chain("*", steps))


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
