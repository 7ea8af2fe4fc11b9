import asyncio
import gzip
import json
import os

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.clock import SystemClock
from app.config import read
from app.domain.actor import LOOPBACK, Actor
from app.domain.instant import rfc3339
from app.domain.source import Hold
from app.errors import Backpressure, NotAllowed, Unavailable
from app.service import Context
from ingest import inbox, parcel, publish
from ingest.connectors.push import topic
from ingest.inbox import router
from ingest.parcel import LIMIT
from tests.intake import MemoryBus

pytestmark = pytest.mark.anyio

CONFIG = """
brands: [{id: nordlicht, name: Nordlicht, query: nordlicht}, {id: sued, name: Süd, query: sued}]
sources:
  - {id: push, connector: push}
  - {id: partner, connector: push, brand: sued}
"""
NOW = SystemClock().now()
CRM = Actor("machine", "crm", ("machine",))


def line(number, text="Nordlicht", **changes):
    said = {"channel": "x", "id": str(number), "published_at": rfc3339(NOW - 60), "text": text, "author": {"id": "a"}}
    return json.dumps({**said, **changes})


@pytest.fixture
def bus():
    return MemoryBus()


@pytest.fixture
def serve(bus, store, identity, tmp_path):
    """Return a client of a server whose middleware says who asks, as the dashboard's does."""

    def made(actor=CRM, config=CONFIG):
        server = FastAPI()
        context = Context(read(config, "config.yaml"), tmp_path, SystemClock(), bus, store, identity)
        server.include_router(router(context))

        @server.middleware("http")
        async def who(request: Request, call_next):
            request.state.actor = actor
            return await call_next(request)

        @server.exception_handler(NotAllowed)
        async def refuse(_: Request, error: NotAllowed):
            return JSONResponse({"detail": str(error)}, 403)

        return httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://wall")

    return made


async def post(client, body, **more):
    async with client:
        return await client.post("/api/v1/mentions", content=body, **more)


def counted(answer):
    counts = answer.json()
    rejected = counts.pop("rejected")
    return sum(counts.values()) + len(rejected)


async def test_good_lines_are_kept_and_bad_ones_named(serve, bus, store):
    gone = json.dumps({"channel": "x", "id": "9", "deleted_at": rfc3339(NOW)})
    lines = [
        line(1),
        "",
        line(2, "nichts"),
        "kaputt",
        line(3, published_at="gestern"),
        line(1),
        gone,
        line(1, "Nordlicht!"),
    ]
    answer = await post(serve(), "\r\n".join(lines))
    assert answer.status_code == 202
    said = answer.json()
    assert {name: said[name] for name in inbox.COUNTS} == {
        "accepted": 1, "duplicates": 1, "edited": 1, "deleted": 0, "unmatched": 2,
    }  # fmt: skip
    assert [(row["line"], row["field"]) for row in said["rejected"]] == [(4, "line"), (5, "published_at")]
    assert "RFC 3339" in said["rejected"][1]["error"]
    assert counted(answer) == 7
    assert [event.source for event in bus.events] == ["push", "push"]
    with store.reading() as tx:
        [row] = tx.audit.find(10, None).items
    assert (row.actor_kind, row.actor, row.verb, row.subject) == ("machine", "crm", "mention.push", "push")
    assert row.detail["accepted"] == 1
    assert row.detail["rejected"] == 2
    told = {"received": "7", "matched": "2"}
    assert bus.told[0][0] == topic("push")
    assert told.items() <= bus.told[0][1].items()


async def test_an_array_and_gzip_are_read_too(serve, bus):
    body = f"\ufeff [{line(1)}, 5, {line(2)}]".encode()
    answer = await post(serve(), gzip.compress(body), headers={"content-encoding": "gzip"})
    assert answer.json()["accepted"] == 2
    assert answer.json()["rejected"][0]["line"] == 2
    assert counted(answer) == 3
    assert len(bus.events) == 2


async def test_cloud_events_come_binary_structured_and_in_batches(serve, bus):
    event = {"specversion": "1.0", "id": "e", "source": "/crm", "type": "mention", "data": json.loads(line(2))}
    named = {f"ce-{name}": event[name] for name in ("specversion", "id", "source", "type")}
    async with serve() as client:

        async def send(body, kind, **headers):
            headers = {"content-type": kind, **headers}
            return await client.post("/api/v1/mentions", content=body, headers=headers)

        assert (await send(line(1), "application/json", **named)).json()["accepted"] == 1
        single = await send(json.dumps(event), "application/cloudevents+json; charset=utf-8")
        assert (single.status_code, single.json()["accepted"]) == (202, 1)
        batch = await send(json.dumps([event, {**event, "id": ""}, event]), "application/cloudevents-batch+json")
        assert batch.status_code == 202
        assert [(row["line"], row["field"]) for row in batch.json()["rejected"]] == [(2, "id")]
        assert (counted(batch), batch.json()["duplicates"], len(bus.events)) == (3, 2, 2)
        bad = await send(json.dumps({**event, "specversion": "0.3"}), "application/cloudevents+json")
        assert (bad.status_code, bad.json()["title"]) == (400, "No CloudEvent")
        assert bad.json()["detail"].startswith("specversion: ")
        assert (await send(b"[]", "application/cloudevents-batch+json")).status_code == 400


async def test_the_source_can_be_named_and_binds_its_brand(serve, bus):
    async with serve() as client:
        assert (await client.post("/api/v1/mentions?source=partner", content=line(1, "egal"))).json()["accepted"] == 1
        assert bus.events[0].brands == ("sued",)
        answer = await client.post("/api/v1/mentions?source=live", content=line(1))
    assert answer.status_code == 404
    assert "push, partner" in answer.json()["detail"]


async def test_without_a_push_source_nothing_is_taken(serve):
    answer = await post(serve(config="brands: [{id: n, name: N, query: n}]"), line(1))
    assert answer.status_code == 404
    assert "connector: push" in answer.json()["detail"]


@pytest.mark.parametrize("actor", [None, LOOPBACK])
async def test_only_machines_with_a_token_may_push(serve, actor):
    answer = await post(serve(actor), line(1))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "token add" in answer.json()["detail"]


@pytest.mark.parametrize(
    "actor", [Actor("machine", "screen", ("screen",)), Actor("machine", "crm", ("machine",), ("nordlicht",))]
)
async def test_a_token_needs_the_grant_for_the_brand(serve, actor):
    async with serve(actor) as client:
        answer = await client.post("/api/v1/mentions?source=partner", content=line(1))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"\n \n", {}, 400),
        (b"kaputt\nimmer noch", {}, 400),
        (b"[{]", {}, 400),
        (b"[" * 200_000, {}, 400),
        (b"[\xff]", {}, 400),
        (os.urandom(10_000_000).replace(b"\n", b" "), {}, 400),
        (b"x\n" * 5_000_000, {}, 413),
        (b"x" * (LIMIT + 1), {}, 413),
        (gzip.compress(b"x" * (LIMIT + 1)), {"content-encoding": "gzip"}, 413),
        (b"no gzip", {"content-encoding": "gzip"}, 400),
        (gzip.compress(b"x" * 999)[:-9], {"content-encoding": "gzip"}, 400),
        (b"x", {"content-encoding": "br"}, 415),
    ],
)
async def test_garbage_gets_a_problem_document(serve, body, headers, status):
    answer = await post(serve(), body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"].endswith(".")


async def test_a_body_without_end_is_cut_off(serve, monkeypatch):
    monkeypatch.setattr(parcel, "LIMIT", 10)
    monkeypatch.setattr(parcel, "DRAINED", 100)
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 10_000:
            sent += 9
            yield b"x" * 9

    assert (await post(serve(), endless())).status_code == 413
    assert sent < 200


async def test_many_bad_lines_are_counted_and_the_first_thousand_listed(serve):
    answer = await post(serve(), "\n".join([line(1), *["{}"] * 1_500]))
    assert len(answer.json()["rejected"]) == 1_000
    assert answer.json()["rejected_total"] == 1_500


async def test_when_the_system_is_behind_or_away_the_sender_is_told_when_to_come_back(serve, bus):
    async with serve() as client:
        bus.behind = 3.0
        answer = await client.post("/api/v1/mentions", content=line(1))
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert answer.json()["detail"].endswith(parcel.AGAIN)
        bus.away = True
        answer = await client.post("/api/v1/mentions", content=line(1))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_body_refused_halfway_may_be_sent_again_whole(serve, bus, monkeypatch):
    monkeypatch.setattr(publish, "CHUNK", 3)
    known, calls = bus.publish, 0

    async def full_at_the_second_call(events, **more):
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Backpressure(2.4)
        return await known(events, **more)

    monkeypatch.setattr(bus, "publish", full_at_the_second_call)
    async with serve() as client:
        body = "\n".join(line(n) for n in range(8))
        refused = await client.post("/api/v1/mentions", content=body)
        assert (refused.status_code, refused.headers["retry-after"], len(bus.events)) == (429, "3", 3)
        answer = (await client.post("/api/v1/mentions", content=body)).json()
    assert (answer["accepted"], answer["duplicates"], len(bus.events)) == (5, 3, 8)


async def test_a_lost_word_to_the_listener_changes_nothing(serve, bus, monkeypatch):
    async def away(*_):
        raise Unavailable("Redis does not answer.")

    monkeypatch.setattr(bus, "command", away)
    assert (await post(serve(), line(1))).json()["accepted"] == 1


async def test_many_at_once_lose_nothing(serve, bus):
    async with serve() as client:
        await asyncio.gather(*(client.post("/api/v1/mentions", content=line(n)) for n in range(20)))
    assert len(bus.events) == 20


async def test_a_paused_source_turns_everything_away_until_it_is_resumed(serve, bus):
    bus.holds["push"] = Hold(NOW, "loopback")
    async with serve() as client:
        refused = await client.post("/api/v1/mentions", content=line(1))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert "loopback paused the source 'push'" in refused.json()["detail"]
        assert not bus.events
        bus.holds["push"] = None
        assert (await client.post("/api/v1/mentions", content=line(1))).status_code == 202
