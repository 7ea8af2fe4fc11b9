"""The Jetstream of `benchmarks.jetstream` as its own process, to be killed and restarted.

    python -m benchmarks.jetstream_process --port 6008 --rate 50 --count 5000 --brand-text "Nordlicht Strom" \
        --log posts.log --sent sent.ndjson

prints `ready ws://127.0.0.1:6008/subscribe` once it listens. The log survives a SIGKILL: started again on the same
log it goes on with the next post and serves the earlier ones to who resumes by cursor. `--sent` gets one line a post,
`{"n", "id", "wall", "monotonic"}`, written at the instant the post first goes onto a socket.
"""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path

from benchmarks.changes import Changes
from benchmarks.jetstream import TEMPLATES, Jetstream


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=float, default=50.0, help="posts a second")
    parser.add_argument("--count", type=int, default=1_000, help="posts altogether, over all restarts")
    parser.add_argument("--brand-text", default="Nordlicht Strom", help="every post holds it")
    parser.add_argument("--template", action="append", help="a text with {brand}, {n} and {sign}; may be given often")
    parser.add_argument("--change", type=float, default=0.0, help="share of posts taken back, edited and repeated")
    parser.add_argument("--log", type=Path, help="file of all events, survives a kill")
    parser.add_argument("--sent", type=Path, help="file of the instants at which posts went onto a socket")
    parser.add_argument("--at-once", action="store_true", help="begin before somebody is connected")
    given = parser.parse_args()
    async with Jetstream(given.port, log=given.log, sent=given.sent) as server:
        print(f"ready {server.url}", flush=True)
        if not given.at_once:
            await server.connected.wait()
        templates = tuple(given.template or TEMPLATES)
        then = Changes(server, given.change, given.brand_text) if given.change else None
        await server.play(given.rate, given.count, given.brand_text, templates, then)
        print(f"done {server.posts}", flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_main())
