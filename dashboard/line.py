"""The line to a screen: uvicorn's websocket protocol, which besides takes frames that are bytes already."""

import socket
import struct
from asyncio.transports import BaseTransport
from typing import Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

EXTENSION = "emberwatch.line"
"""Where the scope of a websocket holds its line."""

SEND_BUFFER = 64 * 1024
"""Bytes the system may keep for a screen; what a slow screen has in front of it is old by then."""

LAST_WORDS = 1.0
"""Seconds a closing frame gets to leave; then whatever nobody takes is thrown away."""


RESET = struct.pack("ii", 1, 0)
"""Lingering for 0 s: closing throws away what is not taken, and tells the other side."""


class Outlet(Protocol):
    """What the hub hands frames to."""

    def waiting(self) -> int:
        """Return how many bytes nobody has taken yet."""
        ...

    def push(self, frame: bytes) -> None:
        """Send a whole frame, as `framed` makes it; nothing happens on a line that is closed."""
        ...

    def drop(self, code: int, reason: str) -> None:
        """Close, also if nobody takes anything any more."""
        ...


def framed(payload: bytes) -> bytes:
    """Return a text message as the bytes of one websocket frame, the same for every screen (RFC 6455, section 5.2)."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Line(WebSocketsSansIOProtocol):
    """One screen's connection; `scope["extensions"][EXTENSION]` leads from its request to it.

    Frames go straight to the transport, past ASGI: nothing is encoded, copied or woken up per screen. Handshake, pings,
    closing and what the screen says stay with uvicorn.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        """Keep little in the system, so that a slow screen's next frame is a new one."""
        super().connection_made(transport)
        wire = transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def handle_connect(self, event: Request) -> None:
        """Leave a reference where the route finds it; its task begins after this."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = self

    def waiting(self) -> int:
        """Return how many bytes nobody has taken yet."""
        return self.transport.get_write_buffer_size()

    def push(self, frame: bytes) -> None:
        """Send a whole frame; nothing happens on a line that is closing."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)

    def drop(self, code: int, reason: str) -> None:
        """Close; a second later the connection is cut, and what waits in it is freed."""
        if not self.close_sent and not self.transport.is_closing():
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.loop.call_later(LAST_WORDS, self._cut)

    def keepalive_timeout(self) -> None:
        """Cut off who does not answer pings: closing alone waits until its bytes are taken."""
        super().keepalive_timeout()
        self.loop.call_later(LAST_WORDS, self._cut)

    def _cut(self) -> None:
        """End it at once: else the system would go on offering the old frames for minutes, and the screen not know."""
        wire = self.transport.get_extra_info("socket")
        if wire is not None and not self.disconnected:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()
