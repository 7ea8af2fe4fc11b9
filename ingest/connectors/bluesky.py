"""Bluesky, heard through any Jetstream server; v1 and v2 are told apart by the path of the address."""

import asyncio
import random
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit, urlunsplit

import zstandard
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from app.domain.mention import SourceEvent
from app.domain.source import Cause, Gap
from app.errors import SourceUnavailable
from ingest.appview import PUBLIC, AppView
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Setting, Terms
from ingest.lookup import Lookup
from ingest.wires.jetstream import CHANNEL, LOWEST_TIME, POSTS, V2, Cursor, Item, Reader

REWIND = 5_000_000
"""Microseconds v1 is rewound on resume: its `time_us` is not strictly in order."""

BATCH = 500
WINDOW = 0.01
"""Seconds a batch is gathered after its first frame."""

LARGEST = 4 * 2**20
LONGEST_PAUSE = 30.0
PROBING = 5.0
"""Seconds a test of the source waits for something to be said."""

TOO_MANY = 429
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class BlueskyOptions(BaseModel):
    """Which Jetstream to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field("wss://jetstream2.us-east.bsky.network/subscribe", description="a Jetstream, v1 or v2")
    zstd: bool = Field(default=False, description="have the stream compressed; needs `dictionary`")
    dictionary: Path | None = Field(None, description="the server's zstd dictionary, a file")
    appview: str | None = Field(PUBLIC, description="who is asked for the profiles of matched authors; null: nobody")

    @property
    def profiles(self) -> str | None:
        """Who is asked for profiles: nobody by default if the Jetstream is on this machine, as in tests."""
        private = "appview" not in self.model_fields_set and urlsplit(self.url).hostname in _LOOPBACK
        return None if private else self.appview

    @field_validator("appview")
    @classmethod
    def _web(cls, appview: str | None) -> str | None:
        if appview is not None and urlsplit(appview).scheme not in {"http", "https"}:
            raise ValueError("give the address of an AppView: https://public.api.bsky.app")
        return appview

    @field_validator("url")
    @classmethod
    def _websocket(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"ws", "wss"}:
            raise ValueError("give a websocket address: wss://host/subscribe")
        return url

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.zstd and not (self.dictionary and self.dictionary.is_file()):
            raise ValueError("zstd needs `dictionary`: the path of the server's zstd dictionary file")
        return self


class BlueskyConnector:
    """Hears posts, edits, deletions, vanished accounts and handles; reconnects for ever and resumes by cursor."""

    channel = CHANNEL
    Options = BlueskyOptions
    terms = Terms(
        stored="Public posts may be kept; what is deleted at Bluesky is deleted here, with all its author's posts if "
        "the account goes.",
        deletions="announced",
        page="docs.bsky.app, developer guidelines, and bsky.social/about/support/tos, read 2026-11-22",
    )

    idle = 60.0
    """Seconds of silence after which the line is taken for dead: Bluesky never falls silent."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        options = setting.options
        if not isinstance(options, BlueskyOptions):
            raise TypeError("BlueskyConnector needs BlueskyOptions")
        self._options = options
        self._v2 = urlsplit(options.url).path.rstrip("/").endswith(V2)
        self._reader = Reader(v2=self._v2)
        self._asked: Cursor | None = None
        """From where this connection was asked to begin, until its first frame has come."""
        self._outdated = False
        """The server has said that it does not have all that was asked for."""
        self._dictionary = (
            zstandard.ZstdCompressionDict(options.dictionary.read_bytes())
            if options.zstd and options.dictionary
            else None
        )
        self._decompressor = zstandard.ZstdDecompressor(self._dictionary) if self._dictionary else None

    def lookup(self) -> Lookup | None:
        """Return who knows the profiles of authors, if anybody is to be asked."""
        appview = self._options.profiles
        return None if appview is None else AppView(self._setting, appview)

    async def probe(self) -> str:
        """Connect anew and say what came; raise `SourceUnavailable` if nobody answers."""
        host = urlsplit(self._options.url).netloc
        try:
            async with self._connect(None) as line:
                try:
                    async with asyncio.timeout(PROBING):
                        await line.recv()
                except TimeoutError:
                    return f"{host} lets us in, but has said nothing for {PROBING:.0f} s."
        except (OSError, WebSocketException) as failure:
            heed_cancellation()
            raise SourceUnavailable(*self._reason(failure)) from failure
        return f"{host} answers and sends."

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is said from `cursor` on."""
        place = Cursor.read(cursor) if cursor else None
        failures = 0
        while True:
            try:
                async with self._connect(self._from(place)) as line:
                    self._setting.report("live", "")
                    if place is None:  # nothing may be missed any more, even if the line breaks before a frame
                        place = Cursor(int(self._setting.clock.now() * 1_000_000), heard=False)
                        yield Batch(cursor=str(place))
                    self._asked = place
                    while True:
                        batch, place = await self._gather(line, place)
                        failures = 0
                        yield batch
            except (OSError, WebSocketException, SourceUnavailable) as failure:
                heed_cancellation()
                if self._v2 and isinstance(failure, InvalidStatus) and _too_old(failure):
                    self._outdated = True
                failures += 1
                reason, cause = self._reason(failure)
                self._setting.report("unreachable", reason, cause=cause)
            pause = min(LONGEST_PAUSE, 0.1 * 2 ** min(failures, 10))
            await self._setting.clock.sleep(pause * random.uniform(0.5, 1.0))

    def _from(self, place: Cursor | None) -> int | None:
        if place is None:
            return None
        return LOWEST_TIME if self._outdated else place.place

    def _connect(self, place: int | None) -> connect:
        host = urlsplit(self._options.url).hostname
        return connect(
            self.address(place),
            subprotocols=[Subprotocol("xrpc.v1.json")] if self._v2 else None,
            max_size=LARGEST,
            max_queue=1_024,
            compression=None,
            open_timeout=10,
            close_timeout=1,
            ping_interval=20,
            ping_timeout=20,
            user_agent_header="Emberwatch",
            proxy=None if host in _LOOPBACK else True,
        )

    def address(self, place: int | None) -> str:
        """Return the address that resumes at `place`, None for now."""
        parts = urlsplit(self._options.url)
        if self._v2:
            wanted = [("collections", POSTS), *(("kinds", kind) for kind in ("commit", "identity", "account"))]
            if place is not None:
                wanted.append(("cursor", str(place)))
            if self._dictionary:
                wanted.append(("zstdDictionary", str(self._dictionary.dict_id())))
        else:
            wanted = [("wantedCollections", POSTS)]
            if place is not None and place >= LOWEST_TIME:
                wanted.append(("cursor", str(place - REWIND)))
            if self._dictionary:
                wanted.append(("compress", "true"))
        query = "&".join(filter(None, (parts.query, urlencode(wanted))))
        return urlunsplit(parts._replace(query=query))

    async def _gather(self, line: ClientConnection, place: Cursor) -> tuple[Batch, Cursor]:
        """Wait for a frame, then take what comes within the window."""
        try:
            async with asyncio.timeout(self.idle):
                frames = [await line.recv()]
        except TimeoutError:
            raise SourceUnavailable(f"It has sent nothing for {self.idle:.0f} s; connecting anew.", "network") from None
        # What was read before the line broke is delivered; the next recv() breaks again.
        with suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(WINDOW):
                while len(frames) < BATCH:
                    frames.append(await line.recv())
        return self._batch(frames, place)

    def _batch(self, frames: list[str | bytes], place: Cursor) -> tuple[Batch, Cursor]:
        events: list[SourceEvent] = []
        newest = 0.0
        faults: list[str] = []
        gap: Gap | None = None
        for number, frame in enumerate(frames):
            try:
                item = self._reader.read(self._plain(frame))
            except SourceUnavailable:
                if number == 0:
                    raise
                break  # the server closes after an error frame, which ends the next round
            self._outdated = self._outdated or item.outdated
            if item.fault:
                faults.append(item.fault)
            if item.cursor is not None:
                lost = self._gap(item)
                if lost or _follows(item.cursor, place.place):
                    place = Cursor(item.cursor, item.at)
                gap = lost or gap
                newest = max(newest, item.at or 0.0)
            if item.event is not None:
                events.append(item.event)
        batch = Batch(
            events,
            str(place),
            last_item_at=newest or None,
            received=len(frames),
            unreadable=len(faults),
            fault=faults[0] if faults else "",
            gap=gap,
        )
        return batch, place

    def _gap(self, first: Item) -> Gap | None:
        """Return what is missing for good: a server that still has the last frame we heard sends it again first."""
        asked, self._asked = self._asked, None
        outdated, self._outdated = self._outdated, self._outdated and asked is None
        if asked is None or first.cursor is None or first.at is None:
            return None
        beyond = not self._v2 and asked.heard and asked.place >= LOWEST_TIME and first.cursor > asked.place
        if not outdated and not beyond:
            return None
        since = min(first.at, asked.at if asked.at is not None else first.at)
        return Gap(since, first.at, f"{urlsplit(self._options.url).netloc} no longer has what was said then.")

    def _plain(self, frame: str | bytes) -> str | bytes:
        if isinstance(frame, str) or self._decompressor is None:
            return frame
        try:
            if zstandard.frame_content_size(frame) > LARGEST:
                return b""
            return self._decompressor.decompress(frame, max_output_size=LARGEST)
        except zstandard.ZstdError:
            return b""

    def _reason(self, failure: Exception) -> tuple[str, Cause]:
        """Say why the server cannot be heard, and of what kind that is."""
        host = urlsplit(self._options.url).netloc
        if isinstance(failure, InvalidStatus):
            status = failure.response.status_code
            said = (failure.response.body or b"")[:200].decode("utf-8", "replace")
            return f"{host} refuses with HTTP {status}. {said}".strip(), "quota" if status == TOO_MANY else "server"
        for kind, sentence, cause in _REASONS:
            if isinstance(failure, kind):
                return f"{host} {sentence}", cause
        return f"{host} cannot be reached: {str(failure) or type(failure).__name__}", "network"


_REASONS: tuple[tuple[type[Exception], str, Cause], ...] = (
    (ConnectionClosed, "closed the connection; connecting anew.", "network"),
    (socket.gaierror, "cannot be found by name (DNS); is there a network?", "network"),
    (ConnectionRefusedError, "refuses the connection; is the server running?", "network"),
    (ssl.SSLError, "offers no trustworthy encryption (TLS).", "network"),
    (TimeoutError, "does not answer within 10 s.", "network"),
)


def _too_old(failure: InvalidStatus) -> bool:
    return b"CursorTooOld" in (failure.response.body or b"")


def _follows(cursor: int, place: int) -> bool:
    """Tell whether a cursor is further on, or so far back that the server counts differently (v2 after v1)."""
    return cursor > place or cursor < place - 2 * REWIND
