import contextlib
import socket
from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.domain.wall import Screen
from dashboard.hub import STALLED, Seat
from dashboard.line import EXTENSION, Line, framed

pytestmark = pytest.mark.anyio
FRAME = framed(b"x" * 13_000)


class Still:
    """A canvas that always shows the same."""

    def snapshot(self) -> bytes:
        return FRAME


class Wall:
    """The smallest web application with screens on lines."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.came, self.ended = anyio.Event(), anyio.Event()

    async def __call__(self, scope, receive, send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.lines.append(scope["extensions"][EXTENSION])
        self.came.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.ended.set()


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[tuple[Wall, int]]:
    wall = Wall()
    config = uvicorn.Config(
        wall, log_config=None, lifespan="off", ws=Line, ws_per_message_deflate=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext
    with socket.create_server(("127.0.0.1", 0)) as door:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [door])
            yield wall, door.getsockname()[1]
            server.should_exit = True


async def line_of(wall: Wall) -> Line:
    with anyio.fail_after(5):
        await wall.came.wait()
    return wall.lines[0]


async def deaf(port: int) -> socket.socket:
    """Return a screen that asked for frames and reads none of them."""
    screen = socket.socket()
    screen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    screen.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        screen.connect(("127.0.0.1", port))
    await anyio.wait_writable(screen)
    screen.send(
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return screen


def _established(screen: socket.socket) -> bool:
    return screen.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1


async def most_waiting(seat: Seat, line: Line, offers: int = 500) -> int:
    """Return how many bytes at most were kept for a screen while it was offered frame after frame."""
    most = 0
    for _ in range(offers):
        seat.offer(Still(), FRAME, 0.0)
        most = max(most, line.waiting())
        await anyio.lowlevel.checkpoint()
    return most


async def test_frames_arrive_as_messages_and_pings_are_answered():
    async with served() as (wall, port), connect(f"ws://127.0.0.1:{port}/", compression=None) as screen:
        line = await line_of(wall)
        line.push(FRAME)
        line.push(framed("Grüße".encode()))
        assert await screen.recv() == "x" * 13_000
        assert await screen.recv() == "Grüße"
        with anyio.fail_after(5):
            await (await screen.ping())
        await screen.send("nobody listens to this")
        await screen.close()
        with anyio.fail_after(5):
            await wall.ended.wait()
        line.push(FRAME)
        line.drop(4408, "gone already")


async def test_a_line_is_dropped_with_a_code():
    async with served() as (wall, port), connect(f"ws://127.0.0.1:{port}/") as screen:
        (await line_of(wall)).drop(4408, "too slow")
        with pytest.raises(ConnectionClosed) as closed:
            await screen.recv()
        assert closed.value.rcvd.code == 4408
        with anyio.fail_after(5):
            await wall.ended.wait()


async def test_a_screen_that_reads_nothing_keeps_one_frame_and_is_cut_off():
    async with served() as (wall, port):
        screen = await deaf(port)
        line = await line_of(wall)
        seat = Seat(Screen("main"), line)
        assert await most_waiting(seat, line) <= len(FRAME)
        assert line.waiting() > 0
        seat.offer(Still(), FRAME, STALLED + 0.1)
        with anyio.fail_after(5):
            await wall.ended.wait()
            while _established(screen):  # noqa: ASYNC110 - the system tells a screen that reads nothing no other way
                await anyio.sleep(0.05)
        assert line.transport.get_write_buffer_size() == 0
        screen.close()


async def test_a_planted_line_that_hides_what_waits_is_caught(monkeypatch):
    async with served() as (wall, port):
        screen = await deaf(port)
        line = await line_of(wall)
        seat = Seat(Screen("main"), line)
        with monkeypatch.context() as planted:
            planted.setattr(Line, "waiting", lambda _: 0)
            await most_waiting(seat, line)
        assert line.waiting() > 100 * len(FRAME)
        line.transport.abort()
        screen.close()
