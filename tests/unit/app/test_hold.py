import anyio
import pytest

from app.clock import ManualClock
from app.domain.actor import LOOPBACK, Actor
from app.domain.source import Proof
from app.errors import NotAllowed
from app.hold import Holds
from tests.intake import MemoryBus

pytestmark = pytest.mark.anyio
MACHINE = Actor("machine", "crm", ("machine",))


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def holds(bus, store):
    return Holds(bus, store, ManualClock(100.0))


def audited(store):
    with store.reading() as tx:
        return [(row.verb, row.actor, row.subject) for row in reversed(tx.audit.find().items)]


async def test_a_source_is_paused_once_and_resumed_once(holds, bus, store):
    first = await holds.pause(LOOPBACK, "live")
    assert (first.at, first.actor) == (100.0, "loopback")
    assert await holds.pause(LOOPBACK, "live") == first == await bus.held("live")
    await holds.resume(LOOPBACK, "live")
    await holds.resume(LOOPBACK, "live")
    assert await bus.held("live") is None
    assert audited(store) == [("source.pause", "loopback", "live"), ("source.resume", "loopback", "live")]


async def test_who_may_not_changes_nothing(holds, bus, store):
    for act in (holds.pause, holds.resume, holds.test):
        with pytest.raises(NotAllowed):
            await act(MACHINE, "live")
    assert audited(store) == []
    assert await bus.held("live") is None


async def test_a_question_gets_the_answer_of_whoever_listens(holds, bus):
    proof = Proof(works=True, said="It answers.", at=100.0)

    async def listener():
        while not (question := (await bus.orders("live")).question):
            await anyio.lowlevel.checkpoint()
        await bus.answer("live", question, proof)

    async with anyio.create_task_group() as group:
        group.start_soon(listener)
        assert await holds.test(LOOPBACK, "live") == proof


async def test_a_question_nobody_answers_ends_after_ten_seconds(holds):
    proof = await holds.test(LOOPBACK, "live")
    assert not proof.works
    assert "emberwatch run ingest" in proof.said
    assert proof.at == pytest.approx(110.0, abs=0.2)
