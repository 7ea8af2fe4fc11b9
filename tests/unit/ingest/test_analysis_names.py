"""The analysis service learns what is watched while it works."""

import anyio
import pytest

from app.domain.brand import Brand
from tests.fixtures.stream import MentionStream
from tests.unit.ingest.test_analysis import mention, service

pytestmark = pytest.mark.anyio


async def test_names_of_what_is_watched_are_learned_while_it_works(store):
    stream = MentionStream()
    worker = service(stream, analyzers=None, store=store)
    watchlist = worker._context.watchlist

    def change(**new):
        config = watchlist.config.model_copy(update=new)
        watchlist._put(watchlist.in_force._replace(config=config))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(worker.run)
            await worker._context.ready.wait()
            await anyio.wait_all_tasks_blocked()
            before = worker._tuition.understanding
            change(spam=("casino",))
            await anyio.wait_all_tasks_blocked()
            assert worker._tuition.understanding is before, "no name has changed"
            change(competitors=(Brand("sued", "Abschlag", "abschlag", rivals=("nord",)),))
            while worker._tuition.understanding is before:
                await anyio.lowlevel.checkpoint()
            stream.put(mention("a", "Der Abschlag und die Hotline"))
            while not stream.settled:
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    assert stream.settled[0].payload.analysis.terms == ("hotline",)
