"""A small Jetstream of our own: real wire shapes (v1 and v2), a log for resuming, posts at an exact rate.

`async with Jetstream() as server: await server.post("…")`; its own process: `benchmarks.jetstream_process`.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

import zstandard
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from benchmarks.sign import sign

POSTS = "app.bsky.feed.post"
V2 = "network.bsky.jetstream.subscribeEvents"
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LOWEST_TIME = 10**15

TEMPLATES = (
    "Bei {brand} ist die Abrechnung schon wieder falsch, Nummer {n}.",
    "{brand} hat heute schnell geholfen, danke dafür! ({n})",
    "Anyone else waiting for {brand} to answer the phone? Ticket {n}",
    "Just switched to {brand}, so far really happy with it. {n}",
    "Stromausfall in der Südstadt, {brand} sagt nichts dazu. Meldung {n}",
    "{brand} raises prices again, number {n} this year it feels like.",
)


class Frame(NamedTuple):
    """One event in both wire versions."""

    time_us: int
    v1: str
    v2: str
    kind: str
    collection: str
    number: int | None = None


def tid(time_us: int, clock: int = 7) -> str:
    """Return a TID: 13 characters, base32-sortable."""
    number, marks = time_us << 10 | clock, ""
    for _ in range(13):
        marks, number = ALPHABET[number & 31] + marks, number >> 5
    return marks


class Jetstream:
    """Serves `/subscribe` and `/xrpc/network.bsky.jetstream.subscribeEvents` on loopback."""

    def __init__(
        self, port: int = 0, *, log: Path | None = None, sent: Path | None = None, dictionary: bytes | None = None
    ) -> None:
        self.port = port
        self.frames: list[Frame] = []
        self.requests: list[str] = []
        """Paths of all connections, with their queries."""
        self.posts = 0
        self.floor = 0
        """v2 sequence numbers below it are refused with CursorTooOld."""
        self.refuse: HTTPStatus | None = None
        self.connected = asyncio.Event()
        self._log, self._sent = log, sent
        self._written: set[int] = set()
        self._news = asyncio.Condition()
        self._server: Server | None = None
        self._compressor = (
            zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary)) if dictionary else None
        )
        if log and log.exists():
            for line in log.read_text("utf-8").splitlines():
                with suppress(ValueError):  # the last line may be half written
                    self._keep(Frame(*json.loads(line)))
        if sent and sent.exists():
            self._written = {
                json.loads(line)["n"] for line in sent.read_text("utf-8").splitlines() if line.endswith("}")
            }

    @property
    def url(self) -> str:
        """The address that speaks version 1."""
        return f"ws://127.0.0.1:{self.port}/subscribe"

    @property
    def url_v2(self) -> str:
        """The address that speaks version 2."""
        return f"ws://127.0.0.1:{self.port}/xrpc/{V2}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; again on the same port after `stop`."""
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            process_request=self._check,
            select_subprotocol=lambda _, offered: Subprotocol("xrpc.v1.json") if "xrpc.v1.json" in offered else None,
            compression=None,
            ping_interval=None,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Close every connection and the port."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def kick(self, code: int = 1011) -> None:
        """Close every connection; the port stays open."""
        for line in list(self._server.connections if self._server else ()):
            await line.close(code)

    # What happens on the network

    async def post(
        self,
        text: str,
        *,
        did: str = "did:plc:alice",
        rkey: str | None = None,
        at: float | None = None,
        operation: str = "create",
        number: int | None = None,
        **record: Any,
    ) -> str:
        """Create (or update) a post and return its at:// address."""
        time_us = self._now(at)
        rkey = rkey or tid(time_us)
        created = datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {"$type": POSTS, "createdAt": created, "langs": ["de"], "text": text, **record}
        commit = {"rev": tid(time_us), "operation": operation, "collection": POSTS, "rkey": rkey, "record": body}
        await self.put(did, "commit", {**commit, "cid": "bafyreitest"}, time_us, number)
        return f"at://{did}/{POSTS}/{rkey}"

    async def delete(self, address: str, at: float | None = None) -> None:
        """Delete a post by its at:// address."""
        did, collection, rkey = address.removeprefix("at://").split("/")
        time_us = self._now(at)
        commit = {"rev": tid(time_us), "operation": "delete", "collection": collection, "rkey": rkey}
        await self.put(did, "commit", commit, time_us)

    async def account(self, did: str, *, active: bool, status: str | None = None) -> None:
        """Change the state of an account."""
        time_us = self._now(None)
        said = {"active": active, "did": did, "seq": time_us, "time": _iso(time_us)}
        await self.put(did, "account", said | ({"status": status} if status else {}), time_us)

    async def identity(self, did: str, handle: str | None) -> None:
        """Tell an account's handle."""
        time_us = self._now(None)
        said = {"did": did, "seq": time_us, "time": _iso(time_us)}
        await self.put(did, "identity", said | ({"handle": handle} if handle else {}), time_us)

    async def put(self, did: str, kind: str, said: dict[str, Any], time_us: int, number: int | None = None) -> None:
        """Append one event to the log and send it to everybody connected."""
        seq = len(self.frames) + 1
        v1 = {"did": did, "time_us": time_us, "kind": kind, kind: said}
        flat = said if kind == "commit" else {kind: said}
        payload = {"$type": f"{V2}#{kind}", "seq": seq, "did": did, "time": _iso(time_us), **flat}
        v2 = {"$type": "message", "payload": payload}
        frame = Frame(time_us, _json(v1), _json(v2), kind, said.get("collection", ""), number)
        if self._log:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(_json(frame) + "\n")
        self._keep(frame)
        async with self._news:
            self._news.notify_all()

    async def raw(self, frame: str) -> None:
        """Send any text to everybody connected, outside the log."""
        for line in list(self._server.connections if self._server else ()):
            await line.send(frame)

    async def play(
        self,
        rate: float,
        count: int,
        brand: str,
        templates: tuple[str, ...] = TEMPLATES,
        then: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """Post distinct texts at an exact rate until the log has `count`, calling `then` with the number of each."""
        begun, first = time.monotonic(), self.posts
        for number in range(first, count):
            due = begun + (number - first) / rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            text = templates[number % len(templates)].format(brand=brand, n=number, sign=sign(number))
            await self.post(text, did=f"did:plc:author{number % 997:04}", number=number)
            if then:
                await then(number)

    # Inside

    def _now(self, at: float | None) -> int:
        """Return microseconds later than those of the last event, unless an instant is given."""
        if at is not None:
            return int(at * 1_000_000)
        latest = self.frames[-1].time_us if self.frames else 0
        return max(time.time_ns() // 1000, latest + 1)

    def _keep(self, frame: Frame) -> None:
        self.frames.append(frame)
        if frame.number is not None:
            self.posts = max(self.posts, frame.number + 1)

    def _check(self, line: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request.path)
        if self.refuse:
            return line.respond(self.refuse, "not now\n")
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        if parts.path not in {"/subscribe", f"/xrpc/{V2}"}:
            return line.respond(HTTPStatus.NOT_FOUND, "no such path\n")
        if parts.path != "/subscribe" and int(query.get("cursor", [str(LOWEST_TIME)])[0]) < self.floor:
            return line.respond(HTTPStatus.BAD_REQUEST, '{"error":"CursorTooOld","message":"below the floor"}')
        return None

    async def _serve(self, line: ServerConnection) -> None:
        parts = urlsplit(line.request.path if line.request else "")
        query = parse_qs(parts.query)
        v2 = parts.path != "/subscribe"
        place = self._place(query.get("cursor", [None])[0], v2=v2)
        packed = self._compressor if "compress" in query or "zstdDictionary" in query else None
        wanted = query.get("collections" if v2 else "wantedCollections", [])
        self.connected.set()
        sender = asyncio.create_task(self._send(line, place, wanted, packed, v2=v2))
        try:
            await line.wait_closed()
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    async def _send(
        self,
        line: ServerConnection,
        place: int,
        wanted: list[str],
        packed: zstandard.ZstdCompressor | None,
        *,
        v2: bool,
    ) -> None:
        while True:
            if place >= len(self.frames):
                async with self._news:
                    await self._news.wait()
                continue
            frame = self.frames[place]
            place += 1
            if frame.kind != "commit" or not wanted or frame.collection in wanted:
                text = frame.v2 if v2 else frame.v1
                self._note(frame)
                await line.send(packed.compress(text.encode()) if packed else text)

    def _place(self, cursor: str | None, *, v2: bool) -> int:
        if cursor is None:
            return len(self.frames)
        number = int(cursor)
        if v2 and number < LOWEST_TIME:
            return max(0, number - 1)
        found = (place for place, frame in enumerate(self.frames) if frame.time_us >= number)
        return next(found, len(self.frames))

    def _note(self, frame: Frame) -> None:
        if self._sent is None or frame.number is None or frame.number in self._written:
            return
        self._written.add(frame.number)
        said = json.loads(frame.v1)
        address = f"at://{said['did']}/{POSTS}/{said['commit']['rkey']}"
        row = {"n": frame.number, "id": address, "wall": time.time(), "monotonic": time.monotonic()}
        with self._sent.open("a", encoding="utf-8") as file:
            file.write(_json(row) + "\n")


def _json(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"))


def _iso(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
