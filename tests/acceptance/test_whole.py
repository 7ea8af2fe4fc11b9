"""The whole system as a newcomer meets it: start, watch, push, stop, start again (must show 1, 4, 7)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.clock import SystemClock
from app.domain.instant import rfc3339
from tests.fixtures.system import until
from tests.fixtures.whole import SERVICES, Whole

DEMO = """
site: {name: Test, zone: Europe/Berlin, language: de}
brands:
  - {id: nordlicht, name: Nordlicht Strom, query: '"Nordlicht Strom" OR #nordlicht OR @nordlichtstrom', demo: true}
  - {id: acme, name: Acme, query: 'acme'}
sources:
  - {id: demo, connector: demo, seed: 7, rate: 80}
  - {id: push, connector: push}
"""


def total(system: Whole, brand: str) -> int:
    """Return how many mentions of a brand the API counts within the last two hours."""
    start = rfc3339(SystemClock().now() - 7200)
    answer = system.get(f"/api/v1/brands/{brand}/tally?step=3600&from={start}")
    return sum(bucket["count"] for bucket in answer["items"]) if answer else 0


def line(number: int, **changes: object) -> bytes:
    mention = {
        "channel": "forum",
        "id": f"thread-{number}",
        "published_at": datetime.now(UTC).isoformat(),
        "text": f"Acme hat Nummer {number} geliefert.",
        "author": {"id": f"user-{number}", "followers": number},
    }
    return json.dumps({**mention, **changes}).encode()


def test_a_newcomer_starts_watches_stops_and_starts_again(whole: Callable[[str], Whole]) -> None:
    system = whole(DEMO)
    fresh = system.start()
    first = until(lambda: total(system, "nordlicht"), "a mention", 15)
    more = until(lambda: max(0, total(system, "nordlicht") - first), "the count to rise", 15)
    assert {name for name in SERVICES if system.service(name)} == set(SERVICES)
    assert len(system.processes()) == len(SERVICES) + 1, "one process a service, and Redis"
    assert system.stop() == {}, "Ctrl-C leaves nothing running"
    assert system.start() < max(15, 2 * fresh), "what it kept does not hold up the next start"
    until(lambda: total(system, "nordlicht") >= first + more, "the first run's data")


def test_push_keeps_the_good_lines_and_names_the_bad(whole: Callable[[str], Whole]) -> None:
    system = whole(DEMO)
    system.start()
    said = system.run("token", "add", "crm")
    token = next(word for word in said.stdout.split() if len(word) >= 40)
    assert system.post("/api/v1/mentions", line(1))[0] == 401
    assert system.post("/api/v1/mentions", line(1), "wrong")[0] == 401
    bad = line(2, published_at="yesterday")
    body = b"\n".join([line(1), b"{", bad, line(3, text="of somebody else"), line(1), line(4)])
    status, answer = system.post("/api/v1/mentions", body, token)
    assert status == 202
    counts = {name: answer[name] for name in ("accepted", "duplicates", "edited", "deleted", "unmatched")}
    assert counts == {"accepted": 2, "duplicates": 1, "edited": 0, "deleted": 0, "unmatched": 1}
    assert [(row["line"], row["field"]) for row in answer["rejected"]][1] == (3, "published_at")
    assert [row["line"] for row in answer["rejected"]] == [2, 3]
    assert all(row["error"] for row in answer["rejected"])
    for garbage in (b"\xff\x00garbage" * 1_200_000, b"\xff\x00garbage\n" * 1_000_000):
        status, problem = system.post("/api/v1/mentions", garbage, token)
        assert 400 <= status < 500
        assert problem["status"] == status
    until(lambda: total(system, "acme") == 2, "two counted mentions")
    found = system.get("/api/v1/mentions?brand=acme")["items"]
    assert sorted(item["id"] for item in found) == ["thread-1", "thread-4"]
    edit = line(1, text="Acme hat doch nicht geliefert.", edited_at=datetime.now(UTC).isoformat())
    gone = json.dumps({"channel": "forum", "id": "thread-4", "deleted_at": datetime.now(UTC).isoformat()}).encode()
    status, answer = system.post("/api/v1/mentions", edit + b"\n" + gone, token)
    assert (answer["edited"], answer["deleted"]) == (1, 1)

    def settled() -> bool:
        items = system.get("/api/v1/mentions?brand=acme")["items"]
        return [item["text"] for item in items] == ["Acme hat doch nicht geliefert."]

    until(settled, "the edit and the deletion")
    assert total(system, "acme") == 2, "an edit adds nothing, a deletion keeps the count"


@pytest.mark.long
def test_the_demo_firestorm_opens_an_incident_within_three_minutes(whole: Callable[[str], Whole]) -> None:
    system = whole(DEMO.replace(", rate: 80", ""))
    system.start()
    until(lambda: total(system, "nordlicht"), "a mention", 15)
    assert system.run("demo", "storm").returncode == 0
    incidents = until(lambda: (system.get("/api/v1/incidents") or {}).get("items"), "an incident", 180)
    assert incidents[0]["brand"] == "nordlicht"
    assert all(incidents[0]["reason"][language] for language in ("de", "en"))
