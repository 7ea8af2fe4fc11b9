"""What is searched and summed up is the same before and after the archive's upkeep."""

import pytest

from app.clock import ManualClock
from app.config.model import RetentionSection
from app.domain.tally import contribution, reduce
from ingest.indexing import Indexer
from ingest.retention import Sweeper
from tests.fixtures.store import NOON, said

pytestmark = pytest.mark.anyio
HOUR = 3600
TEXTS = ("Eure Rechnungen sind falsch", "Die falsche Rechnung!", "Der Strom ist weg", "She complained about the bill")


@pytest.fixture
def told(store, identity):
    """Mentions ten minutes apart, archived with their counts."""
    rows = [said(identity, str(n), text, at=NOON + 600 * n) for n, text in enumerate(TEXTS)]
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
        tx.tallies.append(0, "1-0", NOON, reduce(contribution(row, "author") for row in rows))
    return rows


async def found(http, **asked):
    answer = await http.get("/api/v1/mentions", params=asked)
    assert answer.status_code == 200
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"q": "rechnung"}, ["1"]),
        ({"q": '"strom ist" OR bill'}, ["3", "2"]),
        ({"q": "falsch NOT strom", "brand": "nordlicht"}, ["0"]),
        ({"q": "weg", "intent": "question"}, []),
        ({"words": "Rechnung falsch"}, ["1", "0"]),
        ({"words": "Rechnung falsch", "q": "NOT eure die"}, ["1"]),
        ({"words": "complaining", "sentiment": "negative", "channel": "bluesky"}, ["3"]),
        ({"words": "Rechnung", "to": "2026-11-18T11:10:00Z"}, ["0"]),
        ({"words": "Stromrechnung"}, []),
    ],
)
async def test_search_answers_the_same_before_and_after_indexing(http, store, clock, told, asked, wanted):
    assert await found(http, **asked) == wanted
    assert Indexer(store, clock).step()
    assert await found(http, **asked) == wanted


async def test_pages_of_a_search_go_on_where_the_last_one_ended(http, store, clock, told):
    Indexer(store, clock).step()
    first = (await http.get("/api/v1/mentions?words=falsch&limit=1")).json()
    second = (await http.get("/api/v1/mentions", params={"words": "falsch", "cursor": first["next"]})).json()
    assert [item["id"] for page in (first, second) for item in page["items"]] == ["1", "0"]


async def test_hours_are_told_after_their_minutes_were_dropped(http, store, told):
    asked = "/api/v1/brands/nordlicht/tally?step=3600&from=2026-11-18T10:00:00Z&to=2026-11-18T14:00:00Z"
    before = (await http.get(asked)).json()["items"]
    assert sum(bucket["count"] for bucket in before) == len(TEXTS)
    assert any((await http.get(asked.replace("3600", "60"))).json()["items"])
    keep = RetentionSection()
    clock = told[0].mention.published_at + keep.minutes + 2 * HOUR
    steps = Sweeper(store, keep, ManualClock(clock)).sweep(clock)
    assert sum(1 for _ in steps)
    assert not any(bucket["count"] for bucket in (await http.get(asked.replace("3600", "60"))).json()["items"])
    assert (await http.get(asked)).json()["items"] == before
