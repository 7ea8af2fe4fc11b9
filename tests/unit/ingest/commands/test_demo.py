import asyncio
from contextlib import suppress

import pytest

from app.cli import main
from app.clock import SystemClock
from app.store.engine import open_store

CONFIG = """\
brands:
  - {id: nordlicht, name: Nordlicht Strom, query: '#nordlicht'}
sources:
  - {id: demo, connector: demo, seed: 7}
"""


@pytest.fixture
def verb(tmp_path, monkeypatch, redis_server, bus):
    """Run `emberwatch demo …` against the running bus; returns the exit code."""
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)

    async def run(*arguments):
        with pytest.raises(SystemExit) as end:
            await asyncio.to_thread(
                main, ["demo", *arguments, "--config", str(config), "--data", str(tmp_path / "data")]
            )
        return end.value.code

    return run


@pytest.mark.anyio
async def test_nobody_listening_is_said_plainly(verb, capsys):
    assert await verb("storm") == 1
    assert "No demo source is listening" in capsys.readouterr().err


@pytest.mark.anyio
async def test_orders_reach_the_demo_source(verb, bus, capsys, tmp_path):
    heard = asyncio.Queue()

    async def listen():
        async for order in bus.commands("demo"):
            heard.put_nowait(order)

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(10):
        while not await bus.command("demo", {"do": "probe"}):  # noqa: ASYNC110 - only the bus knows who listens
            await asyncio.sleep(0.01)
    assert await verb("storm", "--minutes", "12") == 0
    out = capsys.readouterr().out
    assert "about 12 min" in out
    assert len(out.splitlines()) == 1, "a verb answers with its sentence and nothing of the log"
    assert await verb("calm") == 0
    assert "dies down" in capsys.readouterr().out
    async with asyncio.timeout(10):
        orders = [await heard.get()]
        while orders[-1] != {"do": "calm"}:
            orders.append(await heard.get())
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    assert {"do": "storm", "minutes": "12"} in orders
    store = open_store(tmp_path / "data" / "emberwatch.sqlite", clock=SystemClock())
    with store.reading() as tx:
        assert {entry.verb for entry in tx.audit.find().items} == {"demo.storm", "demo.calm"}
    store.close()


@pytest.mark.anyio
async def test_a_storm_of_no_length_is_refused(verb):
    assert await verb("storm", "--minutes", "0") == 2
