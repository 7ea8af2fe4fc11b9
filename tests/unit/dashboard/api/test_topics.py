"""`/api/v1/brands/{brand}/topics` on a real archive."""

import pytest
from msgspec.structs import replace

from app.clock import SystemClock
from app.domain.analysis import Analysis, Sentiment
from app.domain.repertoire import HOUR
from app.domain.tally import contribution, reduce
from dashboard.api.query import seconds
from ingest.talk import TalkCounter
from tests.unit.dashboard.rooms import said

pytestmark = pytest.mark.anyio
PATH = "/api/v1/brands/nordlicht/topics"


def speaking(number: int, at: float, terms: tuple[str, ...], author: str, label: str = "neutral", **more):
    one = said(number, at, label, author, 100 + number, **more)
    return replace(one, analysis=Analysis("de", Sentiment(label, 0.2, 0.6, 0.2), terms=terms))


@pytest.fixture
def now(store) -> float:
    """A day of talk about bills, and a power cut in the last minutes; Karla is the loudest and is talked about."""
    now = SystemClock().now()
    first = now // HOUR * HOUR - 24 * HOUR
    day = [
        speaking(n, first + n * HOUR / 10, ("rechnung", "tarif")[: 1 + n % 2], f"a{n}", text="Die Rechnung, der Tarif")
        for n in range(230)
    ]
    cut = [
        speaking(900 + n, now - 300 + n, terms, f"b{n}", "negative", text=f"Stromausfall bei Karla {n}")
        for n, terms in enumerate([("stromausfall",), ("strom ausgefallen", "karla")] * 4)
    ]
    cut += [speaking(950 + n, now - 90 + n, ("karla",), f"c{n}") for n in range(4)]
    karla = speaking(999, now - 200, ("stromausfall",), "Karla", text="Wieder Stromausfall!")
    everything = [*day, *cut, karla]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in everything])
        tx.tallies.append(0, "1-0", now, reduce(contribution(one, one.mention.author.id) for one in everything))
    counter = TalkCounter(store, SystemClock())
    while counter.step():
        pass
    return now


async def test_what_stands_out_against_the_day_before(http, now):
    first, *rest = (await http.get(PATH)).json()["items"]
    assert first["term"] == "Stromausfall"
    assert first["emerging"]
    assert (first["people"], first["mentions"], first["negative"], first["expected"]) == (9, 9, 8, 0.0)
    assert first["forms"] == ["stromausfall", "strom ausgefallen"]
    assert first["example"]["text"].startswith(("Stromausfall", "Wieder"))
    assert first["leaders"][0] == "Karla"
    assert "karla" in [one["term"].casefold() for one in rest]
    assert not any(one["emerging"] for one in rest if one["term"].casefold() in {"rechnung", "tarif"})


@pytest.mark.parametrize("audience", ["executive", "foyer"])
async def test_names_are_masked_where_the_audience_demands_it(http, now, audience):
    items = (await http.get(PATH, params={"audience": audience})).json()["items"]
    assert items[0]["term"] == "Stromausfall"
    assert not [one for one in items if "karla" in one["term"].casefold()]
    assert not any(one["leaders"] for one in items)
    assert (items[0]["example"] is None) is (audience == "foyer")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("window=2h&baseline=1d&limit=1", 200, ""),
        ("baseline=8d", 422, "baseline: write a baseline such as 24h or 7d, at most 7d"),
        ("audience=everybody", 422, "audience"),
        ("window=9d", 422, "window"),
    ],
)
async def test_parameters(http, query, status, words):
    answer = await http.get(f"{PATH}?{query}")
    assert answer.status_code == status
    assert words in answer.text


async def test_a_brand_that_is_not_watched_is_named(http):
    answer = await http.get("/api/v1/brands/acme/topics")
    assert answer.status_code == 404
    assert "Choose one of: nordlicht, other" in answer.text
    assert seconds("7d") == 7 * 24 * HOUR
