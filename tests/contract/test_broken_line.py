"""A line to Redis that breaks at the very moment of writing is an unreachable Redis, on every event loop."""

import pytest
from redis.exceptions import ConnectionError as Broken

from app.bus.address import plain
from app.bus.server import EmbeddedServer

LOOPS = [("asyncio", {"use_uvloop": False}), ("asyncio", {"use_uvloop": True})]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", LOOPS)
async def test_a_line_that_breaks_while_written_to_is_said_to_be_broken(redis_server: EmbeddedServer):
    client = plain(redis_server.url)
    line = await client.connection_pool.get_connection()
    line._writer.transport.abort()
    with pytest.raises(Broken):
        await line.send_command("SET", "torn", "x" * 10_000_000)
    await line.disconnect()
    await client.connection_pool.release(line)
    assert await client.ping()
    await client.aclose()
