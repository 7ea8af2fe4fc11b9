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

import structlog
import zstandard
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from app.domain.mention import SourceEvent
from app.errors import SourceUnavailable
from ingest.cancellation import heed_cancellation
from ingest.connector import Batch, Setting, Terms
from ingest.jetstream import CHANNEL, POSTS, V2, Reader

log = structlog.get_logger("ingest")

REWIND = 5_000_000
"""Microseconds v1 is rewound on resume: its `time_us` is not strictly in order."""

BATCH = 500
WINDOW = 0.01
"""Seconds a batch is gathered after its first frame."""

LARGEST = 4 * 2**20
LOWEST_TIME = 10**15
"""Cursors below are v2 sequence numbers, above microseconds; as a v2 cursor it means: everything still kept."""

LONGEST_PAUSE = 30.0
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class BlueskyOptions(BaseModel):
    """Which Jetstream to hear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field("wss://jetstream2.us-east.bsky.network/subscribe", description="a Jetstream, v1 or v2")
    zstd: bool = Field(default=False, description="have the stream compressed; needs `dictionary`")
    dictionary: Path | None = Field(None, description="the server's zstd dictionary, a file")

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
        "Public posts as long as their authors keep them; deletions and vanished accounts are honoured at once.",
        page="https://docs.bsky.app/docs/support/developer-guidelines, read 2026-11-22",
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
        self._faulty = 0
        self._dictionary = (
            zstandard.ZstdCompressionDict(options.dictionary.read_bytes())
            if options.zstd and options.dictionary
            else None
        )
        self._decompressor = zstandard.ZstdDecompressor(self._dictionary) if self._dictionary else None

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is said from `cursor` on."""
        place = int(cursor) if cursor else None
        failures = 0
        while True:
            try:
                async with self._connect(place) as line:
                    self._setting.report("live", "")
                    if (
                        place is None
                    ):  # from now on nothing may be missed, even if the line breaks before its first frame
                        place = int(self._setting.clock.now() * 1_000_000)
                        yield Batch(cursor=str(place))
                    while True:
                        batch = await self._gather(line, place)
                        failures = 0
                        place = int(batch.cursor or place)
                        yield batch
            except (OSError, WebSocketException, SourceUnavailable) as failure:
                heed_cancellation()
                if self._v2 and isinstance(failure, InvalidStatus) and _too_old(failure):
                    place = LOWEST_TIME
                failures += 1
                self._setting.report("unreachable", self._reason(failure))
            pause = min(LONGEST_PAUSE, 0.1 * 2 ** min(failures, 10))
            await self._setting.clock.sleep(pause * random.uniform(0.5, 1.0))

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

    async def _gather(self, line: ClientConnection, place: int) -> Batch:
        """Wait for a frame, then take what comes within the window."""
        try:
            async with asyncio.timeout(self.idle):
                frames = [await line.recv()]
        except TimeoutError:
            raise SourceUnavailable(f"It has sent nothing for {self.idle:.0f} s; connecting anew.") from None
        # What was read before the line broke is delivered; the next recv() breaks again.
        with suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(WINDOW):
                while len(frames) < BATCH:
                    frames.append(await line.recv())
        return self._batch(frames, place)

    def _batch(self, frames: list[str | bytes], place: int) -> Batch:
        events: list[SourceEvent] = []
        newest = 0.0
        for number, frame in enumerate(frames):
            try:
                item = self._reader.read(self._plain(frame))
            except SourceUnavailable:
                if number == 0:
                    raise
                break  # the server closes after an error frame, which ends the next round
            if item.cursor is not None:
                place = item.cursor if _follows(item.cursor, place) else place
                newest = max(newest, item.at or 0.0)
            if item.event is not None:
                events.append(item.event)
        if unread := self._reader.faulty - self._faulty:
            self._faulty = self._reader.faulty
            log.warning("bluesky.unreadable", source=self._setting.source, frames=unread, before=place)
        return Batch(events, str(place), last_item_at=newest or None, received=len(frames))

    def _plain(self, frame: str | bytes) -> str | bytes:
        if isinstance(frame, str) or self._decompressor is None:
            return frame
        try:
            if zstandard.frame_content_size(frame) > LARGEST:
                return b""
            return self._decompressor.decompress(frame, max_output_size=LARGEST)
        except zstandard.ZstdError:
            return b""

    def _reason(self, failure: Exception) -> str:
        """Say in plain words why the server cannot be heard."""
        host = urlsplit(self._options.url).netloc
        if isinstance(failure, InvalidStatus):
            said = (failure.response.body or b"")[:200].decode("utf-8", "replace")
            return f"{host} refuses with HTTP {failure.response.status_code}. {said}".strip()
        for kind, sentence in _REASONS:
            if isinstance(failure, kind):
                return f"{host} {sentence}"
        return f"{host} cannot be reached: {str(failure) or type(failure).__name__}"


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ConnectionClosed, "closed the connection; connecting anew."),
    (socket.gaierror, "cannot be found by name (DNS); is there a network?"),
    (ConnectionRefusedError, "refuses the connection; is the server running?"),
    (ssl.SSLError, "offers no trustworthy encryption (TLS)."),
    (TimeoutError, "does not answer within 10 s."),
)


def _too_old(failure: InvalidStatus) -> bool:
    return b"CursorTooOld" in (failure.response.body or b"")


def _follows(cursor: int, place: int) -> bool:
    """Tell whether a cursor is further on, or so far back that the server counts differently (v2 after v1)."""
    return cursor > place or cursor < place - 2 * REWIND
