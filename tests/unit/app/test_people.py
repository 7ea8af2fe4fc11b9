"""Persons, shifts and chains are changed by who may, checked, and leave an audit row without addresses."""

from datetime import time

import pytest
from msgspec.structs import replace

from app.domain.actor import LOOPBACK, Actor
from app.domain.person import Person, Way
from app.domain.roster import DEFAULT, Chain, Once, Shift, Step, Weekly
from app.domain.week import DAYS
from app.errors import Conflict, NotAllowed, NotFound, WrongInput
from app.people import People
from tests.fixtures.store import NOON

pytestmark = pytest.mark.anyio

STRANGER = Actor("machine", "till", ("machine",))
ANNA = Person(
    "anna", "Anna", ways=(Way("", "mail", "anna@example.org"), Way("", "webhook", "https://h.example/secret"))
)
DAYTIME = Shift("", "anna", Weekly(DAYS, time(8), time(20)))


@pytest.fixture
def people(store, clock):
    return People(store, clock)


def audit(store):
    with store.reading() as tx:
        return tx.audit.find().items


async def test_somebody_new_gets_an_id_and_stable_ways(people, store):
    first = await people.add(LOOPBACK, replace(ANNA, id="", name="Anna Ärmel"))
    second = await people.add(LOOPBACK, replace(ANNA, id="", name="Anna Ärmel"))
    odd = await people.add(LOOPBACK, Person("", "🦊"))
    duty = await people.add(LOOPBACK, Person("", "Duty"))
    assert [first.id, second.id, odd.id, duty.id] == ["anna-aermel", "anna-aermel-2", "person", "duty-2"]
    assert len({way.id for way in first.ways} - {""}) == 2
    changed = replace(first.ways[0], address="neu@example.org")
    again = await people.save(LOOPBACK, replace(first, ways=(changed, first.ways[1])))
    assert [way.id for way in again.ways] == [way.id for way in first.ways]
    assert again.ways[0].address == "neu@example.org"
    rows = audit(store)
    assert {(row.verb, row.actor) for row in rows} == {("person.write", "loopback")}
    assert rows[-1].subject == "anna-aermel"
    assert rows[-1].detail == {"ways": 2, "quiet": 0, "active": True}


async def test_a_way_keeps_its_address_unless_another_is_given(people):
    kept = await people.save(LOOPBACK, ANNA)
    shown = tuple(replace(way, address=way.shown) for way in kept.ways)
    assert (await people.save(LOOPBACK, replace(kept, ways=shown))).ways == kept.ways
    empty = tuple(replace(way, address="") for way in kept.ways)
    assert (await people.save(LOOPBACK, replace(kept, ways=empty))).ways == kept.ways
    other_kind = (replace(kept.ways[0], kind="webhook", address=""),)
    with pytest.raises(WrongInput, match="Way 1"):
        await people.save(LOOPBACK, replace(kept, ways=other_kind))


async def test_an_id_is_taken_once(people):
    await people.add(LOOPBACK, ANNA)
    with pytest.raises(Conflict, match="PUT /api/v1/people/anna"):
        await people.add(LOOPBACK, ANNA)


async def test_who_is_wrong_is_not_kept(people):
    with pytest.raises(WrongInput):
        await people.add(LOOPBACK, replace(ANNA, zone="Mars"))
    assert (await people.roster(LOOPBACK)).persons == ()


async def test_shifts_come_and_go_and_are_of_somebody(people, store):
    with pytest.raises(WrongInput, match="add persons first"):
        await people.add_shift(LOOPBACK, DAYTIME)
    await people.save(LOOPBACK, ANNA)
    with pytest.raises(WrongInput, match="choose one of: anna"):
        await people.add_shift(LOOPBACK, replace(DAYTIME, person="ben"))
    with pytest.raises(WrongInput, match="ends after"):
        await people.add_shift(LOOPBACK, replace(DAYTIME, when=Once(NOON, NOON)))
    kept = await people.add_shift(LOOPBACK, DAYTIME)
    assert (await people.roster(LOOPBACK)).shifts == (kept,)
    await people.remove_shift(LOOPBACK, kept.id)
    with pytest.raises(NotFound, match="GET /api/v1/shifts"):
        await people.remove_shift(LOOPBACK, kept.id)
    assert [row.verb for row in audit(store)] == ["shift.remove", "shift.write", "person.write"]


async def test_a_chain_names_persons_there_are_and_its_steps_are_in_order(people):
    await people.save(LOOPBACK, ANNA)
    with pytest.raises(WrongInput, match="no person 'ben'"):
        await people.save_chain(LOOPBACK, Chain("nord", (Step(0, "ben"),)))
    kept = await people.save_chain(LOOPBACK, Chain("nord", (Step(60, "all"), Step(0, "anna"))))
    assert [step.who for step in kept.steps] == ["anna", "all"]
    with pytest.raises(Conflict, match="chain of nord names anna"):
        await people.remove(LOOPBACK, "anna")
    await people.remove_chain(LOOPBACK, "nord")
    with pytest.raises(NotFound, match="no chain of its own"):
        await people.remove_chain(LOOPBACK, "nord")
    await people.add_shift(LOOPBACK, DAYTIME)
    await people.remove(LOOPBACK, "anna")
    with pytest.raises(NotFound):
        await people.remove(LOOPBACK, "anna")
    assert await people.roster(LOOPBACK) == ((), (), ())


async def test_nobody_changes_or_reads_people_without_the_right(people, store):
    for act in (
        people.roster(STRANGER),
        people.add(STRANGER, ANNA),
        people.save(STRANGER, ANNA),
        people.remove(STRANGER, "anna"),
        people.add_shift(STRANGER, DAYTIME),
        people.remove_shift(STRANGER, "s"),
        people.save_chain(STRANGER, DEFAULT),
        people.remove_chain(STRANGER, "nord"),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert audit(store) == []


async def test_no_address_reaches_the_audit_log(people, store):
    await people.save(LOOPBACK, ANNA)
    assert "example" not in repr(audit(store))
