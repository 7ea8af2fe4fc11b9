"""The board of people says in both languages who is told, who is on duty, and where nobody is."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.domain.brand import Brand
from app.domain.person import Person, Way
from app.domain.roster import Chain, Once, Shift, Step, Weekly
from app.domain.week import DAYS
from app.people import Roster
from dashboard.i18n import words
from dashboard.peopleboard import Asked, board, days

ZONE = "Europe/Berlin"
WAY = (Way("w", "mail", "anna@example.org"),)
ANNA, BEN, CEM = (Person(name.lower(), name, ways=WAY) for name in ("Anna", "Ben", "Cem"))
BRANDS = (Brand("nord", "Nord", "nord"), Brand("sued", "Süd", "sued"))
NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo(ZONE)).timestamp()
DAYTIME = Shift("s1", "anna", Weekly(DAYS[:5], time(8), time(20), first=date(2026, 1, 1), last=date(2027, 1, 1)))
NIGHT = Shift("s2", "ben", Weekly(DAYS, time(20), time(8)), brands=("nord",))
SECOND = Shift("s3", "cem", Weekly(DAYS, time(8), time(0)), "backup")
CHAIN = Chain("nord", (Step(0, "duty"), Step(60, "cem", "warning"), Step(5400, "all", "crisis")))


def flat(nodes) -> str:
    if isinstance(nodes, str):
        return nodes.replace("\u2013", "-")
    parts = nodes if isinstance(nodes, list) else nodes[2:]
    return "".join(map(flat, parts))


def told(language="en", persons=(ANNA, BEN, CEM), shifts=(), chains=(), now=NOON, brand="", here=""):
    asked = Asked(Roster(tuple(persons), tuple(shifts), tuple(chains)), BRANDS, now, ZONE, brand)
    return {name: flat(nodes) for name, nodes in board(asked, words(language, ZONE), here).items()}


@pytest.mark.parametrize(
    ("persons", "english", "german"),
    [
        ((), "there is no person yet", "Es gibt noch keine Person"),
        ((Person("a", "A"), Person("b", "B", ways=WAY, active=False)), "none of the 2 persons", "Keine der 2 Personen"),
        ((Person("a", "A", ways=WAY, brands=("nord",)),), "crisis of Süd", "Krise von Süd"),
    ],
)
def test_that_nobody_is_told_is_said_plainly(persons, english, german):
    assert english in told("en", persons)["warning"]
    assert german in told("de", persons)["warning"]
    if not any(person.reachable for person in persons):
        assert told("en", persons)["now"] == ""


def test_nothing_is_said_while_somebody_is_told():
    assert told()["warning"] == ""


def test_who_is_on_duty_until_when_and_who_stands_behind():
    found = told(shifts=(DAYTIME, SECOND))
    assert "On duty now: Anna (until 20:00). Backup: Cem." in found["now"]
    assert "In the next 14 days there are 14 gaps (112\xa0h)" in found["now"]
    german = told("de", shifts=(DAYTIME, SECOND))
    assert "Jetzt im Dienst: Anna (bis 20:00). Vertretung: Cem." in german["now"]
    assert "bis" not in told("de", shifts=(Shift("a", "anna", Weekly(DAYS, time(0), time(0))),))["now"]


def test_without_anybody_on_duty_everybody_is_told():
    assert "Nobody has duty hours yet. An incident tells everybody: Anna, Ben, Cem." in told()["now"]
    evening = told(shifts=(DAYTIME,), now=NOON + 9 * 3600)
    assert "Nobody is on duty now. An incident tells everybody: Anna, Ben, Cem." in evening["now"]
    assert "1 gap" in told(shifts=(Shift("s", "anna", Once(NOON - 1, NOON + 8 * 86_400)),))["now"]
    assert "no gap" in told(shifts=(Shift("a", "anna", Weekly(DAYS, time(0), time(0))),))["now"]


def test_a_week_names_its_gaps_and_leaves_no_hour_out():
    found = told("de", shifts=(DAYTIME, NIGHT, SECOND), brand="nord")["week"]
    assert found.startswith(
        "Fr 20.11.Ben 00:00-08:00Anna Vertretung: Cem 08:00-20:00Ben Vertretung: Cem 20:00-24:00Sa 21.11."
    )
    assert "niemand" not in found
    other = told("de", shifts=(DAYTIME, NIGHT), brand="sued")["week"]
    assert "Sa 21.11.niemand 00:00-24:00" in other


def test_shifts_and_chains_are_sentences():
    away = Shift("s4", "ben", Once(NOON, NOON + 3600), "absent")
    found = told(shifts=(DAYTIME, NIGHT, away), chains=(CHAIN,))
    assert "Anna · duty · Mon-Fri, 08:00-20:00 · from 01/01/2026 · until 01/01/2027" in found["shifts"]
    assert "Ben · duty · daily, 20:00-08:00 · for Nord" in found["shifts"]
    assert "Ben · away · 12:00 - 13:00" in found["shifts"]
    assert "For every brand (built in, not changed yet)At once: whoever is on duty" in found["chain"]
    assert (
        "NordAt once: whoever is on dutyAfter 1 minute without acknowledgement: Cem (from a warning on)"
        in found["chain"]
    )
    assert "After 90 minutes without acknowledgement: everybody (of a crisis only)" in found["chain"]
    assert told()["shifts"] == "none yet"
    assert "01.01.2026" in told("de", shifts=(DAYTIME,))["shifts"]


def test_persons_are_listed_by_name_with_what_they_lack():
    found = told(persons=(BEN, Person("a", "anna"), Person("z", "Zoe", ways=WAY, active=False)))["persons"]
    assert "anna (no way to reach them)BenZoe (not active)+ New person" in found


def test_days_are_said_as_people_do():
    say = words("de", ZONE)
    assert [days(one, say) for one in (DAYS, DAYS[:5], ("sun", "mon"))] == ["täglich", "Mo\u2013Fr", "Mo, So"]


def test_no_address_stands_on_the_board():
    assert "example.org" not in repr(told(shifts=(DAYTIME,)))
