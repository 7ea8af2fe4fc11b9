"""A relay of our own: hears a PDS's firehose and says it again as Jetstream, by the mapping that Jetstream documents.

The firehose is `com.atproto.sync.subscribeRepos` (atproto.com/specs/event-stream and specs/sync, read 2026-11-22):
DAG-CBOR, the records of a commit in a CAR. Jetstream says each operation of a commit as an event with its record as
JSON, and passes identities and accounts on (github.com/bluesky-social/jetstream-legacy, README, read 2026-11-22).
"""

import time
from io import BytesIO
from typing import Any

from websockets.asyncio.client import connect

from benchmarks.jetstream import Jetstream
from tests.peers.dagcbor import blocks, decode, plain


async def relay(firehose: str, jetstream: Jetstream) -> None:
    """Pass on all that the firehose has and will have, for ever; addresses are `ws://host:port`."""
    async with connect(f"{firehose}/xrpc/com.atproto.sync.subscribeRepos?cursor=0", max_size=None) as line:
        async for frame in line:
            stream = BytesIO(bytes(frame))
            header, body = decode(stream), decode(stream)
            await _pass_on(header.get("t", ""), body, jetstream)


async def _pass_on(kind: str, body: dict[str, Any], jetstream: Jetstream) -> None:
    match kind:
        case "#commit":
            await _commit(body, jetstream)
        case "#identity" | "#account":
            await jetstream.put(body["did"], kind[1:], plain(body), _now(jetstream))


async def _commit(body: dict[str, Any], jetstream: Jetstream) -> None:
    records = blocks(body["blocks"])
    for operation in body["ops"]:
        collection, _, rkey = operation["path"].partition("/")
        said = {"rev": body["rev"], "operation": operation["action"], "collection": collection, "rkey": rkey}
        if operation["cid"] is not None:
            name = operation["cid"]["$link"]
            said |= {"record": plain(decode(BytesIO(records[name]))), "cid": name}
        await jetstream.put(body["repo"], "commit", said, _now(jetstream))


def _now(jetstream: Jetstream) -> int:
    latest = jetstream.frames[-1].time_us if jetstream.frames else 0
    return max(time.time_ns() // 1000, latest + 1)
