"""The route of voices: copies counted once, a burst with its reasons, names and texts only for who may see them."""

import pytest

from app.bus.port import Settled
from app.domain.mention import Heartbeat
from app.domain.tally import contribution, profile, reduce
from tests.speech_of_bots import BOTS, analysed, bots, wave
from tests.traffic import NOW

pytestmark = pytest.mark.anyio
AT = NOW - 300


@pytest.fixture
async def storm(bus, store, context):
    """Bots and a wave of people as analysis and archive leave them behind."""
    said = analysed(bots(context.identity, AT) + wave(context.identity, AT))
    keys = {one.mention.key: context.identity.author("bluesky", one.mention.author.id) for one in said}
    parts = [contribution(one, keys[one.mention.key]) for one in said]
    profiles = {keys[one.mention.key]: profile(one.mention.author, "bluesky") for one in said}
    await bus.beat(NOW)
    [entry] = await bus.read("analysis", "a", 1, 1)
    item = Settled(entry.id, "", entry.version, 0, Heartbeat(NOW), None)
    await bus.settle(0, "a", [item], reduce(parts), profiles, NOW)
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in said])


async def test_copies_are_one_voice_and_a_burst_has_its_reasons(http, storm):
    found = (await http.get("/api/v1/brands/nordlicht/voices?window=1h")).json()
    assert (found["posts"], found["voices"], found["authors"], found["looked_at"]) == (60, 10, 60, 60)
    assert found["reposts"] == pytest.approx(0.7)
    assert found["copies"] == pytest.approx(50 / 60)
    assert found["authors_per_post"] == 1.0
    first, second = found["clusters"]
    assert (first["text"], first["posts"], first["reposts"], first["similar"]) == (BOTS, 30, 21, 0)
    assert (first["author"], first["burst"]["marked"]) == ("stimme81234", True)
    assert first["burst"]["score"] == pytest.approx(sum(one["share"] for one in first["burst"]["grounds"]), abs=0.01)
    reasons = [one["reason"] for one in first["burst"]["grounds"]]
    assert {
        "de": "30 von 30 Konten sind jünger als 30 Tage.",
        "en": "30 of 30 accounts are younger than 30 days.",
    } in reasons
    assert (second["posts"], second["burst"]["marked"]) == (22, False)
    short = (await http.get("/api/v1/brands/nordlicht/voices?window=6h&limit=1")).json()
    assert len(short["clusters"]) == 1


async def test_names_and_texts_are_shown_to_those_who_may_see_them(http, storm):
    for audience, text, author in (
        ("control", BOTS, "stimme81234"),
        ("executive", BOTS.replace("@", "@…"), None),
        ("foyer", None, None),
    ):
        answer = (await http.get(f"/api/v1/brands/nordlicht/voices?audience={audience}")).json()
        assert (answer["clusters"][0]["text"], answer["clusters"][0]["author"]) == (text, author)


async def test_a_brand_nobody_speaks_of_has_no_voices(http):
    found = (await http.get("/api/v1/brands/nordlicht/voices?audience=")).json()
    assert (found["posts"], found["voices"], found["copies"], found["clusters"]) == (0, 0, 0.0, [])
    assert found["authors_per_post"] is None
    assert (await http.get("/api/v1/brands/nobody/voices")).status_code == 404
    assert (await http.get("/api/v1/brands/nordlicht/voices?audience=press")).status_code == 422
