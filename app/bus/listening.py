"""Listening: messages of channels, wherever in a cluster they are published, until something breaks."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from redis import exceptions

from app.bus.connection import Connection
from app.bus.ending import end

ASK_EVERY = 2.0
"""Seconds of silence after which a server is asked whether it is still there."""
SILENT_FOR = 6.0
"""Seconds without any answer after which a subscription counts as broken."""
MOST_QUEUED = 1000
Message = tuple[str, bytes]


async def listen(
    connection: Connection, channels: Sequence[str], *, sharded: bool = False
) -> AsyncGenerator[Message | None]:
    """Yield (channel, message) as they come; first None, as soon as all channels are subscribed.

    Raises what redis-py raises as soon as one subscription breaks or its server is silent: what was missed then has to
    be read again.
    """
    await connection.ready()
    sharded = sharded and connection.sharded
    heard: asyncio.Queue[dict[str, Any] | BaseException] = asyncio.Queue(MOST_QUEUED)
    shares = await connection.listeners(channels)
    ears = [asyncio.create_task(_hear(client, share, heard, sharded=sharded)) for client, share in shares.items()]
    missing = (1 + sharded) * len(channels)
    try:
        while True:
            message = await heard.get()
            if isinstance(message, BaseException):
                connection.doubt()
                raise message
            if message["type"] in {"subscribe", "ssubscribe"}:
                missing -= 1
                if not missing:
                    yield None
            elif message["type"] in {"message", "smessage"}:
                yield message["channel"].decode(), message["data"]
    finally:
        await end(ears)


async def _hear(
    client: Any, channels: Sequence[str], heard: "asyncio.Queue[dict[str, Any] | BaseException]", *, sharded: bool
) -> None:
    """Put what one server says into the queue, the error that ends it last.

    Where messages are spread by partition those to all nodes are heard, too: a publisher may have started before the
    cluster learnt to spread them.
    """
    try:
        async with client.pubsub() as pubsub:
            await pubsub.subscribe(*channels)
            for channel in channels if sharded else ():  # they lie in several slots
                await pubsub.ssubscribe(channel)
            last = time.monotonic()
            while True:
                message = await pubsub.get_message(timeout=ASK_EVERY)
                if message is not None:
                    last = time.monotonic()
                    if message["type"] == "sunsubscribe":
                        raise exceptions.ConnectionError("a partition has moved to another node")
                    await heard.put(message)
                elif time.monotonic() - last > SILENT_FOR:
                    raise exceptions.ConnectionError("a subscription has gone silent")
                else:
                    await pubsub.ping()
    except (exceptions.RedisError, OSError) as error:
        await heard.put(error)
