from types import SimpleNamespace

import pytest

from app.errors import SourceUnavailable
from ingest.demo.order import give


class Listeners:
    """A bus on which a given number of demo sources listen."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.sent: list[tuple[str, dict[str, str]]] = []

    async def command(self, topic, payload):
        self.sent.append((topic, dict(payload)))
        return self.number


@pytest.mark.anyio
async def test_an_order_is_sent_and_written_down(store, clock):
    bus = Listeners(1)
    await give(SimpleNamespace(bus=bus, store=store, clock=clock), {"do": "storm", "minutes": "30"})
    assert bus.sent == [("demo", {"do": "storm", "minutes": "30"})]
    with store.reading() as tx:
        (entry,) = tx.audit.find().items
    assert (entry.verb, entry.scope, entry.actor) == ("demo.storm", "nordlicht", "loopback")
    assert entry.detail["minutes"] == "30"


@pytest.mark.anyio
async def test_nobody_listening_is_said_plainly(store, clock):
    with pytest.raises(SourceUnavailable, match="No demo source is listening"):
        await give(SimpleNamespace(bus=Listeners(0), store=store, clock=clock), {"do": "calm"})
    with store.reading() as tx:
        assert tx.audit.find().items == []
