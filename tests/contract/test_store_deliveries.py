from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from app.domain.delivery import Attempt, Beat, Delivery, Progress, Stall, delivery_id
from app.domain.events import IncidentEvent
from app.errors import NotFound
from tests.fixtures.store import NOON


@pytest.fixture
def store(any_store):
    return any_store


def message(number: int = 1, person: str = "anna", incident: str = "i1", **more: object) -> Delivery:
    made = Delivery(
        f"d{number}", incident, "nordlicht", person, "w1", "mail", "opened", "warning", NOON + number, NOON + number
    )
    return msgspec.structs.replace(made, **more)


def test_a_delivery_comes_back_as_it_was_last_saved_and_is_planned_once(store):
    proof = Attempt(NOON + 2, "delivered", "250 2.0.0 Ok: queued as 4F1", 0.2)
    with store.transaction() as tx:
        assert tx.deliveries.plan(message())
        assert not tx.deliveries.plan(message(reason="a second one"))
        tx.deliveries.save(message(state="delivered", attempts=(proof,)))
    with store.reading() as tx:
        assert tx.deliveries.get("d1").attempts == (proof,)
        assert tx.deliveries.get("d1").reason == ""
        with pytest.raises(NotFound, match="d2"):
            tx.deliveries.get("d2")


def test_what_waits_comes_due_in_its_order_and_is_taken_once(store):
    with store.transaction() as tx:
        for number, state in enumerate(["planned", "held", "failed", "delivered", "sending", "dropped"]):
            tx.deliveries.plan(message(9 - number, state=state, due_at=NOON - number))
        tx.deliveries.plan(message(10, due_at=NOON + 1))
        assert [one.state for one in tx.deliveries.due(NOON)] == ["failed", "held", "planned"]
        first = tx.deliveries.due(NOON)[0]
        taken = tx.deliveries.take(first, "alerts-1", NOON)
        assert (taken.state, taken.worker, taken.taken_at) == ("sending", "alerts-1", NOON)
        assert tx.deliveries.get(first.id) == taken
        assert tx.deliveries.take(first, "alerts-2", NOON) is None
        assert {one.id for one in tx.deliveries.on_the_wire()} == {first.id, "d5"}


def test_two_who_take_the_same_at_once_do_not_both_get_it(store):
    with store.transaction() as tx:
        tx.deliveries.plan(message())

    def take(worker: int):
        with store.transaction() as tx:
            return tx.deliveries.take(message(), f"alerts-{worker}", NOON)

    with ThreadPoolExecutor(4) as pool:
        assert len([one for one in pool.map(take, range(8)) if one]) == 1


def test_deliveries_are_found_by_incident_person_and_state_in_pages(store):
    with store.transaction() as tx:
        for number in range(5):
            tx.deliveries.plan(message(number, person=("anna", "ben")[number % 2], incident=f"i{number // 3}"))
        tx.deliveries.save(message(4, incident="i1", state="given_up"))
        page = tx.deliveries.find(limit=2)
        assert [one.id for one in page.items] == ["d4", "d3"]
        assert [one.id for one in tx.deliveries.find(cursor=page.next).items] == ["d2", "d1", "d0"]
        assert [one.id for one in tx.deliveries.find(incident="i0", person="anna").items] == ["d2", "d0"]
        assert [one.id for one in tx.deliveries.find(state="given_up").items] == ["d4"]
        assert [one.id for one in tx.deliveries.of(["i1"])] == ["d3", "d4"]


def test_how_far_telling_has_come_is_kept(store):
    with store.transaction() as tx:
        tx.dispatch.alone()
        assert (tx.dispatch.position(), tx.dispatch.progress(["i1"])) == (0, {})
        assert (tx.dispatch.stalls(), tx.dispatch.beat()) == ({}, None)
        tx.dispatch.move(7)
        tx.dispatch.keep("i1", Progress(("0 duty",), ("anna",)))
        tx.dispatch.keep("i2", Progress())
        tx.dispatch.forget("i2")
        tx.dispatch.note({"service:analysis": Stall(NOON, None, {"en": "It does not answer."})})
        tx.dispatch.beaten(Beat(NOON, good=False, said="HTTP 500"))
    with store.reading() as tx:
        assert tx.dispatch.position() == 7
        assert tx.dispatch.progress(["i1", "i2"]) == {"i1": Progress(("0 duty",), ("anna",))}
        assert tx.dispatch.stalls()["service:analysis"].since == NOON
        assert tx.dispatch.beat().said == "HTTP 500"


def test_no_event_is_passed_over_while_another_is_being_written(store):
    """A number that is given earlier and committed later would be lost to who reads on by number."""
    seen = [0]

    def write(worker: int) -> None:
        for _ in range(20):
            with store.transaction() as tx:
                tx.events.append(IncidentEvent(f"i{worker}", "b", NOON, "opened", "system", "alerts", "warning"))

    def read() -> None:
        with store.reading() as tx:
            seen.extend(event.number for event in tx.events.after(seen[-1]))

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(write, worker) for worker in range(3)]
        while not all(job.done() for job in jobs):
            read()
    read()
    assert len(seen) == 61


def test_the_id_of_a_delivery_says_what_it_is_about():
    assert delivery_id("i1", "anna", "w1", "e7") == delivery_id("i1", "anna", "w1", "e7")
    assert delivery_id("i1", "anna", "w1", "e7") != delivery_id("i1", "anna", "w1e", "7")
