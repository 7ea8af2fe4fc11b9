"""What persons decide: each verb once, in any order, and a sentence where it cannot be."""

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.bus.redis import RedisBus
from app.crisis import By, Handling, open_incident, resolve_incident, update_incident
from app.domain.actor import LOOPBACK, Actor
from app.errors import Conflict, NotAllowed, NotFound
from tests.unit.app.crisis.conftest import ALERTS, ANNA, BEN, STORM, Life

pytestmark = pytest.mark.anyio
VERBS = ("acknowledge", "own", "hand_over", "resolve", "false_alarm", "judge")


@pytest.fixture
def handling(life):
    return Handling(*life.all)


def call(handling, verb, by, incident="i1"):
    more = {"hand_over": ("anna",), "judge": ("real",)}.get(verb, ())
    return getattr(handling, verb)(by, incident, *more)


@pytest.mark.parametrize("verb", VERBS)
async def test_a_double_click_leaves_one_row_and_one_event(life, handling, verb):
    await life.open()
    once = await call(handling, verb, ANNA)
    life.clock.advance(1)
    assert await call(handling, verb, ANNA) == once == life.kept()
    assert (len(life.log()), len(life.audit())) == (2, 2)
    assert await life.shown() == once


@pytest.mark.parametrize("verb", VERBS)
async def test_who_may_not_or_is_not_there_leaves_nothing(life, handling, verb):
    await life.open()
    for actor in (Actor("machine", "crm", ("machine",)), Actor("person", "x", ("admin",), ("other",))):
        with pytest.raises(NotAllowed):
            await call(handling, verb, By(actor))
    with pytest.raises(NotFound, match="no person 'nobody'"):
        await call(handling, verb, By(LOOPBACK, "nobody"))
    with pytest.raises(NotFound, match="no incident 'i9'"):
        await call(handling, verb, ANNA, "i9")
    assert (life.log(), life.audit()) == (["opened"], ["incident.open"])


async def test_who_owns_has_seen_it_and_the_first_who_saw_it_stays_named(life, handling):
    await life.open()
    owned = await handling.own(ANNA, "i1")
    assert (owned.acknowledged_by, owned.acknowledged_at, owned.owner) == ("anna", life.clock.now(), "anna")
    assert await handling.acknowledge(ANNA, "i1") == owned
    with pytest.raises(Conflict, match="anna has the incident i1 in hand already"):
        await handling.acknowledge(BEN, "i1")
    life.clock.advance(60)
    handed = await handling.hand_over(BEN, "i1", "ben", "Ich übernehme.")
    assert (handed.owner, handed.acknowledged_by) == ("ben", "anna")
    assert life.details("handed_over") == [{"owner": "ben", "before": "anna", "note": "Ich übernehme."}]


async def test_what_got_worse_is_acknowledged_again_by_anybody_and_once(life, handling):
    opened = await life.open()
    await handling.own(ANNA, "i1")
    life.clock.advance(60)
    await update_incident(life.store, life.bus, ALERTS, replace(opened, peak=200.0), life.clock.now())
    assert life.kept().worse
    life.clock.advance(5)
    again = await handling.acknowledge(BEN, "i1")
    assert (again.state, again.owner, again.acknowledged_by, again.worse) == ("owned", "anna", "anna", False)
    assert again.seen_at == life.clock.now() > again.acknowledged_at
    assert life.log()[-1] == "acknowledged"
    with pytest.raises(Conflict):
        await handling.acknowledge(BEN, "i1")


async def test_what_is_over_is_not_taken_in_hand(life, handling):
    opened = await life.open()
    await resolve_incident(life.store, life.bus, ALERTS, opened, life.clock.now())
    for verb in ("acknowledge", "own", "hand_over"):
        with pytest.raises(Conflict, match="is resolved; a new storm opens a new one"):
            await call(handling, verb, ANNA)
    with pytest.raises(Conflict, match=r"was resolved at 2026-11-18T11:07:00\.000Z by alerts"):
        await handling.resolve(ANNA, "i1")


async def test_a_verdict_is_changed_at_any_time_and_read_by_brand(life, handling):
    await life.open()
    await handling.judge(ANNA, "i1", "real")
    await handling.resolve(ANNA, "i1", "vorbei")
    await handling.judge(BEN, "i1", "noise")
    assert life.details("verdict") == [{"verdict": "real", "before": None}, {"verdict": "noise", "before": "real"}]
    assert life.details("resolved") == [{"reason": "vorbei", "verdict": "real"}]
    await life.open(id="i2")
    await handling.false_alarm(BEN, "i2", "Namensvetter")
    await life.open(id="i3", drill="d1")
    await handling.false_alarm(BEN, "i3")
    await life.open(id="i4")
    with life.store.reading() as tx:
        assert [(one.id, one.verdict) for one in tx.incidents.judged("acme")] == [("i1", "noise"), ("i2", "noise")]
        assert tx.incidents.judged("other") == []


async def test_what_a_person_did_survives_what_detectors_tell_later(life, handling):
    """Planted: the caller remembers the incident as it was before."""
    opened = await life.open()
    await handling.own(ANNA, "i1")
    await handling.judge(ANNA, "i1", "real")
    told = await update_incident(life.store, life.bus, ALERTS, opened, life.clock.now() + 60)
    assert (told.state, told.owner, told.verdict, told.acknowledged_by) == ("owned", "anna", "real", "anna")


async def test_without_the_bus_it_is_kept_and_walls_catch_up_later(life, store, free_port):
    await life.open()
    away = RedisBus(f"redis://127.0.0.1:{free_port}", partitions=1, lag_limit=1000, clock=life.clock)
    owned = await Handling(store, away, life.clock).own(ANNA, "i1")
    assert life.kept() == owned
    assert (await life.shown()).owner is None
    await away.close()


async def test_of_two_who_take_it_at_the_same_instant_one_gets_it(any_store, bus, clock):
    life = Life(any_store, bus, clock)
    await open_incident(any_store, bus, ALERTS, STORM, clock.now())
    refused = []

    async def take(number: int) -> None:
        try:
            await Handling(*life.all).own(By(Actor("person", f"p{number}", ("admin",))), "i1")
        except Conflict:
            refused.append(number)

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(take, number)
    assert len(refused) == 3
    assert life.log() == ["opened", "owned"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from((ANNA, BEN))), max_size=7))
async def test_whatever_persons_do_the_log_the_rows_and_the_state_agree(life, handling, done):
    name = f"i{len(life.audit())}-{life.clock.now()}"
    life.clock.advance(3600)
    await life.open(id=name, brand=name)
    before = len(life.audit())
    for verb, by in done:
        try:
            await call(handling, verb, by, name)
        except Conflict as error:
            assert name in str(error)
    kept, log = life.kept(name), life.log(name)
    assert len(log) - 1 == len(life.audit()) - before
    assert (kept.state == "resolved") == ("resolved" in log) == (kept.resolved_at is not None)
    assert log.count("resolved") <= 1
    assert (kept.acknowledged_at is not None) == bool({"acknowledged", "owned", "handed_over"} & set(log))
    assert (kept.owner is not None) == bool({"owned", "handed_over"} & set(log))
