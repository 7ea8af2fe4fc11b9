"""Persons, shifts and chains, on SQLite and PostgreSQL."""

from datetime import date, time

import pytest

from app.domain.person import Person, Quiet, Way
from app.domain.roster import DEFAULT, Chain, Once, Shift, Step, Weekly
from app.domain.week import DAYS
from app.errors import NotFound
from tests.fixtures.store import NOON

ANNA = Person(
    "anna", "Anna Ärmel", "en", "America/New_York",
    (Way("w1", "mail", "anna@example.org"), Way("w2", "apprise", "tgram://1:a/2", "crisis", "phone")),
    (Quiet(DAYS, time(22), time(6, 30), "warning"),), ("nord",), active=False,
)  # fmt: skip
BEN = Person("ben", "Ben")
NIGHTS = Shift("s1", "anna", Weekly(("mon",), time(22), time(6), "UTC", date(2026, 1, 1), date(2026, 12, 31)), "backup")
HOLIDAY = Shift("s2", "anna", Once(NOON, NOON + 3600), "absent", ("nord",))
DAYTIME = Shift("s3", "ben", Weekly(DAYS, time(8), time(20)))
OWN = Chain("nord", (Step(0, "anna"), Step(60.5, "all", "crisis")))


@pytest.fixture
def store(any_store):
    with any_store.transaction() as tx:
        tx.people.alone()
        for person in (BEN, ANNA):
            tx.people.put(person)
        for shift in (DAYTIME, NIGHTS, HOLIDAY):
            tx.people.put_shift(shift)
        tx.people.put_chain(OWN)
        tx.people.put_chain(DEFAULT)
    return any_store


def test_everything_comes_back_as_it_was(store):
    with store.reading() as tx:
        assert tx.people.all() == [ANNA, BEN]
        assert tx.people.get("anna") == ANNA
        assert tx.people.shifts() == [NIGHTS, HOLIDAY, DAYTIME]
        assert tx.people.chains() == [DEFAULT, OWN]


def test_what_is_put_again_replaces_itself(store):
    with store.transaction() as tx:
        tx.people.put(Person("ben", "Benjamin"))
        tx.people.put_shift(Shift("s3", "anna", DAYTIME.when))
        tx.people.put_chain(Chain("nord", (Step(5, "duty"),)))
    with store.reading() as tx:
        assert tx.people.get("ben").name == "Benjamin"
        assert [shift.person for shift in tx.people.shifts()] == ["anna"] * 3
        assert tx.people.chains()[1].steps == (Step(5, "duty"),)


def test_who_is_removed_takes_their_shifts_along(store):
    with store.transaction() as tx:
        assert tx.people.remove("anna") == 2
        assert tx.people.remove("nobody") == 0
    with store.reading() as tx:
        assert tx.people.all() == [BEN]
        assert tx.people.shifts() == [DAYTIME]
        with pytest.raises(NotFound, match="no person 'anna'; GET /api/v1/people"):
            tx.people.get("anna")


def test_shifts_and_chains_are_removed_once(store):
    with store.transaction() as tx:
        assert [tx.people.remove_shift("s1"), tx.people.remove_shift("s1")] == [True, False]
        assert [tx.people.remove_chain("nord"), tx.people.remove_chain("nord")] == [True, False]
    with store.reading() as tx:
        assert tx.people.shifts() == [HOLIDAY, DAYTIME]
        assert tx.people.chains() == [DEFAULT]
