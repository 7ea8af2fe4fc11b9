"""An incident explains itself: on a time line, with an archive behind it, and as it calms down."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.bus.server import EmbeddedServer
from app.domain.analysis import AnalysedMention
from app.domain.mention import Author, Deletion, Mention
from app.explained import explained
from tests.acceptance.world import ANGER, World

pytestmark = [pytest.mark.anyio, pytest.mark.untraced]
SPARK = "Mein Abschlag ist doppelt so hoch!"


class Remembering(World):
    """A world whose archive keeps what was said; the first angry person is the spark."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self.analysed: list[AnalysedMention] = []
        self.spark: Mention | None = None

    async def beat(self, *, angry: bool = False) -> None:
        await super().beat(angry=angry)
        with self.store.transaction() as tx:
            tx.mentions.upsert([(one, 1) for one in self.analysed])
        self.analysed = []

    def _mention(self, place: int, step: int = 10, *, angry: bool = False) -> Mention:
        made = super()._mention(place, step, angry=angry)
        if angry and self.spark is None:
            who = Author("spark", "spark.example", "Frieda Funke", 90_000)
            made = replace(made, text=SPARK, author=who, published_at=self.clock.now() - step + 1)
            self.spark = made
        return made

    def _analysed(self, mention: Mention, *, angry: bool) -> AnalysedMention:
        made = super()._analysed(mention, angry=angry)
        if mention.text == SPARK:
            sentiment = replace(made.analysis.sentiment, label="negative")
            made = replace(made, analysis=replace(made.analysis, sentiment=sentiment, terms=("abschlag", "verdoppelt")))
        self.analysed.append(made)
        return made


@pytest.fixture
async def told(tmp_path: Path, redis_server: EmbeddedServer) -> AsyncIterator[Remembering]:
    made = Remembering(tmp_path, redis_server.url)
    await made.bus._connection.client.flushall()
    await made.bus.open()
    yield made
    await made.bus.close()
    made.store.close()


async def test_it_is_complete_within_two_minutes_and_follows_the_storm(told: Remembering):
    told.seed()
    service = told.service()
    await service.begin()
    await told.speak(300, 20, service, step=30)
    while not (await told.incidents())[0]:
        await told.speak(10, 140, service, angry=True)
    await told.speak(110, 140, service, angry=True)
    (incident,), _ = await told.incidents()
    found = incident.explanation
    assert found.at - incident.opened_at <= 120
    assert found.first == told.spark.key
    with told.store.reading() as tx:
        texts = [tx.mentions.get(one.mention).analysed.mention.text for one in found.evidence]
    assert texts[0] == SPARK
    assert len(set(ANGER).intersection(texts)) >= 2
    assert len(set(texts)) == len(texts)
    assert found.evidence[0].mention == told.spark.key
    assert found.drivers
    assert found.leads
    assert abs(sum(one.share for one in found.leads) - 0.5) < 0.5
    assert found.channels.keys() == {"chat"}
    assert found.actual > 3 * found.expected
    assert found.low <= found.expected <= found.high
    assert {one.doubt: one.holds for one in found.counters} == {
        "without_author": True, "without_reposts": True, "labels_flipped": True, "source_outage": True,
    }  # fmt: skip
    assert 0.5 < found.confidence <= 1
    highest = incident.level.value
    assert highest >= 2

    kept = msgspec.json.encode(incident.explanation).decode()
    assert "Funke" not in kept  # keys and figures only: nothing a deletion would have to look for
    assert SPARK not in kept
    spark = Deletion("chat", told.spark.id, told.clock.now(), key=told.spark.key)
    shown = explained(told.store, incident, "de")
    assert shown.first.author == "Frieda Funke"
    assert shown.level.value == highest
    with told.store.transaction() as tx:
        tx.mentions.wipe([(spark, 2, None)])
    assert explained(told.store, incident, "de").first is None

    await told.speak(600, 20, service, step=60)
    (later,), _ = await told.incidents()
    assert later.alive
    assert later.level.value < highest
    assert later.explanation.actual < found.actual
    assert told.spark.key not in {later.explanation.first, *(one.mention for one in later.explanation.evidence)}
    assert later.reason != incident.reason
