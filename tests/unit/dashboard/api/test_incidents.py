"""What persons do about incidents, over HTTP."""

from dataclasses import replace

import msgspec
import pytest

from app.clock import SystemClock
from app.crisis import open_incident
from app.domain.actor import system
from app.domain.brand import Topic
from app.domain.explanation import Counter, Driver, Evidence, Explanation, Lead
from app.domain.forecast import Forecast, Point
from app.domain.incident import Incident, Signal
from app.domain.level import Ground, Level
from app.domain.person import Person
from app.store.tokens import digest_of
from tests.unit.dashboard.rooms import said

pytestmark = pytest.mark.anyio
NOON = 1_795_000_020.0
SIGNAL = Signal("volume", "nordlicht", NOON, alarm=True, actual=90, expected=10, low=5, high=20, risk=9.5, window=300)
STORM = Incident("i1", "nordlicht", NOON, "firing", "warning", (SIGNAL,), reason={"de": "Sturm.", "en": "A storm."})
HERE = "/api/v1/incidents/i1"


@pytest.fixture
def context(context):
    return replace(context, start=context.start.model_copy(update={"topics": (Topic("bills", "Bills", "bill"),)}))


@pytest.fixture
async def storm(store, bus):
    with store.transaction() as tx:
        tx.people.put(Person("anna", "Anna"))
        tx.people.put(Person("ben", "Ben"))
    return await open_incident(store, bus, system("alerts"), STORM, SystemClock().now())


def state(answer) -> tuple[int, str, str | None]:
    return answer.status_code, answer.json()["state"], answer.json()["owner"]


async def test_an_incident_goes_through_hands_and_its_log_says_whose(http, store, bus, storm):
    assert state(await http.post(f"{HERE}/acknowledge", json={"person": "anna"})) == (200, "acknowledged", None)
    assert state(await http.post(f"{HERE}/own", json={"person": "anna"})) == (200, "owned", "anna")
    handed = {"to": "ben", "note": "Feierabend", "person": "anna"}
    assert state(await http.post(f"{HERE}/hand-over", json=handed)) == (200, "owned", "ben")
    await http.post(f"{HERE}/comment", json={"text": " Hotline hilft. ", "person": "ben"})
    await http.post(f"{HERE}/statement", json={"text": "Wir prüfen.", "url": "https://example.org/a", "person": "ben"})
    await http.post(f"{HERE}/tick", json={"step": "care_told", "person": "ben"})
    ended = await http.post(f"{HERE}/resolve", json={"reason": "behoben", "person": "ben"})
    assert (ended.json()["state"], ended.json()["resolved_by"], ended.json()["verdict"]) == ("resolved", "ben", None)
    judged = await http.post(f"{HERE}/verdict", json={"verdict": "real", "person": "anna"})
    assert (judged.json()["verdict"], judged.json()["acknowledged_by"]) == ("real", "anna")
    assert judged.json() == (await http.get(HERE)).json()
    log = (await http.get(f"{HERE}/events")).json()["items"]
    assert [(one["kind"], one["actor"]) for one in log] == [
        ("opened", "alerts"),
        ("acknowledged", "anna"),
        ("owned", "anna"),
        ("handed_over", "anna"),
        ("commented", "ben"),
        ("statement", "ben"),
        ("ticked", "ben"),
        ("resolved", "ben"),
        ("verdict", "anna"),
    ]
    assert log[3]["detail"] == {"owner": "ben", "before": "anna", "note": "Feierabend"}
    assert log[4]["detail"] == {"text": "Hotline hilft."}
    with store.reading() as tx:
        rows = tx.audit.find().items[::-1]
    assert [row.verb.removeprefix("incident.") for row in rows] == [
        "open", "acknowledge", "own", "hand_over", "comment", "statement", "tick", "resolve", "verdict",
    ]  # fmt: skip
    assert {row.actor for row in rows[1:]} == {"loopback"}
    assert rows[1].detail["person"] == "anna"
    assert "Hotline" not in str([row.detail for row in rows]), "the audit log holds figures and ids"
    assert [one.verdict for one in await bus.incidents()] == ["real"]


async def test_without_a_body_it_is_whoever_sits_at_the_machine(http, storm):
    assert (await http.post(f"{HERE}/acknowledge")).json()["acknowledged_by"] == "loopback"
    assert state(await http.post(f"{HERE}/own")) == (200, "owned", "loopback")
    assert state(await http.post(f"{HERE}/resolve")) == (200, "resolved", "loopback")
    again = await http.post(f"{HERE}/false-alarm")
    assert (again.status_code, again.json()["verdict"]) == (200, "noise")


WRONG = [
    ("own", {"person": "nobody"}, 404, "There is no person 'nobody'; GET /api/v1/people lists them."),
    ("hand-over", {"to": "nobody"}, 404, "There is no person 'nobody'; GET /api/v1/people lists them."),
    ("comment", {"text": " "}, 422, "A comment needs words; `text` is empty."),
    ("comment", {}, 422, "A comment needs words; `text` is empty."),
    ("statement", {}, 422, "A statement needs words; `text` is empty."),
    ("hand-over", {}, 422, "A hand-over needs `to`"),
    ("silence", {"minutes": 60}, 422, "A silence needs a reason"),
    ("verdict", {"verdict": "perhaps"}, 422, "verdict: Input should be 'real' or 'noise'"),
    ("tick", {"step": " "}, 422, "A tick needs `step`, the id of a step. GET /api/v1/playbooks lists the steps."),
    ("tick", {}, 422, "A tick needs `step`, the id of a step."),
    ("tick", {"step": "nope"}, 422, "There is no step 'nope' in any playbook."),
    ("tick", {"step": "x" * 90}, 422, "There is no step 'xxx"),
    ("statement", {"text": "x", "at": "2999-01-01T00:00:00Z"}, 422, "give `at` as an instant that has come"),
    ("statement", {"text": "x", "url": "javascript:1"}, 422, "begins with https:// or http://"),
    ("silence", {"reason": "x"}, 422, "a silence needs one end: give `until` or `minutes`"),
    ("silence", {"reason": " ", "minutes": 60}, 422, "A silence needs a reason"),
    ("silence", {"reason": "x", "minutes": 0.5}, 422, "at least a minute from now"),
    ("silence", {"reason": "x", "minutes": 43_201}, 422, "30 days at most"),
    ("silence", {"reason": "x", "minutes": 60, "severity": "note"}, 422, "would not silence i1, a warning"),
]


async def test_what_cannot_be_is_said_in_a_sentence_and_leaves_nothing(http, store, storm):
    for path, body, status, sentence in WRONG:
        answer = await http.post(f"{HERE}/{path}", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert sentence in answer.json()["detail"]
    with store.reading() as tx:
        assert len(tx.events.of("i1")) == len(tx.audit.find().items) == 1
        assert tx.incidents.get("i1") == storm


async def test_what_another_did_before_is_said(http, storm):
    await http.post(f"{HERE}/acknowledge", json={"person": "anna"})
    answer = await http.post(f"{HERE}/acknowledge", json={"person": "ben"})
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("anna has acknowledged the incident i1 at 20")
    await http.post(f"{HERE}/own", json={"person": "ben"})
    answer = await http.post(f"{HERE}/own", json={"person": "anna"})
    assert answer.json()["detail"] == "ben has the incident i1 in hand already; have it handed over instead."
    await http.post(f"{HERE}/resolve", json={"person": "ben"})
    answer = await http.post(f"{HERE}/resolve", json={"person": "anna"})
    assert (answer.status_code, "was resolved at 20" in answer.json()["detail"]) == (409, True)
    assert (await http.post(f"{HERE}/own", json={"person": "anna"})).status_code == 409
    assert (await http.post("/api/v1/incidents/none/own")).status_code == 404


async def test_machines_handle_incidents_only_if_they_are_granted_to(http, store, storm):
    with store.transaction() as tx:
        tx.tokens.add("crm", digest_of("one"), NOON)
        tx.tokens.add("pager", digest_of("two"), NOON, ("responder",))
    for token, status in (("one", 403), ("two", 200)):
        answer = await http.post(f"{HERE}/acknowledge", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text
    assert answer.json()["acknowledged_by"] == "pager"
    for path in ("resolve", "false-alarm"):
        answer = await http.post(f"{HERE}/{path}", headers={"Authorization": "Bearer two"})
        assert answer.status_code == 403


async def test_a_silence_begins_on_an_incident_and_ends_by_hand(http, storm):
    until = {"reason": "Bekannte Störung", "minutes": 120, "person": "anna"}
    kept = (await http.post(f"{HERE}/silence", json=until)).json()
    (silence,) = (await http.get("/api/v1/silences?state=active")).json()["items"]
    assert (silence["id"], silence["owner"], silence["incident"]) == (kept["silence"], "anna", "i1")
    assert (silence["severity"], silence["until"]) == ("warning", kept["silent_until"])
    (listed,) = (await http.get("/api/v1/incidents?state=open")).json()["items"]
    assert listed["silence"] == silence["id"]
    assert (await http.delete(f"/api/v1/silences/{silence['id']}?person=ben")).status_code == 204
    answer = await http.delete(f"/api/v1/silences/{silence['id']}")
    assert answer.json()["detail"] == f"The silence {silence['id']} is over already; ben ended it."
    assert (await http.get(HERE)).json()["silence"] is None
    assert (await http.get("/api/v1/silences?state=active&brand=nordlicht")).json()["items"] == []
    (over,) = (await http.get("/api/v1/silences?state=over")).json()["items"]
    assert (over["active"], over["ended_by"]) == (False, "ben")
    assert [one["kind"] for one in (await http.get(f"{HERE}/events")).json()["items"]] == [
        "opened", "silenced", "unsilenced",
    ]  # fmt: skip


SILENCES = [
    ({"brand": "nordlicht"}, 201, ""),
    ({"brand": "nordlicht", "topic": "bills"}, 201, ""),
    ({"brand": "nordlicht", "detector": "volume", "severity": "crisis"}, 201, ""),
    ({"brand": "nowhere"}, 404, "There is no brand 'nowhere'"),
    ({"brand": "nordlicht", "topic": "weather"}, 404, "nordlicht has no topic 'weather'; choose one of: bills."),
    ({"brand": "nordlicht", "rule": "r9"}, 422, "rule: there is none of id 'r9'; there are none."),
    ({"brand": "nordlicht", "detector": "gut"}, 422, "detector: there is none called 'gut'; choose one of: "),
]


async def test_a_silence_begins_freely(http):
    for body, status, sentence in SILENCES:
        answer = await http.post("/api/v1/silences", json={**body, "reason": "Wartung", "minutes": 60})
        assert answer.status_code == status, answer.text
        assert sentence in answer.text


async def test_incidents_are_found_by_what_they_are(http, store):
    shown = {"severity": "crisis", "topic": "bills", "owner": "anna", "verdict": "real", "drill": "d1"}
    with store.transaction() as tx:
        tx.incidents.save(STORM)
        tx.incidents.save(msgspec.structs.replace(STORM, id="i2", state="owned", **shown))
    for name, value in [*shown.items(), ("state", "owned")]:
        found = (await http.get(f"/api/v1/incidents?{name}={value}")).json()["items"]
        assert [one["id"] for one in found] == ["i2"], name
    assert len((await http.get("/api/v1/incidents?state=open")).json()["items"]) == 2


async def test_an_explanation_level_and_forecast_are_shown_without_deleted_mentions(http, store):
    explanation = Explanation(
        NOON,
        9,
        1,
        0.5,
        2,
        first="gone",
        drivers=(Driver("bill", 3, 4.0),),
        leads=(Lead("a1", 0.5, 10, 2),),
        channels={"chat": 3},
        evidence=(Evidence("key1", "first"), Evidence("gone", "newest")),
        counters=(Counter("without_author", holds=None),),
        confidence=0.8,
    )
    level = Level(2, (Ground("pace", 2, 9, 5, met=True),))
    forecast = Forecast(NOON, None, NOON, NOON + 3600, 5, 9, (Point(NOON, 1, 2, 3),), 0.8, 4)
    with store.transaction() as tx:
        tx.mentions.upsert([(said(1, NOON), 1)])
        tx.incidents.save(msgspec.structs.replace(STORM, explanation=explanation, level=level, forecast=forecast))
    one = (await http.get(HERE)).json()
    assert [post["mention"] for post in one["explanation"]["evidence"]] == ["key1"]
    assert (one["explanation"]["first"], one["explanation"]["ratio"]) == (None, 9)
    assert (one["level"]["value"], one["level"]["grounds"][0]["condition"]) == (2, "pace")
    assert one["forecast"]["curve"][0]["high"] == 3
    assert (await http.get("/api/v1/incidents")).json()["items"] == [one]


async def test_a_silence_without_a_real_end_is_refused(http):
    for minutes in ("NaN", "Infinity", "1e999"):
        body = f'{{"brand": "nordlicht", "reason": "x", "minutes": {minutes}}}'
        answer = await http.post("/api/v1/silences", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, "finite" in answer.json()["detail"]) == (422, True)
