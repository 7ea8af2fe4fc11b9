"""Explanations, levels and playbooks, over HTTP."""

import pytest

from app.clock import SystemClock
from app.crisis import open_incident
from app.domain.actor import system
from app.domain.explanation import Driver, Evidence, Explanation
from app.domain.incident import Incident, Resonance
from app.domain.level import Strength, level
from app.domain.mention import Deletion
from tests.unit.dashboard.rooms import said

pytestmark = pytest.mark.anyio
NOON = 1_795_000_020.0
STORM = Strength(pace=170, expected=45, authors=320, channels=6, media=4, tone=0.8, reach=900_000, length=8)
HERE = "/api/v1/incidents/i1"


@pytest.fixture
async def storm(store, bus):
    posts = [
        said(number, NOON - number, text=f"Text {number} @anna", url=f"https://a.example/{number}") for number in (1, 2)
    ]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in posts])
    told = Explanation(
        NOON, 170.0, 45.0, 31.0, 60.0, first="key1", drivers=(Driver("Text", 9, 4.4),), channels={"bluesky": 9},
        evidence=(Evidence("key1", "first"), Evidence("key2", "reach")), confidence=0.7,
    )  # fmt: skip
    incident = Incident(
        "i1", "nordlicht", NOON, "firing", "warning", (), since=NOON - 60, reason={"de": "Sturm.", "en": "A storm."},
        level=level(STORM), explanation=told, resonance=Resonance(9, 3, 3, 0.5, 0.6),
    )  # fmt: skip
    return await open_incident(store, bus, system("alerts"), incident, SystemClock().now())


async def test_an_explanation_in_words_without_what_was_deleted(http, store, storm):
    told = (await http.get(f"{HERE}/explanation?lang=en")).json()
    assert (told["reason"], told["language"]) == ("A storm.", "en")
    assert told["first"]["text"] == "Text 1 @anna"
    assert [post["author"] for post in told["evidence"]] == ["karla", "karla"]
    assert told["level"]["name"] == "moderate breeze"
    assert told["confident"].startswith("fairly sure")
    with store.transaction() as tx:
        tx.mentions.wipe([(Deletion("bluesky", "1", NOON, key="key1"), 2, None)])
    told = (await http.get(f"{HERE}/explanation")).json()
    assert (told["first"], [post["key"] for post in told["evidence"]]) == (None, ["key2"])
    assert told["reason"] == "Sturm."


async def test_names_are_masked_on_demand(http, storm):
    answer = await http.get(f"{HERE}/explanation?names=false")
    assert "karla" not in answer.text
    assert "@anna" not in answer.text
    assert "a.example" not in answer.text


async def test_an_incident_without_explanation_is_not_found(http, store, bus):
    plain = Incident("i2", "nordlicht", NOON, "firing", "warning", ())
    await open_incident(store, bus, system("alerts"), plain, SystemClock().now())
    assert (await http.get("/api/v1/incidents/i2/explanation")).status_code == 404
    assert (await http.get("/api/v1/incidents/nobody/explanation")).status_code == 404


async def test_the_level_of_a_brand_is_told_with_and_without_an_incident(http, store, bus):
    found = (await http.get("/api/v1/brands/nordlicht/level?lang=en")).json()
    assert (found["incident"], found["level"]["value"], found["level"]["name"]) == (None, 0, "calm")
    assert "experience, not science" in found["level"]["source"]
    assert found["level"]["missing"].startswith("Missing for level 1 (light air): ")
    plain = Incident("i2", "nordlicht", NOON, "firing", "warning", (), level=level(STORM))
    await open_incident(store, bus, system("alerts"), plain, SystemClock().now())
    assert (await http.get("/api/v1/brands/nordlicht/level")).json()["incident"] == "i2"
    assert (await http.get("/api/v1/brands/nobody/level")).status_code == 404


async def test_a_playbook_is_read_changed_and_put_back(http):
    every = (await http.get("/api/v1/playbooks?lang=en")).json()["items"]
    assert [(one["level"], one["name"]) for one in every][3] == (3, "moderate breeze")
    wanted = {"aim": "Keep calm.", "steps": [{"id": "tea", "text": "Make tea", "role": "Everybody", "within": 5}]}
    put = await http.put("/api/v1/playbooks/3?lang=en", json=wanted)
    assert (put.status_code, put.json()["steps"], put.json()["changed_by"]) == (200, wanted["steps"], "loopback")
    assert (await http.get("/api/v1/playbooks/3?lang=en")).json() == put.json()
    assert (await http.get("/api/v1/playbooks/3")).json()["changed_at"] is None
    assert (await http.delete("/api/v1/playbooks/3?lang=en")).json() == every[3]


async def test_a_wrong_playbook_says_what_to_change(http):
    answer = await http.put("/api/v1/playbooks/3", json={"aim": "x", "steps": [{"id": "Tea", "text": "x"}]})
    assert (answer.status_code, "lower-case" in answer.text) == (422, True)
    assert (await http.get("/api/v1/playbooks/9")).status_code == 404
    assert (await http.put("/api/v1/playbooks/9", json={"aim": "x", "steps": []})).status_code in {404, 422}
