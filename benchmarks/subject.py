"""What is measured: a whole Emberwatch in a folder of its own, and the browser that looks at it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
from playwright.async_api import Browser, async_playwright

CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[int]:
    """Start `emberwatch up` on `folder/config.yaml` and `folder/data` and yield its port once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "app.cli", "up", "--config", str(folder / "config.yaml")]
    command += ["--data", str(folder / "data"), "--port", str(port)]
    environment = {key: value for key, value in os.environ.items() if key not in {"REDIS_URL", "DATABASE_URL"}}
    process = await anyio.open_process(command, env=environment, stdout=None, stderr=None, start_new_session=True)
    try:
        with anyio.fail_after(60):
            while not await _answers(port):  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.1)
        yield port
    finally:
        with anyio.CancelScope(shield=True):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            await process.wait()


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.write(f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    return b" 200 " in line


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the headless Chromium of this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_binary(), args=list(CHROMIUM))
        yield browser
        await browser.close()


def _binary() -> str:
    found = (Path(place) / name for place in os.get_exec_path() for name in ("chromium", "chromium-browser"))
    return str(next((path for path in found if path.exists()), "chromium"))
