"""An application on a port of loopback: what every server of ours is."""

from typing import Self

from aiohttp import web


class Loopback:
    """Serves `application()` from `async with` on; `port` 0 takes any that is free."""

    grace = 0.1
    """Seconds an answer in progress has when it ends."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        """Return what is served."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.application(), shutdown_timeout=self.grace, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"
