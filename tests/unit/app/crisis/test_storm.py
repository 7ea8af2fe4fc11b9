import anyio
import msgspec
import pytest

from app.bus.redis import RedisBus
from app.crisis import open_incident, resolve_incident, update_incident
from app.domain.actor import Actor, system
from app.domain.incident import Incident
from app.errors import Conflict, NotAllowed, NotFound
from app.store.engine import Store

pytestmark = pytest.mark.anyio
ALERTS = system("alerts")
MADE = Incident(
    "i1", "acme", 0.0, "firing", "warning", (), peak=80, since=90.0, reason={"de": "Sturm.", "en": "A storm."}
)


def with_(incident: Incident, **changes) -> Incident:
    return msgspec.structs.replace(incident, **changes)


async def test_opening_leaves_one_row_one_audit_entry_and_one_event(store: Store, bus: RedisBus):
    opened = await open_incident(store, bus, ALERTS, MADE, at=100.0)
    assert (opened.state, opened.opened_at, opened.updated_at) == ("firing", 100.0, 100.0)
    with store.reading() as tx:
        assert tx.incidents.open() == [opened]
        (row,) = tx.audit.find().items
    assert (row.verb, row.actor_kind, row.actor, row.scope, row.subject) == (
        "incident.open",
        "system",
        "alerts",
        "acme",
        "i1",
    )
    assert row.detail == {"severity": "warning", "peak": 80, "state": "firing"}
    assert await bus.incidents() == [opened]


async def test_a_brand_has_one_open_incident(store: Store, bus: RedisBus):
    await open_incident(store, bus, ALERTS, MADE, at=100.0)
    with pytest.raises(Conflict, match="open incident already"):
        await open_incident(store, bus, ALERTS, with_(MADE, id="i2"), at=110.0)
    other = await open_incident(store, bus, ALERTS, with_(MADE, id="i3", brand="else"), at=110.0)
    with store.reading() as tx:
        assert [one.id for one in tx.incidents.open()] == ["i1", other.id]
        assert len(tx.audit.find().items) == 2


async def test_an_incident_begins_firing(store: Store, bus: RedisBus):
    with pytest.raises(Conflict, match="begins firing"):
        await open_incident(store, bus, ALERTS, with_(MADE, state="resolved"), at=100.0)


async def test_an_update_keeps_state_and_birth_and_never_lowers(store: Store, bus: RedisBus):
    opened = await open_incident(store, bus, ALERTS, with_(MADE, severity="crisis"), at=100.0)
    with store.transaction() as tx:
        tx.incidents.save(with_(opened, state="acknowledged"))
    told = await update_incident(
        store, bus, ALERTS, with_(opened, severity="warning", peak=10, terms=("x",), opened_at=5.0), at=160.0
    )
    assert (told.state, told.severity, told.peak, told.opened_at) == ("acknowledged", "crisis", 80, 100.0)
    assert (told.terms, told.updated_at) == (("x",), 160.0)
    assert await bus.incidents() == [told]


async def test_resolving_ends_it_for_good(store: Store, bus: RedisBus):
    opened = await open_incident(store, bus, ALERTS, MADE, at=bus._clock.now())
    resolved = await resolve_incident(store, bus, ALERTS, opened, at=bus._clock.now())
    assert resolved.state == "resolved"
    assert resolved.resolved_at == resolved.updated_at
    for again in (resolve_incident, update_incident):
        with pytest.raises(Conflict, match="new storm opens a new one"):
            await again(store, bus, ALERTS, opened, at=bus._clock.now())
    assert [one.state for one in await bus.incidents()] == ["resolved"]
    with store.reading() as tx:
        assert tx.incidents.open() == []
        assert [row.verb for row in tx.audit.find().items] == ["incident.resolve", "incident.open"]


async def test_who_may_not_leaves_nothing_behind(store: Store, bus: RedisBus):
    for actor in (Actor("machine", "push", ("machine",)), Actor("system", "alerts", ("system",), ("else",))):
        with pytest.raises(NotAllowed):
            await open_incident(store, bus, actor, MADE, at=100.0)
    with store.reading() as tx:
        assert not tx.incidents.open()
        assert not tx.audit.find().items
    assert not await bus.incidents()


async def test_what_does_not_exist_cannot_be_updated(store: Store, bus: RedisBus):
    with pytest.raises(NotFound):
        await update_incident(store, bus, ALERTS, MADE, at=100.0)


async def test_of_those_who_open_at_the_same_instant_only_one_does(any_store: Store, bus: RedisBus):
    opened, refused = [], []

    async def open_one(number: int) -> None:
        try:
            opened.append(await open_incident(any_store, bus, ALERTS, with_(MADE, id=f"i{number}"), at=100.0))
        except Conflict:
            refused.append(number)

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(open_one, number)
    assert (len(opened), len(refused)) == (1, 3)
