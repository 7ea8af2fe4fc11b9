"""The log of deliveries, the test of a person's ways, and acknowledging by link."""

from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import httpx
import msgspec
import pytest

from alerts.notification.dispatcher import Dispatcher
from alerts.notification.message import Facts
from alerts.notification.payload import PLAIN, TIMES, payload
from app.config.alerting import AlertsSection
from app.domain.delivery import Attempt, Delivery
from app.domain.person import Person, Way
from app.domain.ticket import Ticket, issued
from dashboard.api import deliveries as routes_of_deliveries
from tests.acceptance.telling import SECRET, storm
from tests.peers.post_office import post_office
from tests.peers.receiver import Receiver

pytestmark = pytest.mark.anyio
MAIL, HOOK = Way("w1", "mail", "anna@example.org"), Way("w2", "webhook", "https://hooks.example.org/T0/s3cret")


@pytest.fixture
def now(context):
    return context.clock.now()


def told(number: int, now: float, **more) -> Delivery:
    made = Delivery(
        f"d{number}", "i1", "nordlicht", "anna", "w1", "mail", "opened", "warning", now + number, now + number
    )
    return msgspec.structs.replace(made, **more)


def keep(context, *deliveries: Delivery, incident=None) -> None:
    with context.store.transaction() as tx:
        tx.people.put(Person("anna", "Anna", language="en", ways=(MAIL, HOOK)))
        for one in deliveries:
            tx.deliveries.plan(one)
        if incident is not None:
            tx.incidents.save(incident)


async def test_deliveries_are_listed_with_proof_and_masked_addresses(context, http, now):
    proof = Attempt(now, "delivered", "250 Ok", 0.2)
    keep(
        context,
        told(1, now, state="delivered", attempts=(proof,)),
        told(2, now, way="w2", kind="webhook", state="held", held_until=now + 60),
        told(3, now, way="gone", person="ben", incident="", occasion="test"),
    )
    listed = (await http.get("/api/v1/deliveries")).json()["items"]
    assert [one["id"] for one in listed] == ["d3", "d2", "d1"]
    assert [one["address"] for one in listed] == [None, "https://hooks.example.org/…", "a…@example.org"]
    assert listed[2]["attempts"][0]["proof"] == "250 Ok"
    assert listed[0]["incident"] is None
    assert listed[1]["held_until"]
    for query, found in (("incident=i1", 2), ("person=ben", 1), ("state=held", 1), ("state=given_up", 0)):
        assert len((await http.get(f"/api/v1/deliveries?{query}")).json()["items"]) == found, query
    first = (await http.get("/api/v1/deliveries?limit=2")).json()
    assert [one["id"] for one in (await http.get(f"/api/v1/deliveries?cursor={first['next']}")).json()["items"]] == [
        "d1"
    ]
    assert (await http.get("/api/v1/deliveries?state=lost")).status_code == 422


@asynccontextmanager
async def telling(context, section: AlertsSection):
    """Run a dispatcher beside the dashboard."""
    config = context.config.model_copy(update={"alerts": section})
    dispatcher = Dispatcher(replace(context, start=config))
    async with anyio.create_task_group() as group:
        group.start_soon(dispatcher.run)
        yield
        group.cancel_scope.cancel()


async def test_a_test_goes_by_every_way_and_answers_with_proof(context, http):
    with post_office() as office:
        async with Receiver.running() as receiver:
            receiver.script = [410]
            hook = msgspec.structs.replace(HOOK, address=f"{receiver.url}/s3cret")
            with context.store.transaction() as tx:
                tx.people.put(Person("anna", "Anna", language="en", ways=(MAIL, hook)))
            mail = {"host": "127.0.0.1", "port": office.port, "sender": "l@example.org", "encryption": "none"}
            async with telling(context, AlertsSection(mail=mail, webhook={"secret": SECRET})):
                answer = await http.post("/api/v1/people/anna/test")
    said = answer.json()
    assert (answer.status_code, said["works"]) == (200, False)
    assert said["said"] == "webhook: The receiver answers HTTP 410."
    assert [one["state"] for one in said["items"]] == ["delivered", "given_up"]
    assert "queued as 0001" in said["items"][0]["attempts"][0]["proof"]
    assert "s3cret" not in answer.text
    assert office.letters[0]["Subject"] == "TEST · Test message from Emberwatch"
    assert msgspec.json.decode(receiver.came[0].body)["type"] == "test"
    with context.store.reading() as tx:
        assert tx.audit.find().items[0].verb == "person.test"


async def test_a_test_that_nobody_sends_says_so(context, http, monkeypatch):
    monkeypatch.setattr(routes_of_deliveries, "PATIENCE", 0.1)
    keep(context)
    said = (await http.post("/api/v1/people/anna/test")).json()
    assert (said["works"], "alerts service running" in said["said"]) == (False, True)
    german = (await http.post("/api/v1/people/anna/test?lang=de")).json()
    assert german["said"] == "Niemand sendet: Läuft der Dienst alerts (`emberwatch run alerts`)?"
    assert (await http.post("/api/v1/people/nobody/test")).status_code == 404
    with context.store.transaction() as tx:
        tx.people.put(Person("ben", "Ben"))
    assert (await http.post("/api/v1/people/ben/test")).status_code == 409


async def test_only_who_may_change_people_sends_tests(context, app, http):
    keep(context)
    transport = httpx.ASGITransport(app, client=("10.0.0.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8050") as stranger:
        assert (await stranger.post("/api/v1/people/anna/test")).status_code == 403
        assert (await stranger.get("/api/v1/deliveries")).status_code == 403


def link(context, now: float, person: str = "anna", lasts: float = 60.0) -> str:
    return f"/acknowledge/{issued(context.store.secret(), Ticket('i1', person, now + lasts))}"


async def test_opening_the_link_does_nothing_and_pressing_acknowledges_in_the_persons_name(context, app, now):
    keep(context, incident=storm(opened_at=now, brand="nordlicht"))
    address = link(context, now)
    transport = httpx.ASGITransport(app, client=("198.51.100.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="https://leitstand.example.org") as phone:
        for _ in range(3):
            asked = await phone.get(address)
            assert asked.status_code == 200
            assert "Seen it?" in asked.text
            assert 'method="post"' in asked.text
            assert asked.headers["cache-control"] == "no-store"
        assert _incident(context).state == "firing"
        pressed = await phone.post(address)
        assert "Acknowledged" in pressed.text
        kept = _incident(context)
        assert (kept.state, kept.acknowledged_by) == ("acknowledged", "anna")
        assert (await phone.post(address)).status_code == 200, "pressed twice is pressed once"
        assert "Somebody has seen it already" in (await phone.get(address)).text


async def test_a_link_that_is_stale_forged_or_too_late_does_nothing(context, http, now):
    keep(context, incident=storm(opened_at=now, brand="nordlicht"))
    for wrong in (link(context, now, lasts=-1), "/acknowledge/forged", link(context, now, "nobody")):
        for method in ("GET", "POST"):
            answer = await http.request(method, wrong)
            assert answer.status_code == 410
            assert "gilt nicht" in answer.text
    assert _incident(context).state == "firing"
    keep(context, incident=storm(opened_at=now, brand="nordlicht", state="resolved", resolved_at=now, updated_at=now))
    late = await http.post(link(context, now))
    assert (late.status_code, "It is over already" in late.text) == (409, True)


async def test_what_got_worse_is_acknowledged_again(context, http, now):
    worse = storm(
        opened_at=now - 90, brand="nordlicht", state="acknowledged", acknowledged_at=now - 60, told_at=now - 30
    )
    keep(context, incident=worse)
    assert "Yes, I have seen it" in (await http.get(link(context, now))).text
    assert (await http.post(link(context, now))).status_code == 200
    assert "Somebody has seen it already" in (await http.get(link(context, now))).text


async def test_a_drill_says_so_on_its_page(context, http, now):
    keep(context, incident=storm(opened_at=now, brand="nordlicht", drill="d1"))
    address = link(context, now)
    assert "<h1>ÜBUNG/DRILL" in (await http.get(address)).text
    assert "<h1>ÜBUNG/DRILL" in (await http.post(address)).text


async def test_a_webhook_names_the_figures_of_an_incident_as_the_api_does(context, http, now):
    one = storm(opened_at=now, updated_at=now, brand="nordlicht", state="owned", owner="anna", acknowledged_at=now)
    keep(context, incident=one)
    facts = Facts(occasion="opened", language="de", zone="Europe/Berlin", at=now, severity="warning", incident=one)
    sent = msgspec.json.decode(payload(facts, told(1, now)))["data"]["incident"]
    shown = (await http.get("/api/v1/incidents/i1")).json()
    same = set(PLAIN) | set(TIMES) | {"since"}
    assert {name: sent[name] for name in same} == {name: shown[name] for name in same}


def _incident(context):
    with context.store.reading() as tx:
        return tx.incidents.get("i1")
