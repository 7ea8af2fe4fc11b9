"""The pages of incidents ask for nodes: of one, of all, of one brand; one that is not there is 404."""

import pytest

from app.clock import SystemClock
from app.crisis import open_incident, resolve_incident
from app.domain.actor import system
from app.domain.explanation import Explanation
from app.domain.incident import Incident
from app.domain.level import Level
from app.domain.person import Person
from tests.unit.dashboard.rooms import text

pytestmark = pytest.mark.anyio
ALERTS = system("alerts")


@pytest.fixture
async def storm(store, bus):
    now = SystemClock().now()
    with store.transaction() as tx:
        tx.people.put(Person("anna", "Anna Lund"))
    told = Explanation(now, 40, 5, 2, 9, channels={"forum": 3})
    storm = Incident("i1", "nordlicht", now, "firing", "warning", (), level=Level(3), explanation=told, since=now - 900)
    return await open_incident(store, bus, ALERTS, storm, now)


async def test_the_room_follows_what_persons_do(http, storm):
    first = (await http.get("/incident/i1/board?lang=en")).json()
    assert "Open, nobody has seen it yet" in text(first["nodes"])
    assert "Acknowledge" in text(first["nodes"])
    assert first["figure"]["layout"]["shapes"]
    await http.post("/api/v1/incidents/i1/own", json={"person": "anna"})
    await http.post("/api/v1/incidents/i1/tick", json={"step": "read", "person": "anna"})
    then = text((await http.get("/incident/i1/board?lang=de")).json()["nodes"])
    assert "Bei Anna Lund." in then
    assert "erledigt von Anna Lund" in then
    assert "Hat übernommen." in then


async def test_what_is_over_is_judged(http, storm, store, bus):
    await resolve_incident(store, bus, ALERTS, storm, SystemClock().now())
    shown = (await http.get("/incident/i1/board?lang=de")).json()
    assert "beendet von Erkennung" in text(shown["nodes"])
    assert "Nachbetrachtung" in text(shown["nodes"])


async def test_the_list_is_of_all_or_of_one_brand(http, storm):
    assert "/incident/i1?lang=de" in str((await http.get("/incidents/board")).json()["nodes"])
    assert "/incident/i1" not in str((await http.get("/incidents/board?brand=other")).json()["nodes"])


async def test_what_there_is_not_is_not_found(http):
    assert (await http.get("/incident/nothing/board")).status_code == 404
