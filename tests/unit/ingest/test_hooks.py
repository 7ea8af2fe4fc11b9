import asyncio
import hashlib
import hmac
import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.clock import SystemClock
from app.config import read
from app.service import Context
from dashboard.auth import Guard
from ingest import hooks
from ingest.connector import topic
from ingest.hooks import router
from tests.intake import MemoryBus

pytestmark = pytest.mark.anyio

RECORDINGS = Path(__file__).parents[2] / "recordings"
CONFIG = """
brands: [{id: nordlicht, name: Nordlicht, query: nordlicht}]
sources:
  - {id: pages, connector: meta, brand: nordlicht}
  - {id: chat, connector: whatsapp, brand: nordlicht}
  - {id: bot, connector: telegram, brand: nordlicht}
  - {id: bare, connector: meta}
  - {id: push, connector: push}
"""
FEED = (RECORDINGS / "meta" / "page_feed.json").read_bytes()


def signed(body, key="geheim"):
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
async def client(bus, store, identity, tmp_path, monkeypatch):
    """A browser nobody knows, from elsewhere, in front of the guard that lets channels call."""
    for variable in ("PAGES_APP_SECRET", "CHAT_APP_SECRET", "BOT_SECRET_TOKEN"):
        monkeypatch.setenv(f"EMBERWATCH_{variable}", "geheim")
    monkeypatch.setenv("EMBERWATCH_PAGES_VERIFY_TOKEN", "parole")
    server = FastAPI()
    context = Context(read(CONFIG, "config.yaml"), tmp_path, SystemClock(), bus, store, identity)
    server.include_router(router(context))
    server.add_middleware(Guard, tokens=None, host="127.0.0.1")
    transport = httpx.ASGITransport(server, client=("203.0.113.9", 443))
    async with httpx.AsyncClient(transport=transport, base_url="https://leitstand.example") as opened:
        yield opened


async def test_a_signed_call_is_taken_once_however_often_it_comes(client, bus, store):
    for _ in range(3):
        answer = await client.post("/hooks/pages", content=FEED, headers=signed(FEED))
        assert (answer.status_code, answer.json()) == (200, {"received": 3, "unreadable": 0})
    assert sorted(event.id for event in bus.events) == ["1001_1", "1_11"]
    assert {event.source for event in bus.events} == {"pages"}
    about, told = bus.told[0]
    assert (about, told["received"], told["matched"]) == (topic("pages"), "3", "2")
    with store.reading() as tx:
        row = tx.audit.find(10, None).items[-1]
    assert (row.actor_kind, row.actor, row.verb, row.subject) == ("machine", "hook:pages", "mention.push", "pages")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "sha256=ü"},
        signed(FEED, "anders"),
        signed(FEED + b" "),
        {"X-Hub-Signature": "sha1=" + hmac.new(b"geheim", FEED, hashlib.sha1).hexdigest()},
    ],
)
async def test_an_unsigned_call_is_refused_without_saying_more(client, bus, headers):
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await client.post("/hooks/pages", content=FEED, headers=encoded)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This call is not trusted."
    assert (bus.events, bus.told) == ([], [])


async def test_meta_is_shown_its_challenge(client):
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "parole"}
    answer = await client.get("/hooks/pages", params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    for wrong in ({"hub.verify_token": "x"}, {"hub.mode": "y"}, {"hub.challenge": "<script>"}):
        assert (await client.get("/hooks/pages", params={**asked, **wrong})).status_code == 403
    assert (await client.get("/hooks/bot", params=asked)).status_code == 403


async def test_telegram_shows_its_secret(client, bus):
    body = (RECORDINGS / "telegram" / "private.json").read_bytes()
    named = {"X-Telegram-Bot-Api-Secret-Token": "geheim"}
    assert (await client.post("/hooks/bot", content=body, headers=named)).json() == {"received": 1, "unreadable": 0}
    assert [event.id for event in bus.events] == ["70/3"]
    assert (await client.post("/hooks/bot", content=body)).status_code == 403


async def test_what_cannot_be_read_is_counted_and_not_called_again(client, bus):
    body = (RECORDINGS / "whatsapp" / "changed.json").read_bytes()
    answer = await client.post("/hooks/chat", content=body, headers=signed(body))
    assert (answer.status_code, answer.json()) == (200, {"received": 4, "unreadable": 2})
    assert bus.told[-1][1]["fault"] == "message of an unsupported type"
    garbage = b"\x00"
    answer = await client.post("/hooks/chat", content=garbage, headers=signed(garbage))
    assert (answer.status_code, answer.json()["unreadable"]) == (200, 1)


async def test_what_is_not_durable_is_called_again(client, bus):
    bus.behind = 3.0
    answer = await client.post("/hooks/pages", content=FEED, headers=signed(FEED))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    bus.behind, bus.away = None, True
    answer = await client.post("/hooks/pages", content=FEED, headers=signed(FEED))
    assert answer.status_code == 503
    bus.away = False
    assert (await client.post("/hooks/pages", content=FEED, headers=signed(FEED))).status_code == 200
    assert len(bus.events) == 2


async def test_a_source_without_secret_or_hook_takes_nothing(client):
    assert (await client.post("/hooks/bare", content=FEED, headers=signed(FEED, ""))).status_code == 503
    for unknown in ("push", "nobody"):
        answer = await client.post(f"/hooks/{unknown}", content=FEED)
        assert answer.status_code == 404
        assert "pages" not in answer.text


async def test_bodies_are_bounded_in_size_time_and_number(client, monkeypatch):
    large = b"x" * (4 * 2**20 + 1)
    assert (await client.post("/hooks/pages", content=large, headers=signed(large))).status_code == 413
    monkeypatch.setattr(hooks, "PATIENCE", 0.02)

    async def slow():
        yield b"{"
        await asyncio.sleep(5)

    slowly = await client.post("/hooks/pages", content=slow())
    assert slowly.status_code == 408


async def test_more_calls_at_once_than_there_are_seats_are_put_off(bus, store, identity, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBERWATCH_PAGES_APP_SECRET", "geheim")
    monkeypatch.setattr(hooks, "AT_ONCE", 1)
    server = FastAPI()
    server.include_router(router(Context(read(CONFIG, "c"), tmp_path, SystemClock(), bus, store, identity)))
    go = asyncio.Event()

    async def held():
        yield FEED
        await go.wait()

    async with httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://wall") as client:
        first = asyncio.ensure_future(client.post("/hooks/pages", content=held(), headers=signed(FEED)))
        for _ in range(20):
            await asyncio.sleep(0)
        assert (await client.post("/hooks/pages", content=FEED, headers=signed(FEED))).status_code == 429
        go.set()
        assert (await first).status_code == 200


async def test_a_sender_that_calls_again_as_documented_loses_and_doubles_nothing(client, bus):
    """Meta's and WhatsApp's way: every call is made again until it is answered with 200."""
    moods = iter([True, False] * 20)
    known = bus.publish

    async def moody(events, **more):
        taken = await known(events, **more)
        if next(moods, False):
            raise hooks.Refused(503, "Cut", "The answer is lost.")  # taken, but the sender never hears of it
        return taken

    bus.publish = moody
    for number in range(20):
        body = json.dumps({"object": "page", "entry": [{"id": "1", "time": 1_795_280_000, "changes": [
            {"field": "feed", "value": {"item": "status", "verb": "add", "post_id": f"1_{number}", "from": {"id": "5"},
             "message": f"Nordlicht {number}", "created_time": 1_795_280_000}}]}]}).encode()  # fmt: skip
        calls = 0
        while (await client.post("/hooks/pages", content=body, headers=signed(body))).status_code != 200:
            calls += 1
            assert calls < 5
    assert sorted(event.id for event in bus.events) == sorted(f"1_{number}" for number in range(20))
