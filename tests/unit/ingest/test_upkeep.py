from itertools import pairwise

import anyio
import anyio.lowlevel
import pytest
import structlog

from app.config import Config
from app.domain.brand import Brand
from app.domain.query import parse
from app.errors import StoreUnavailable
from app.service import Context
from app.store.search import MentionFilter
from ingest import upkeep
from ingest.upkeep import KeptArchive, Upkeep
from tests.fixtures.archive import AnalysedStream, entry
from tests.fixtures.store import said

pytestmark = pytest.mark.anyio


@pytest.fixture
def context(tmp_path, clock, store, identity):
    config = Config(brands=(Brand("nordlicht", "Nordlicht Strom", "nordlicht"),))
    return Context(config, tmp_path, clock, AnalysedStream(), store, identity)


async def until(condition):
    with anyio.fail_after(20):
        while not condition():
            await anyio.lowlevel.checkpoint()


def waiting(store):
    with store.reading() as tx:
        return tx.mentions.count(), tx.index.behind()


async def test_what_is_archived_is_indexed_beside(context, identity):
    context.bus.entries = [entry(n, said(identity, f"at://{n}")) for n in range(3)]
    async with anyio.create_task_group() as group:
        group.start_soon(KeptArchive(context).run)
        await until(lambda: waiting(context.store) == (3, 0))
        group.cancel_scope.cancel()
    with context.store.reading() as tx:
        assert len(tx.mentions.find(MentionFilter(q=parse("strom"))).items) == 3


async def test_a_store_that_is_away_or_fails_is_asked_again(context):
    work = Upkeep(context)
    failures = [StoreUnavailable("locked"), ZeroDivisionError("somebody's words"), None]
    done = []

    def fail():
        done.append(context.clock.now())
        if failure := failures[len(done) - 1]:
            raise failure
        return False

    work._work = (fail,)
    with structlog.testing.capture_logs() as logs:
        async with anyio.create_task_group() as group:
            group.start_soon(work.run)
            await until(lambda: len(done) == 3)
            group.cancel_scope.cancel()
    assert [later - earlier for earlier, later in pairwise(done)] == [0.5, upkeep.PAUSES[-1]]
    assert [line["event"] for line in logs] == ["waiting", "upkeep failed"]
    assert "somebody" not in str(logs)


@pytest.mark.parametrize(("pressed", "rest"), [(False, upkeep.REST), (True, upkeep.REST_UNDER_PRESSURE)])
async def test_in_a_burst_those_who_archive_have_nearly_all_the_time(context, pressed, rest):
    work = Upkeep(context, lambda: pressed)
    began = []

    def two_seconds() -> bool:
        began.append(context.clock.now())
        context.clock.advance(2.0)
        return True

    work._work = (two_seconds,)
    async with anyio.create_task_group() as group:
        group.start_soon(work.run)
        await until(lambda: len(began) == 2)
        group.cancel_scope.cancel()
    assert began[1] - began[0] == pytest.approx(2.0 + 2.0 * rest)


async def test_who_archives_says_when_much_is_waiting(context, identity):
    service = KeptArchive(context)._archive
    context.bus.entries = [entry(n, said(identity, f"at://{n}")) for n in range(130)]
    await service.step()
    assert service.pressed
    context.bus.entries += [entry(200, said(identity, "at://200"))]
    await service.step()
    assert not service.pressed
