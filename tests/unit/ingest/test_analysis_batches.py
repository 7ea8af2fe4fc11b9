"""How analysis cuts what it is given, and what it says where there are no analyzers."""

from dataclasses import replace

import pytest

from app.bus.port import Entry
from app.config import AnalysisSection, Config
from app.domain.mention import Heartbeat
from ingest.analysis import AnalysisService, batches
from tests.fixtures.stream import MentionStream
from tests.unit.ingest.test_analysis import mention, minutes, service


def test_batches_hold_one_partition_and_each_key_once():
    entries = [
        Entry(1, "1", 1, mention("a")),
        Entry(0, "2", 1, mention("b")),
        Entry(1, "3", 2, mention("a")),
        Entry(1, "4", 1, Heartbeat(1.0)),
        Entry(1, "5", 1, Heartbeat(2.0)),
        Entry(1, "6", 1, None),
    ]
    assert [[entry.id for entry in batch] for batch in batches(entries)] == [["2"], ["1"], ["3", "4", "5", "6"]]
    assert list(batches([])) == []
    suspects = [Entry(0, str(n), 1, mention(str(n)), deliveries) for n, deliveries in enumerate((1, 3, 3, 2, 1))]
    assert [[entry.id for entry in batch] for batch in batches(suspects)] == [["0"], ["1"], ["2"], ["3", "4"]]


@pytest.mark.anyio
async def test_without_analyzers_mentions_are_counted_as_uncertain(store):
    stream = MentionStream()
    stream.put(mention("a", language="de"))
    stream.put(mention("b"))
    nobody = Config(brands=(), analysis=AnalysisSection(analyzers=()))
    worker = AnalysisService(replace(service(stream, store=store)._context, start=nobody))
    await worker.prepare()
    await worker.take(await stream.read("analysis", worker._consumer))
    assert minutes(stream) == {"n": 2, "?": 2, "c.x": 2, "r": 240, "u.2": 2}
    assert [one.payload.analysis.language for one in stream.settled] == ["de", "unknown"]
