import hashlib

import pytest
from starlette.responses import PlainTextResponse

from app.clock import SystemClock
from app.domain.actor import Actor
from app.domain.burst import Burst, Ground
from app.domain.incident import Incident, Resonance
from app.domain.source import SourceState
from app.domain.tally import MinuteTally
from tests.browser.publisher import CALM, Publisher
from tests.traffic import said as utterance
from tests.unit.dashboard.rooms import said

NOON = 1_795_000_020.0


pytestmark = pytest.mark.anyio


async def test_health(http, bus):
    assert (await http.get("/healthz")).text == "ok"
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert "Not heard from: alerts" in answer.json()["reason"]
    for name in ("alerts", "analysis", "archive", "dashboard", "ingest"):
        await bus.report_service(name, "one", SystemClock().now())
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["dead_letters"] == 0
    assert "emberwatch" in (await http.get("/metrics")).text


async def test_dead_letters_and_who_holds_publishing_back_are_told(http, bus):
    await bus.publish([utterance(n) for n in range(3)])
    [entry] = await bus.read("analysis", "a", 1, 1)
    await bus.bury(entry.partition, entry, "an analyzer failed")
    bus._pressure._limits["analysis"] = 2
    answer = (await http.get("/readyz")).json()
    assert answer["dead_letters"] == 1
    assert "Dead letters wait: 1; look at `emberwatch deadletter list`." in answer["reason"]
    assert "Publishing is held back: analysis is 2 entries behind, at most 2 may wait." in answer["reason"]
    assert "emberwatch_dead_letters 1.0" in (await http.get("/metrics")).text


async def test_mentions_are_found_and_paged(http, store):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(n, NOON - n, ("negative", "positive")[n % 2]), 1) for n in range(5)])
    first = (await http.get("/api/v1/mentions?brand=nordlicht&limit=2")).json()
    assert [item["id"] for item in first["items"]] == ["0", "1"]
    second = (await http.get("/api/v1/mentions", params={"limit": 9, "cursor": first["next"]})).json()
    assert [item["id"] for item in second["items"]] == ["2", "3", "4"]
    assert second["next"] is None
    positive = (await http.get("/api/v1/mentions?sentiment=positive&q=text&from=2026-11-18T00:00:00Z")).json()
    assert [item["id"] for item in positive["items"]] == ["1", "3"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/v1/mentions?limit=0", 422, "limit"),
        ("/api/v1/mentions?from=yesterday", 422, "from"),
        ("/api/v1/mentions?sentiment=angry", 422, "sentiment"),
        ("/api/v1/mentions?q=(open", 422, ""),
        ("/api/v1/mentions?words=!?", 422, "at least one"),
        ("/api/v1/mentions?words=" + "a+" * 1001, 422, "words"),
        ("/api/v1/mentions?cursor=nonsense", 422, "cursor"),
        ("/api/v1/mentions?brand=nobody", 404, "nordlicht, other"),
        ("/api/v1/brands/nobody/tally", 404, "nordlicht"),
        ("/api/v1/brands/nordlicht/tally?step=0", 422, "step"),
        (
            "/api/v1/brands/nordlicht/tally?step=7&from=2026-11-17T00:00:00Z&to=2026-11-19T00:00:00Z",
            422,
            "a day at most",
        ),
        ("/api/v1/brands/nordlicht/tally?from=2026-11-18T00:00:00Z&to=2026-11-17T00:00:00Z", 422, "from"),
        ("/api/v1/brands/nordlicht/tally?from=1990-01-01T00:00:00Z&to=2026-11-17T00:00:00Z", 422, "step"),
        ("/api/v1/influencers?window=100d", 422, "window"),
        ("/api/v1/topics?window=soon", 422, "window"),
        ("/api/v1/incidents/none", 404, "none"),
        ("/api/v1/incidents?state=bad", 422, "state"),
        ("/nowhere", 404, ""),
    ],
)
async def test_errors_are_problem_documents(http, path, status, words):
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert words in answer.json()["detail"]


async def test_brands_and_tallies(http, store):
    with store.transaction() as tx:
        tx.tallies.seed(
            "nordlicht",
            "demo",
            [MinuteTally(int(NOON) // 60 * 60 - 60, 7, 3, 2, 1, 1, 900, 0, 5, {"bluesky": 7})],
            NOON,
        )
    assert [one["id"] for one in (await http.get("/api/v1/brands")).json()["items"]] == ["nordlicht", "other"]
    day = "from=2026-11-18T00:00:00Z&to=2026-11-19T00:00:00Z"
    (bucket,) = (await http.get(f"/api/v1/brands/nordlicht/tally?step=3600&{day}")).json()["items"]
    assert bucket == {
        "start": "2026-11-18T11:00:00.000Z", "count": 7, "negative": 3, "neutral": 2, "positive": 1, "uncertain": 1,
        "reach": 900, "authors": 5, "channels": {"bluesky": 7},
    }  # fmt: skip


async def test_a_tally_by_second_holds_single_mentions(http, store):
    with store.transaction() as tx:
        tx.mentions.upsert([(said(n, NOON + n / 2), 1) for n in range(3)])
    hour = "from=2026-11-18T13:00:00%2B01:00&to=2026-11-18T14:00:00%2B01:00"
    span = "from=2026-11-18T12:07:00%2B01:00&to=2026-11-18T12:08:00%2B01:00"
    items = (await http.get(f"/api/v1/brands/nordlicht/tally?step=1&{span}")).json()["items"]
    assert [(one["start"], one["count"]) for one in items] == [
        ("2026-11-18T11:07:00.000Z", 2),
        ("2026-11-18T11:07:01.000Z", 1),
    ]
    assert (await http.get(f"/api/v1/brands/nordlicht/tally?step=10&{hour}")).json()["items"] == []
    assert (await http.get("/api/v1/brands/nordlicht/tally?step=1")).status_code == 200


async def test_influencers_topics_and_sources_come_from_the_bus(http, bus):
    publisher = Publisher(bus)
    await publisher.say([publisher.mention(one, SystemClock().now() - 5, "nordlicht") for one in (*CALM, CALM[0])])
    items = (await http.get("/api/v1/influencers?brand=nordlicht&window=1h&limit=2")).json()["items"]
    assert [(one["name"], one["reach"], one["mentions"]) for one in items] == [
        ("Karla aus Kiel", 48_200, 2),
        ("Energie-Blog", 31_400, 1),
    ]
    topics = (await http.get("/api/v1/topics")).json()["items"]
    assert topics[0] == {"brand": "nordlicht", "term": "rückruf", "mentions": 2, "negative": 0}
    await bus.report_source(SourceState("push", "push", "idle", NOON, NOON))
    (source,) = (await http.get("/api/v1/sources")).json()["items"]
    assert (source["id"], source["status"], source["last_item_at"]) == ("push", "idle", None)


async def test_incidents(http, store):
    with store.transaction() as tx:
        tx.incidents.save(Incident("i1", "nordlicht", NOON, "firing", "warning", ()))
    (one,) = (await http.get("/api/v1/incidents?state=open&brand=nordlicht")).json()["items"]
    assert one["opened_at"] == "2026-11-18T11:07:00.000Z"
    assert (await http.get("/api/v1/incidents/i1")).json() == one
    assert one["resonance"] is None
    reason = {"de": "Alle jung.", "en": "All young."}
    burst = Burst(0.9, (Ground("young", 30, 0.9, reason),), NOON, 40, 30)
    with store.transaction() as tx:
        resonance = Resonance(742, 31, 600, 0.7, 0.9, (burst,))
        tx.incidents.save(Incident("i2", "nordlicht", NOON + 1, "firing", "warning", (), resonance=resonance))
    told = (await http.get("/api/v1/incidents/i2")).json()["resonance"]
    assert (told["posts"], told["voices"], told["reposts"]) == (742, 31, 0.7)
    assert told["bursts"][0]["grounds"] == [{"name": "young", "figure": 30.0, "share": 0.9, "reason": reason}]


async def test_openapi_names_every_route(http):
    paths = (await http.get("/api/v1/openapi.json")).json()["paths"]
    assert {"/api/v1/mentions", "/api/v1/brands/{brand}/tally", "/healthz"} <= set(paths)
    assert not any("_dash" in path for path in paths)


async def test_pages_carry_a_policy_and_nothing_from_elsewhere(http):
    answer = await http.get("/wall/main")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "://" not in answer.text.split("<footer>")[0]
    assert 'src="http' not in answer.text
    assert (await http.get("/wall/nowhere")).status_code == 404
    assert (await http.get("/vendor/plotly.min.js")).headers["content-type"].startswith("text/javascript")


class TestGuard:
    async def test_a_rebound_name_is_turned_away(self, http):
        answer = await http.get("/api/v1/brands", headers={"Host": "evil.example:8050"})
        assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")

    async def test_a_foreign_page_may_not_write(self, http):
        answer = await http.post("/api/v1/mentions", content="{}", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403

    async def test_a_token_makes_a_machine_and_a_wrong_one_nobody(self, http, store, app):
        with store.transaction() as tx:
            tx.tokens.add("sensor", hashlib.sha256(b"right").hexdigest(), NOON, ("machine",))
        seen = []

        async def tell(request):
            seen.append(request.state.actor)
            return PlainTextResponse("ok")

        app.add_route("/who", tell)
        assert (await http.get("/who", headers={"Authorization": "Bearer right"})).status_code == 200
        assert (await http.get("/who")).status_code == 200
        assert (await http.get("/who", headers={"X-Forwarded-For": "8.8.8.8"})).status_code == 200
        wrong = await http.get("/who", headers={"Authorization": "Bearer wrong"})
        assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")
        assert [(one.kind, one.id, one.roles) for one in seen] == [
            ("machine", "sensor", ("machine",)),
            ("person", "loopback", ("admin",)),
            ("person", "anonymous", ()),
        ]
        assert all(isinstance(one, Actor) for one in seen)

    async def test_a_strange_origin_gets_no_socket(self, app):
        sent = []

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "websocket", "path": "/ws/wall/main", "raw_path": b"/ws/wall/main", "query_string": b"",
            "subprotocols": [],
            "headers": [(b"host", b"localhost:8050"), (b"origin", b"https://evil.example")], "client": ("127.0.0.1", 1),
        }  # fmt: skip
        await app(scope, receive, send)
        assert sent == [
            {"type": "websocket.close", "code": 1008, "reason": "A page of another origin may not do this."}
        ]
