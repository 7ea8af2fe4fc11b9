"""What is watched is read and changed over HTTP."""

import httpx
import pytest

from app.domain.actor import Actor
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.tally import MinuteTally
from app.store.tokens import digest_of
from tests.unit.dashboard.api.conftest import HERE
from tests.unit.dashboard.rooms import said

pytestmark = pytest.mark.anyio

NOON = 1_795_000_020.0
BODY = {"name": "Neu", "query": "neu OR #neu", "accounts": ["@neu"], "exclude": ["neuland"]}
CAMPAIGN = {"name": "Herbst", "brand": "other", "query": "#herbst", "start": "2026-10-25", "end": "2026-10-25"}


async def ids(http):
    return [one["id"] for one in (await http.get("/api/v1/brands")).json()["items"]]


async def test_a_brand_is_added_changed_and_taken_off(http, store):
    made = await http.post("/api/v1/brands", json={"id": "neu", **BODY})
    assert (made.status_code, made.headers["location"]) == (201, "/api/v1/brands/neu")
    whole = {"id": "neu", **BODY, "demo": False, "competitor": False, "of": []}
    assert made.json() == whole
    assert (await http.get("/api/v1/brands/neu")).json() == whole
    assert await ids(http) == ["nordlicht", "other", "neu"]
    changed = await http.put("/api/v1/brands/neu", json={"name": "Neu", "query": "ganz neu"})
    assert changed.json() == {**whole, "query": "ganz neu", "accounts": [], "exclude": []}
    assert (await http.delete("/api/v1/brands/neu")).status_code == 204
    assert await ids(http) == ["nordlicht", "other"]
    gone = await http.delete("/api/v1/brands/neu")
    assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")
    with store.reading() as tx:
        rows = tx.audit.find().items
    assert [(row.verb, row.actor, row.scope) for row in rows] == [
        ("brand.remove", "loopback", "neu"), ("brand.save", "loopback", "neu"), ("brand.save", "loopback", "neu"),
    ]  # fmt: skip


async def test_a_brand_that_is_there_is_put_and_not_posted(http):
    answer = await http.post("/api/v1/brands", json={"id": "other", **BODY})
    assert answer.status_code == 409
    assert "PUT /api/v1/brands/other" in answer.json()["detail"]


async def test_a_brand_without_an_id_gets_one_made_of_its_name(http):
    made = [await http.post("/api/v1/brands", json={**BODY, "name": "Käse & Söhne"}) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert [one.json()["id"] for one in made] == ["kaese-soehne", "kaese-soehne-2"]


async def test_the_whole_watchlist_is_read_and_written(http):
    before = (await http.get("/api/v1/watchlist")).json()
    await http.put("/api/v1/watchlist/brands/neu", json=BODY)
    await http.put("/api/v1/watchlist/competitors/rival", json={"name": "Rival", "query": "rival", "of": ["other"]})
    await http.put("/api/v1/watchlist/competitors/all", json={"name": "All", "query": "all"})
    await http.put("/api/v1/watchlist/topics/tarif", json={"name": "Tarif", "query": "tarif"})
    await http.put("/api/v1/watchlist/topics/netz", json={"name": "Netz", "query": "netz", "brands": ["neu", "rival"]})
    days = {"start": "2026-10-24T22:00:00.000Z", "end": "2026-10-25T23:00:00.000Z"}
    campaign = (await http.put("/api/v1/watchlist/campaigns/herbst", json=CAMPAIGN)).json()
    assert campaign == {"id": "herbst", **CAMPAIGN, **days, "saved": True}
    after = (await http.put("/api/v1/watchlist/spam", json={"queries": ["casino", "bonus"]})).json()
    assert after == (await http.get("/api/v1/watchlist")).json()
    assert after["revision"] != before["revision"]
    assert [(one["id"], one["saved"]) for one in after["brands"]] == [
        ("nordlicht", False), ("other", False), ("neu", True)
    ]  # fmt: skip
    assert {one["id"]: one["of"] for one in after["competitors"]} == {"all": None, "rival": ["other"]}
    assert {one["id"]: one["brands"] for one in after["topics"]} == {"tarif": None, "netz": ["neu", "rival"]}
    assert after["spam"] == ["casino", "bonus"]
    assert (await http.put("/api/v1/watchlist/campaigns/herbst", json=after["campaigns"][0])).status_code == 422
    shown = {one["id"]: (one["competitor"], one["of"]) for one in (await http.get("/api/v1/brands")).json()["items"]}
    assert shown == dict.fromkeys(("nordlicht", "other", "neu"), (False, [])) | {
        "all": (True, None),
        "rival": (True, ["other"]),
    }
    for place in ("campaigns/herbst", "topics/tarif", "topics/netz", "competitors/all", "competitors/rival"):
        assert (await http.delete(f"/api/v1/watchlist/{place}")).status_code == 204
    left = (await http.get("/api/v1/watchlist")).json()
    assert [left[part] for part in ("competitors", "topics", "campaigns")] == [[], [], []]


MISTAKES = (
    ("brands/neu", {**BODY, "query": "neu AND )"}, {"position": 8}),
    ("brands/neu", {**BODY, "exclude": ["a", "b ("]}, {"position": 3, "said": "exclude[1]: "}),
    ("spam", {"queries": [""]}, {"position": 0, "said": "queries[0]: "}),
    ("brands/neu", {**BODY, "name": " "}, {"said": "name: a text has to stand here"}),
    ("brands/neu", {"name": "Neu"}, {"said": "query"}),
    ("brands/neu", {**BODY, "sorces": []}, {"said": "sorces"}),
    ("brands/n e u", BODY, {"said": "id: an id is made of letters"}),
    ("brands/neu", {**BODY, "accounts": ["@"]}, {"said": "accounts[0]: this is no handle"}),
    ("topics/tarif", {"name": "T", "query": "t", "brands": ["west"]}, {"said": "There is no brand 'west'"}),
    ("topics/tarif", {"name": "T", "query": "t", "brands": []}, {"said": "brands: at least one entry"}),
    (
        "campaigns/herbst",
        {**CAMPAIGN, "brand": "west"},
        {"said": "'west'; choose of: nordlicht, other"},
    ),
    ("campaigns/herbst", {**CAMPAIGN, "end": "2026-10-24"}, {"said": "end: it ends before it starts"}),
    ("campaigns/herbst", {**CAMPAIGN, "end": "soon"}, {"said": "end: this is no day and no instant"}),
    ("competitors/other", {"name": "O", "query": "o"}, {"said": "has the id of a brand"}),
)


async def test_mistakes_are_problem_documents_and_change_nothing(http):
    before = (await http.get("/api/v1/watchlist")).json()
    for path, body, told in MISTAKES:
        answer = await http.put(f"/api/v1/watchlist/{path}", json=body)
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert problem.get("position") == told.get("position"), path
        assert told.get("said", "") in problem["detail"], path
    assert (await http.get("/api/v1/watchlist")).json() == before


async def test_only_who_sits_at_the_machine_changes_anything(app, store, http):
    with store.transaction() as tx:
        tx.tokens.add("till", digest_of("secret"), NOON)
    machine = await http.put("/api/v1/brands/neu", json=BODY, headers={"Authorization": "Bearer secret"})
    assert (machine.status_code, "may not brand.save" in machine.json()["detail"]) == (403, True)
    proxied = await http.delete("/api/v1/brands/other", headers={"X-Forwarded-For": "10.1.2.3"})
    assert (proxied.status_code, "may not brand.remove" in proxied.json()["detail"]) == (403, True)
    elsewhere = httpx.ASGITransport(app, raise_app_exceptions=False, client=("10.1.2.3", 5))
    async with httpx.AsyncClient(transport=elsewhere, base_url=HERE) as other:
        assert (await other.put("/api/v1/watchlist/spam", json={"queries": ["a"]})).status_code == 403
    page = await http.post("/api/v1/brands", json={"id": "neu", **BODY}, headers={"Origin": "http://evil.example"})
    assert page.status_code == 403
    assert await ids(http) == ["nordlicht", "other"]


async def test_what_is_fictional_stays_so(context, http):
    watchlist = context.watchlist
    demo = Brand("nordlicht", "Nordlicht", "nordlicht", demo=True)
    watchlist._read = watchlist._read.model_copy(update={"brands": (demo,)})
    await watchlist.load()
    assert (await http.put("/api/v1/brands/nordlicht", json=BODY)).json()["demo"] is True


async def test_topics_and_campaigns_are_counted_and_found(context, http, store):
    for row in (Topic("tarif", "Tarif", "tarif"), Campaign("herbst", "Herbst", "other", "#h", 0.0, 1.0)):
        await context.watchlist.save(Actor("person", "me", ("admin",)), row)
    with store.transaction() as tx:
        one = said(1, NOON, brands=("nordlicht", "nordlicht/tarif"))
        tx.mentions.upsert([(one, 1), (said(2, NOON - 1), 1), (said(3, NOON - 2, brands=("other", "other/herbst")), 1)])
        for scope, count in (("nordlicht", 7), ("nordlicht/tarif", 3), ("other", 5), ("other/herbst", 2)):
            tx.tallies.seed(scope, "demo", [MinuteTally(int(NOON) // 60 * 60, count, neutral=count)], NOON)
    span = "from=2026-11-18T00:00:00Z&to=2026-11-19T00:00:00Z"

    async def count(brand, part=""):
        found = (await http.get(f"/api/v1/brands/{brand}/tally?{span}&step=3600{part}")).json()["items"]
        return [one["count"] for one in found]

    assert [await count("nordlicht"), await count("nordlicht", "&topic=tarif")] == [[7], [3]]
    assert [await count("other", "&topic=tarif"), await count("other", "&campaign=herbst")] == [[], [2]]
    (found,) = (await http.get("/api/v1/mentions?brand=nordlicht&topic=tarif")).json()["items"]
    assert (found["brands"], found["topics"], found["id"]) == (["nordlicht"], ["nordlicht/tarif"], "1")
    (found,) = (await http.get("/api/v1/mentions?brand=other&campaign=herbst&q=text")).json()["items"]
    assert found["id"] == "3"
    everything = (await http.get("/api/v1/mentions?brand=nordlicht")).json()["items"]
    assert [one["topics"] for one in everything] == [["nordlicht/tarif"], []]


REFUSED = (
    ("brands/nordlicht/tally?topic=netz", 404, "nordlicht has no topic 'netz'; choose one of: tarif."),
    ("brands/nordlicht/tally?campaign=herbst", 404, "nordlicht has no campaign 'herbst'; it has none."),
    ("brands/nordlicht/tally?campaign=herbst&topic=tarif", 422, "not for both"),
    ("mentions?topic=tarif", 422, "together with their brand"),
    ("brands/nobody/share", 404, "nordlicht, other"),
    ("brands/nordlicht/share?from=2026-11-18T00:00:00Z&to=2026-11-17T00:00:00Z", 422, "from"),
    ("brands/nobody", 404, "nordlicht"),
)


async def test_what_cannot_be_asked_is_told(context, http):
    await context.watchlist.save(Actor("person", "me", ("admin",)), Topic("tarif", "Tarif", "tarif"))
    for path, status, words in REFUSED:
        answer = await http.get(f"/api/v1/{path}")
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.json()


async def test_the_share_of_voice_is_ours_beside_our_rivals(context, http, store):
    for rival, of in (("west", ("nordlicht",)), ("sued", (EVERY,)), ("ost", ("other",))):
        await context.watchlist.save(Actor("person", "me", ("admin",)), Brand(rival, rival, rival, rivals=of))
    with store.transaction() as tx:
        for brand, count in (("nordlicht", 30), ("west", 10), ("sued", 60), ("ost", 5)):
            past = [MinuteTally(int(NOON) // 60 * 60 - 60 * back, count) for back in (0, 90)]
            tx.tallies.seed(brand, "demo", past, NOON)
    found = (await http.get("/api/v1/brands/nordlicht/share?from=2026-11-18T10:30:00Z&to=2026-11-18T12:00:00Z")).json()
    assert (found["total"], found["brand"], found["from"]) == (100, "nordlicht", "2026-11-18T10:30:00.000Z")
    assert [(one["brand"], one["competitor"], one["count"], one["share"]) for one in found["items"]] == [
        ("nordlicht", False, 30, 0.3), ("sued", True, 60, 0.6), ("west", True, 10, 0.1),
    ]  # fmt: skip
    whole = (await http.get("/api/v1/brands/nordlicht/share?from=2026-11-18T00:00:00Z&to=2026-11-19T00:00:00Z")).json()
    assert whole["total"] == 200
    theirs = (await http.get("/api/v1/brands/ost/share")).json()
    assert [(one["brand"], one["share"]) for one in theirs["items"]] == [("ost", None), ("other", None)]


async def test_readiness_names_what_is_wrong_with_the_configuration_and_stays(context, http, bus):
    now = context.clock.now()
    for name in ("alerts", "analysis", "archive", "dashboard", "ingest"):
        await bus.report_service(name, "one", now)
    context.watchlist._tell("mistake", "config.yaml is not in force as it reads, the one before stays: x")
    (fault,) = context.watchlist.faults
    await bus.report_service("ingest", "two", now, "", fault)
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["reason"].count("not in force as it reads") == 1
    assert [(one["part"], one["kind"]) for one in answer.json()["faults"]] == [("config", "mistake")]
