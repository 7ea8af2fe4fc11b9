"""Persons, shifts, duty and chains over HTTP."""

from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.domain.actor import GRANTS
from app.store.tokens import digest_of
from tests.unit.dashboard.api.conftest import HERE

pytestmark = pytest.mark.anyio

MAIL = {"kind": "mail", "address": "anna@example.org", "least": "warning", "label": "work"}
HOOK = {"kind": "webhook", "address": "https://hooks.example.org/T0/secret?key=1"}
QUIET = {"days": ["mon", "tue"], "from": "22:00", "to": "06:30", "breaks_for": "warning"}
ANNA = {"name": "Anna Ärmel", "language": "en", "ways": [MAIL, HOOK], "quiet": [QUIET], "brands": ["other"]}
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ROUND = {"days": EVERY_DAY, "from": "00:00", "to": "00:00"}


async def test_somebody_is_added_changed_and_removed(http):
    made = await http.post("/api/v1/people", json=ANNA)
    assert (made.status_code, made.headers["location"]) == (201, "/api/v1/people/anna-aermel")
    one = made.json()
    assert one["ways"][1] == {
        "id": one["ways"][1]["id"], "kind": "webhook", "least": "note", "label": "",
        "shown": "https://hooks.example.org/…", "address": HOOK["address"],
    }  # fmt: skip
    assert (one["quiet"], one["zone"], one["brands"]) == ([QUIET], "Europe/Berlin", ["other"])
    assert (await http.get("/api/v1/people/anna-aermel")).json() == one
    assert (await http.get("/api/v1/people")).json() == {"items": [one], "next": None}
    kept = [{"id": way["id"], "kind": way["kind"], "address": way["shown"]} for way in one["ways"]]
    changed = (await http.put("/api/v1/people/anna-aermel", json={"name": "Anna", "ways": kept})).json()
    assert [way["address"] for way in changed["ways"]] == [MAIL["address"], HOOK["address"]]
    assert (await http.delete("/api/v1/people/anna-aermel")).status_code == 204
    for gone in (await http.get("/api/v1/people/anna-aermel"), await http.delete("/api/v1/people/anna-aermel")):
        assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")
        assert "GET /api/v1/people" in gone.json()["detail"]


WRONG = [
    ({"name": ""}, "Write a name"),
    ({"name": "A", "zone": "Mars"}, "no time zone"),
    ({"name": "A", "language": "fr"}, "language"),
    ({"name": "A", "brands": ["nowhere"]}, "no brand 'nowhere'; choose of: nordlicht"),
    ({"name": "A", "ways": [{"kind": "mail", "address": "secret"}]}, "Way 1: This is no mail address"),
    ({"name": "A", "ways": [{"kind": "webhook", "address": "http://a.example/secret"}]}, "needs https://"),
    ({"name": "A", "ways": [{"kind": "pigeon", "address": "secret"}]}, "ways.0.kind"),
    ({"name": "A", "quiet": [{**QUIET, "from": "25:00"}]}, "write a time like 07:30"),
    ({"name": "A", "quiet": [{**QUIET, "days": ["someday"]}]}, "quiet.0.days"),
    ({"name": "A", "mother": "B"}, "mother"),
    ({"name": "A", "id": "duty"}, "not duty, backup or all"),
]
"""What cannot be → a part of what is said of it."""


async def test_what_cannot_be_gets_a_sentence(http):
    for body, said in WRONG:
        answer = await http.post("/api/v1/people", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert said in answer.json()["detail"]
        assert "secret" not in answer.text


async def test_an_id_is_taken_once(http):
    await http.post("/api/v1/people", json={"id": "anna", "name": "Anna"})
    again = await http.post("/api/v1/people", json={"id": "anna", "name": "Anna"})
    assert again.status_code == 409
    assert "PUT /api/v1/people/anna" in again.json()["detail"]


async def test_without_anybody_that_is_said(http):
    duty = (await http.get("/api/v1/duty")).json()
    assert (duty["nobody"], duty["everybody"], duty["told"], duty["on_duty"]) == (True, False, [], [])
    assert len(duty["gaps"]) == 1


async def test_who_is_on_duty_until_when_and_where_the_gaps_are(http):
    for name in ("anna", "ben"):
        await http.put(f"/api/v1/people/{name}", json={"name": name.title(), "ways": [MAIL]})
    everybody = (await http.get("/api/v1/duty")).json()
    assert (everybody["everybody"], everybody["told"]) == (True, ["anna", "ben"])
    day = {"days": EVERY_DAY, "from": "08:00", "to": "20:00"}
    made = await http.post("/api/v1/shifts", json={"person": "anna", "weekly": day})
    assert made.status_code == 201
    assert made.json()["weekly"] == {**day, "zone": "Europe/Berlin", "first": None, "last": None}
    await http.post("/api/v1/shifts", json={"person": "ben", "role": "backup", "brands": ["other"], "weekly": ROUND})
    noon, zone = "2026-11-21T12:00:00+01:00", ZoneInfo("Europe/Berlin")
    duty = (await http.get("/api/v1/duty", params={"at": noon, "brand": "nordlicht"})).json()
    assert duty["on_duty"] == [{"id": "anna", "name": "Anna", "role": "primary"}]
    assert (duty["told"], duty["everybody"]) == (["anna"], False)
    assert datetime.fromisoformat(duty["next_change"]) == datetime(2026, 11, 21, 20, tzinfo=zone)
    assert len(duty["gaps"]) == 14
    assert datetime.fromisoformat(duty["gaps"][0]["to"]) == datetime(2026, 11, 22, 8, tzinfo=zone)
    other = (await http.get("/api/v1/duty", params={"at": noon, "brand": "other"})).json()
    assert [(one["id"], one["role"]) for one in other["on_duty"]] == [("anna", "primary"), ("ben", "backup")]
    assert (other["gaps"], other["told"]) == ([], ["anna"])
    assert (await http.get("/api/v1/duty", params={"brand": "nowhere"})).status_code == 404
    assert (await http.get("/api/v1/duty", params={"at": "9999-12-31T00:00:00Z"})).status_code == 422


async def test_shifts_come_and_go(http):
    await http.put("/api/v1/people/anna", json={"name": "Anna", "ways": [MAIL]})
    now = datetime.now(tz=ZoneInfo("UTC")).replace(microsecond=0)
    once = {"from": now.isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    made = (await http.post("/api/v1/shifts", json={"person": "anna", "role": "absent", "once": once})).json()
    assert (await http.get("/api/v1/shifts")).json()["items"] == [made]
    for wrong, said in [
        ({"person": "anna"}, "either `weekly` or `once`"),
        ({"person": "anna", "once": once, "weekly": ROUND}, "either `weekly` or `once`"),
        ({"person": "ben", "once": once}, "no person 'ben'; choose one of: anna"),
        ({"person": "anna", "once": {"from": once["to"], "to": once["from"]}}, "ends after it begins"),
        ({"person": "anna", "weekly": {**ROUND, "days": []}}, "on which days"),
    ]:
        answer = await http.post("/api/v1/shifts", json=wrong)
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.text
    assert (await http.delete(f"/api/v1/shifts/{made['id']}")).status_code == 204
    assert (await http.delete(f"/api/v1/shifts/{made['id']}")).status_code == 404


async def test_a_chain_is_the_default_then_common_then_its_own(http):
    first = (await http.get("/api/v1/chains/nordlicht")).json()
    assert (first["source"], [step["who"] for step in first["steps"]]) == ("default", ["duty", "backup", "all"])
    await http.put("/api/v1/people/anna", json={"name": "Anna"})
    common = {"steps": [{"after": 300, "who": "all", "least": "crisis"}, {"after": 0, "who": "anna"}]}
    saved = (await http.put("/api/v1/chains/*", json=common)).json()
    assert (saved["source"], [step["who"] for step in saved["steps"]]) == ("own", ["anna", "all"])
    assert (await http.get("/api/v1/chains/nordlicht")).json()["source"] == "common"
    own = {"steps": [{"after": 0, "who": "duty", "least": "note"}]}
    assert (await http.put("/api/v1/chains/nordlicht", json=own)).json() == {
        "brand": "nordlicht", "source": "own", **own,
    }  # fmt: skip
    assert (await http.delete("/api/v1/people/anna")).status_code == 409
    for brand, body, status in [
        ("nowhere", own, 404), ("nordlicht", {"steps": []}, 422), ("*", {"steps": [{"after": 0, "who": "x"}]}, 422),
    ]:  # fmt: skip
        assert (await http.put(f"/api/v1/chains/{brand}", json=body)).status_code == status
    assert (await http.delete("/api/v1/chains/nordlicht")).status_code == 204
    assert (await http.delete("/api/v1/chains/nordlicht")).status_code == 404


@asynccontextmanager
async def machine(app, store):
    """Come from elsewhere with a token."""
    with store.transaction() as tx:
        tx.tokens.add("till", digest_of("secret"), 0.0)
    headers = {"Authorization": "Bearer secret"}
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
        yield client


async def test_strangers_see_nobody_and_change_nothing(app, store):
    async with machine(app, store) as till:
        for headers in ({}, {"Authorization": ""}):
            paths = ("people", "people/anna", "shifts", "duty", "duty.ics", "chains/nordlicht")
            for path in (*(f"/api/v1/{one}" for one in paths), "/admin/people/board"):
                answer = await till.get(path, headers=headers)
                assert answer.status_code == 403, path
            assert (await till.put("/api/v1/people/anna", json={"name": "A"}, headers=headers)).status_code == 403
            assert (await till.delete("/api/v1/shifts/s", headers=headers)).status_code == 403


async def test_who_may_look_but_not_write_sees_addresses_masked(http, app, store, monkeypatch):
    await http.put("/api/v1/people/anna", json={"name": "Anna", "ways": [MAIL, HOOK]})
    monkeypatch.setitem(GRANTS, "machine", frozenset({"person.read"}))
    async with machine(app, store) as viewer:
        for answer in (await viewer.get("/api/v1/people"), await viewer.get("/api/v1/people/anna")):
            assert answer.status_code == 200
            assert "secret" not in answer.text
            assert "anna@" not in answer.text
            assert "a…@example.org" in answer.text


async def test_no_address_reaches_the_audit_log(http, store):
    await http.put("/api/v1/people/anna", json={"name": "Anna", "ways": [MAIL, HOOK]})
    await http.delete("/api/v1/people/anna")
    with store.reading() as tx:
        rows = tx.audit.find().items
    assert [row.verb for row in rows] == ["person.remove", "person.write"]
    assert "example" not in repr(rows)


async def test_the_calendar_file_holds_every_spell_of_duty(http):
    await http.put("/api/v1/people/anna", json={"name": "Anna; " + "ä" * 70})
    weekly = {"days": ["sat"], "from": "22:00", "to": "06:00"}
    await http.post("/api/v1/shifts", json={"person": "anna", "weekly": weekly})
    answer = await http.get("/api/v1/duty.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.content.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert max(map(len, lines)) <= 75
    events = answer.text.replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    assert len(events) in {12, 13, 14}
    assert "SUMMARY:Anna\\; " + "ä" * 70 + ": Dienst" in events[0]
    assert len({line for event in events for line in event.splitlines() if line.startswith("UID")}) == len(events)


async def test_the_page_is_painted_from_the_board(http):
    await http.put("/api/v1/people/anna", json={"name": "Anna", "ways": [MAIL]})
    weekly = {"person": "anna", "weekly": ROUND, "brands": ["other"]}
    assert (await http.post("/api/v1/shifts", json=weekly)).status_code == 201
    asked = {"lang": "en", "brand": "other", "person": "anna"}
    board = (await http.get("/admin/people/board", params=asked)).json()
    assert set(board) == {"warning", "persons", "now", "week", "shifts", "chain"}
    assert "On duty now: Anna" in repr(board["now"])
    assert "nobody" not in repr(board["week"])
    nowhere = (await http.get("/admin/people/board", params=asked | {"brand": "nowhere"})).json()
    assert nowhere["now"] == board["now"], "a brand there is not is no brand"
    other = (await http.get("/admin/people/board", params=asked | {"brand": "nordlicht"})).json()
    assert "Nobody has duty hours" not in repr(board["now"])
    assert "Nobody is on duty now" in repr(other["now"])
