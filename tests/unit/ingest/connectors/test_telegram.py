import asyncio
import random
from pathlib import Path

import pytest

from app.clock import ManualClock, SystemClock
from app.errors import CredentialMissing
from ingest.connector import Setting
from ingest.connectors.telegram import TelegramConnector, TelegramOptions
from tests.intake import StillClock, Told, until
from tests.peers.telegram import TOKEN, FakeTelegram
from tests.proxy import Proxy

pytestmark = pytest.mark.anyio


def connector(told=None, clock=None, **options):
    return TelegramConnector(Setting("bot", TelegramOptions(**options), clock or StillClock(0), Path(), told or Told()))


async def test_updates_are_confirmed_only_after_they_are_accepted():
    async with FakeTelegram() as telegram:
        for number in range(150):
            telegram.say(number, f"Nordlicht {number}")
        told = Told()
        batches = connector(told, token=TOKEN, url=telegram.url + "/").listen(None)
        first = await anext(batches)
        assert (len(first.events), first.cursor, first.received) == (100, "1100", 100)
        assert len(telegram.updates) == 150
        second = await anext(batches)
        assert [event.id for event in second.events][:1] == ["70/100"]
        assert len(telegram.updates) == 50
        await batches.aclose()
        again = connector(token=TOKEN, url=telegram.url).listen("1140")
        assert (await anext(again)).events[0].id == "70/140"
        await again.aclose()
        assert told.said[0] == ("live", "")


@pytest.mark.parametrize(
    ("status", "health", "cause"),
    [(401, "failed", "credential"), (404, "failed", "credential"), (409, "unreachable", "setting"),
     (429, "unreachable", "quota"), (502, "unreachable", "server")],
)  # fmt: skip
async def test_what_the_server_refuses_is_told(status, health, cause):
    async with FakeTelegram() as telegram:
        telegram.say(1, "Nordlicht")
        telegram.status = status
        told, clock = Told(), StillClock(0)
        batches = connector(told, clock, token=TOKEN, url=telegram.url).listen(None)
        coming = asyncio.ensure_future(anext(batches))
        await until(lambda: told.said)
        telegram.status = 200
        assert len((await coming).events) == 1
        await batches.aclose()
        assert (told.said[0][0], told.causes[0]) == (health, cause)
        assert TOKEN not in told.said[0][1]
        assert status != 429 or clock.slept[0] >= 7


async def test_the_test_button_asks_who_the_bot_is():
    async with FakeTelegram() as telegram:
        assert "@leitstand_bot" in await connector(token=TOKEN, url=telegram.url).probe()
        with pytest.raises(CredentialMissing, match="BotFather"):
            await connector(token="wrong", url=telegram.url).probe()
    with pytest.raises(CredentialMissing, match="EMBERWATCH_BOT_TOKEN"):
        await connector().probe()


async def test_with_a_secret_it_waits_to_be_called():
    told = Told()
    waiting = connector(told, ManualClock(0), secret_token="geheim")
    assert waiting.passive
    assert not connector(token=TOKEN).passive
    assert [batch async for batch in waiting.listen(None)] == []
    assert told.said == [("idle", "Ready for Telegram at /hooks/bot; nothing has come yet.")]
    with pytest.raises(ValueError, match="https://host"):
        TelegramOptions(url="ftp://x")
    with pytest.raises(TypeError):
        TelegramConnector.hook(waiting._setting.clock)


class Hasty(SystemClock):
    """The machine's clock for who has no time to wait."""

    async def sleep(self, seconds):
        await asyncio.sleep(min(seconds, 0.01))


async def cut(times: int) -> None:
    """Cut the line at random moments, so often while an answer is on its way; fail if anything is lost or doubled."""
    draw, heard, cursor, said, broken = random.Random(times), [], None, 0, 0
    async with FakeTelegram() as telegram:
        telegram.pause = 0.01
        with Proxy(telegram.port) as proxy:
            while broken < times:
                for _ in range(draw.randint(1, 5)):
                    telegram.say(said, f"Nordlicht {said}")
                    said += 1
                url = f"http://127.0.0.1:{proxy.port}"
                batches = connector(clock=Hasty(), token=TOKEN, url=url).listen(cursor)
                coming = asyncio.ensure_future(anext(batches))
                await asyncio.wait({asyncio.ensure_future(asyncio.sleep(draw.uniform(0, 0.03)))})
                before, waiting = proxy.cuts, not coming.done()
                await asyncio.to_thread(proxy.cut)
                broken += waiting and proxy.cuts > before
                batch = await asyncio.wait_for(coming, 10)
                heard += [event.id for event in batch.events]
                cursor = batch.cursor
                await batches.aclose()
    assert sorted(heard) == sorted(f"70/{number}" for number in range(said))


async def test_three_cuts_lose_and_double_nothing():
    await cut(3)


@pytest.mark.long
async def test_twenty_cuts_lose_and_double_nothing():
    await cut(20)
