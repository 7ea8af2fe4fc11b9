from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

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
    on_duty,
    spans,
    steps_due,
    told,
    working,
)
from app.domain.week import DAYS
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
