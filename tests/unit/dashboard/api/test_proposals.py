from contextlib import closing

import pytest
from msgspec.structs import replace

from app.store.unheard import NAME, Unheard
from dashboard import learning
from tests.fixtures.store import said
from tests.unit.app.domain.test_proposal import World

pytestmark = pytest.mark.anyio
WHERE = "/api/v1/proposals"


@pytest.fixture
def told(context):
    """Mentions of the brand by its name, and posts that speak of it by others."""
    world, now = World(), context.clock.now()
    rows = [said(context.identity, one.id, one.text, at=now - 60, language="de") for one in world.heard()]
    posts = [
        replace(one, key=one.id, received_at=now, published_at=now, language="de" if n % 2 else None)
        for n, one in enumerate(world.unheard())
    ]
    english = [
        replace(one, id=f"e{one.id}", key=f"e{one.id}", text="the hoover is loud", language="en") for one in posts[:9]
    ]
    with context.store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
    with closing(Unheard(context.data / NAME, 2**24)) as file:
        file.keep([(post, "b") for post in [*posts, *english]])


async def proposed(http):
    answer = await http.get(WHERE, params={"brand": "nordlicht"})
    assert answer.status_code == 200
    return {one["term"]: one for one in answer.json()["items"]}


async def test_a_proposal_is_accepted_into_the_query_in_force(http, context, told):
    found = await proposed(http)
    assert found["nolli"]["precision"] > 0.9
    assert found["nolli"]["examples"][0]["likely"] > 0.9
    assert "hoover" not in found, "in another language every word tells"
    answer = await http.post(f"{WHERE}/{found['nolli']['id']}/accept")
    assert answer.json() == {"id": found["nolli"]["id"], "brand": "nordlicht", "term": "nolli", "done": "accepted"}
    assert context.config.brands[0].query == "nordlicht OR nolli"
    assert "nolli" not in await proposed(http)
    assert (await http.post(f"{WHERE}/{found['nolli']['id']}/accept")).status_code == 404


async def test_what_is_refused_is_remembered_without_its_word(http, context, told, monkeypatch):
    found = await proposed(http)
    answer = await http.post(f"{WHERE}/{found['polartarif']['id']}/refuse")
    assert answer.json()["done"] == "refused"
    monkeypatch.setattr(learning, "FRESH", 0.0)
    assert "polartarif" not in await proposed(http)
    with context.store.reading() as tx:
        (entry,) = tx.audit.find().items
    assert (entry.verb, entry.scope, entry.subject) == ("proposal.refuse", "nordlicht", found["polartarif"]["id"])
    assert "polartarif" not in repr(entry)
    assert context.config.brands[0].query == "nordlicht"


async def test_who_may_not_write_accepts_and_refuses_nothing(http, context, told):
    found = await proposed(http)
    stranger = {"X-Forwarded-For": "203.0.113.9"}
    for deed in ("accept", "refuse"):
        answer = await http.post(f"{WHERE}/{found['nolli']['id']}/{deed}", headers=stranger)
        assert answer.status_code == 403
    assert "nolli" in await proposed(http)


async def test_nobody_knows_the_brand_or_the_proposal(http):
    assert (await http.get(WHERE, params={"brand": "nobody"})).status_code == 404
    assert (await http.get(WHERE)).status_code == 422
    assert (await http.post(f"{WHERE}/abc/accept")).status_code == 404
    assert await proposed(http) == {}
