import collections

import pytest

from app.domain.actor import LOOPBACK
from app.domain.schooling import Schooling
from app.judgement import Judgements
from app.store.tokens import digest_of, make
from dashboard.api.analysis import router
from tests.correcting import AT, Way

pytestmark = pytest.mark.anyio


@pytest.fixture
async def way(bus, store):
    made = Way(bus, store)
    texts = {"a": "Das nervt nur noch", "b": "Alles gut", "c": "Der Bus", "d": "Das nervt auch"}
    await made.say(*(made.mention(name, text, brands=("nordlicht",)) for name, text in texts.items()))
    return made


def where(way, name):
    return f"/api/v1/mentions/{way.identity.key('x', name)}"


def plain(answer):
    """Return a mention without what makes it urgent."""
    said = answer.json()
    author = {key: value for key, value in said["author"].items() if key not in {"key", "marks"}}
    return {key: value for key, value in said.items() if key not in {"priority", "answered_at"}} | {"author": author}


async def test_a_mention_is_shown_corrected_and_shown_again(http, way):
    shown = (await http.get(where(way, "a"))).json()
    assert (shown["sentiment"]["label"], shown["corrected"], shown["model"]) == ("negative", [], "blunt-1")
    answer = await http.post(
        f"{where(way, 'a')}/analysis", json={"sentiment": "neutral", "intents": ["query", "query"]}
    )
    assert answer.status_code == 200
    said = answer.json()
    assert (said["delivered"], said["sentiment"]["label"], said["corrected"]) == (
        True,
        "neutral",
        ["sentiment", "intents"],
    )
    await way.settle()
    assert plain(await http.get(where(way, "a"))) == {k: v for k, v in said.items() if k != "delivered"}
    [listed] = (await http.get("/api/v1/mentions?intent=query")).json()["items"]
    assert (listed["corrected"], listed["model"]) == (["sentiment", "intents"], "blunt-1")
    back = (await http.delete(f"{where(way, 'a')}/analysis")).json()
    assert (back["sentiment"]["label"], [one["label"] for one in back["intents"]]) == ("negative", ["complaint"])
    await way.settle()
    assert plain(await http.get(where(way, "a"))) == {k: v for k, v in back.items() if k != "delivered"} | {
        "intents": shown["intents"]
    }


async def test_what_cannot_be_is_refused_with_the_field_and_the_choices(http, way):
    for body, words in (
        ({"sentiment": "uncertain"}, ["sentiment", "'negative', 'neutral' or 'positive'"]),
        ({"sentiment": "Positiv"}, ["sentiment", "'negative', 'neutral' or 'positive'"]),
        ({"intents": ["complaint", "rage"]}, ["intents.1", "'complaint', 'query'", "'lead'"]),
        ({"intents": "query"}, ["intents", "list"]),
        ({"mood": "good"}, ["mood"]),
        ({}, ["sentiment, intents: say one of them or both"]),
        (["sentiment"], ["body"]),
    ):
        answer = await http.post(f"{where(way, 'a')}/analysis", json=body)
        assert answer.status_code == 422, body
        assert all(word in answer.json()["detail"] for word in words), answer.json()["detail"]
    for path, status in (("/api/v1/mentions/nobody", 404), (where(way, "d"), 410)):
        if status == 410:
            await way.say(way.gone("d"))
        for answer in (
            await http.get(path),
            await http.post(f"{path}/analysis", json={"sentiment": "neutral"}),
            await http.delete(f"{path}/analysis"),
        ):
            assert (answer.status_code, answer.json()["status"]) == (status, status)
            assert answer.json()["detail"].endswith(".")


async def test_a_token_may_correct_and_a_stranger_may_not(http, way, store):
    token = make()
    with store.transaction() as tx:
        tx.tokens.add("crm", digest_of(token), AT)
    path = f"{where(way, 'a')}/analysis"
    stranger = await http.post(path, json={"sentiment": "neutral"}, headers={"X-Forwarded-For": "192.0.2.1"})
    assert stranger.status_code == 403
    answer = await http.post(path, json={"sentiment": "neutral"}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    with store.reading() as tx:
        [audit] = tx.audit.find().items
        assert (audit.actor_kind, audit.actor) == ("machine", "crm")


async def test_while_redis_is_away_what_is_said_is_kept_and_the_answer_says_so(http, way, redis_server, bus):
    await bus._connection.client.config_set("maxmemory", 1)
    try:
        answer = await http.post(f"{where(way, 'a')}/analysis", json={"sentiment": "positive"})
    finally:
        await bus._connection.client.config_set("maxmemory", 0)
    assert (answer.status_code, answer.json()["delivered"]) == (202, False)
    assert answer.json()["sentiment"]["label"] == "positive"
    assert await way.judgements.deliver(way.identity.key("x", "a"))
    await way.settle()
    assert (await http.get(where(way, "a"))).json()["sentiment"]["label"] == "positive"


async def test_accuracy_by_brand_and_language_tells_drawn_from_picked(http, way):
    drawn = (await http.get("/api/v1/analysis/sample?brand=nordlicht&limit=50")).json()["items"]
    assert {one["id"] for one in drawn} == set("abcd")
    for one in drawn:
        if one["id"] in "ab":
            answer = await http.post(
                f"{where(way, one['id'])}/analysis",
                json={"sentiment": {"a": "negative", "b": "neutral"}[one["id"]], "sample": one["sample"]},
            )
            assert answer.status_code == 200
    picked = {"sentiment": "positive", "intents": ["complaint"], "sample": drawn[0]["sample"][::-1]}
    await http.post(f"{where(way, 'd')}/analysis", json=picked)
    await http.post(f"{where(way, 'c')}/analysis", json={"sentiment": "neutral"})
    [found] = (await http.get("/api/v1/analysis/accuracy?brand=nordlicht&language=de")).json()["items"]
    assert (found["brand"], found["language"]) == ("nordlicht", "de")
    whole, random, intents = found["sentiment"], found["random"], found["intents"]
    assert (whole["count"], whole["uncertain"], whole["right"], whole["accuracy"]) == (4, 1, 1, pytest.approx(1 / 3))
    assert (random["count"], random["right"], random["accuracy"]) == (2, 1, 0.5)
    assert random["low"] < 0.5 < random["high"]
    assert (intents["count"], intents["right"]) == (1, 1)
    assert {"said": ["negative"], "meant": ["positive"], "count": 1} in whole["confusion"]
    for name in ("language=en", "model=other"):
        assert (await http.get(f"/api/v1/analysis/accuracy?{name}")).json()["items"] == []
    assert (await http.get("/api/v1/analysis/accuracy?brand=nobody")).status_code == 404


async def test_uncertain_ones_nobody_judged_are_given_out_and_prove_nothing(http, way):
    path = "/api/v1/analysis/sample?brand=nordlicht&draw=uncertain"
    [one] = (await http.get(path)).json()["items"]
    assert (one["id"], one["sample"]) == ("c", "")
    await http.post(f"{where(way, 'c')}/analysis", json={"sentiment": "neutral"})
    assert (await http.get(path)).json()["items"] == []
    assert (await http.get("/api/v1/analysis/sample")).status_code == 422
    assert (await http.get("/api/v1/analysis/sample?brand=nobody")).status_code == 404


async def test_a_sample_is_drawn_evenly(way, store, context):
    counts = collections.Counter()
    for _ in range(200):
        with store.reading() as tx:
            [one] = tx.corrections.drawn("nordlicht", AT - 60, 1)
        counts[one.mention.id] += 1
    assert set(counts) == set("abcd")
    assert min(counts.values()) > 25, "50 each, the standard deviation is 6.1"
    assert Judgements(store, way.bus, context.clock).ticket("a") != Judgements(store, way.bus, context.clock).ticket(
        "b"
    )
    assert router(context).routes


async def test_what_brands_have_taught_is_told_newest_first(http, store):
    tried = Schooling("learned", 300, 0.4, 0.48, 0.5, 0.62, 0.99, 0.68, 0.65, (0.2, 0.7, 0.1), 2000, shares=True)
    with store.transaction() as tx:
        tx.brand_models.add("nordlicht", tried, b"weights", LOOPBACK, AT)
        tx.brand_models.add("nordlicht", Schooling("harmful", 12), None, LOOPBACK, AT + 1)
    found = (await http.get("/api/v1/analysis/schooling?brand=nordlicht")).json()
    first, second = found["items"]
    assert (first["number"], first["outcome"], first["in_force"], first["after"]) == (2, "harmful", False, None)
    assert (second["number"], second["after"], second["prior"], second["in_force"]) == (1, 0.48, [0.2, 0.7, 0.1], True)
    assert (await http.get("/api/v1/analysis/schooling?brand=nobody")).status_code == 404
