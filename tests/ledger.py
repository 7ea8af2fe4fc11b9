"""What a channel's log says must be left in the end, and what a system has."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from app.domain.analysis import LABELS
from app.domain.folding import Text
from app.domain.mention import Author, Mention
from app.domain.query import parse
from ingest.understanding import build, understand

SIGN = re.compile(rb"qx\d+qx|edit\d+edit")
"""A word that stands in one text only."""
SUMS = "SELECT sum(negative), sum(neutral), sum(positive), sum(uncertain) FROM tally_minute WHERE brand = ?"


@dataclass
class Ledger:
    """What must be there: the last text of every id, and which ids are deleted."""

    last: dict[str, str]
    deleted: set[str]
    said: set[str]
    """Every text there ever was."""

    @property
    def living(self) -> dict[str, str]:
        """The last text of every id that is not deleted."""
        return {address: text for address, text in self.last.items() if address not in self.deleted}

    @property
    def gone(self) -> set[bytes]:
        """The words that may lie nowhere any more: of deleted texts and of earlier versions."""
        return {sign for text in self.said - set(self.living.values()) for sign in SIGN.findall(text.encode())}

    def labels(self, query: str, brand: str) -> Counter[str]:
        """Return how many ids are counted under each label, read anew from their last texts."""
        wanted = parse(query)
        texts = [text for text in self.last.values() if wanted.matches(Text.of(text))]
        mentions = [Mention("x", str(n), 0.0, text, Author("a"), language="de") for n, text in enumerate(texts)]
        found = understand(build(("language", "lexicon"), ("de", "en"), (brand,)), mentions)
        return Counter(analysis.sentiment.label for analysis in found)


def ledger(log: Path) -> Ledger:
    """Read the log of `benchmarks.jetstream`, in the order it was written."""
    left = Ledger({}, set(), set())
    revisions: dict[str, str] = {}
    for line in log.read_text("utf-8").splitlines():
        frame = json.loads(json.loads(line)[1])
        commit = frame["commit"]
        address = f"at://{frame['did']}/{commit['collection']}/{commit['rkey']}"
        if commit["operation"] == "delete":
            left.deleted.add(address)
            continue
        left.said.add(commit["record"]["text"])
        if address not in left.deleted and commit["rev"] > revisions.get(address, ""):
            revisions[address], left.last[address] = commit["rev"], commit["record"]["text"]
    return left


def signs(url: str, archive: Path) -> dict[bytes, set[str]]:
    """Return every sign that lies in Redis or in the archive's files, with the places."""
    found: dict[bytes, set[str]] = {}
    for place, blob in [*_redis(url), *_files(archive)]:
        for sign in SIGN.findall(blob.lower()):
            found.setdefault(sign, set()).add(place)
    return found


def _redis(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield everything Redis holds, by key."""
    with Redis.from_url(url, protocol=2) as client:
        reads: dict[bytes, Any] = {
            b"stream": client.xrange,
            b"hash": client.hgetall,
            b"string": client.get,
            b"zset": lambda key: client.zrange(key, 0, -1),
        }
        for key in client.keys("*"):
            kind = client.type(key)
            if kind != b"none":  # expired while we looked
                yield f"redis {key.decode()}", _flat(reads[kind](key))


def _flat(thing: Any) -> bytes:
    if isinstance(thing, dict):
        return b"\n".join(_flat(part) for pair in thing.items() for part in pair)
    if isinstance(thing, list | tuple):
        return b"\n".join(_flat(part) for part in thing)
    return thing or b""


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    for file in archive.parent.glob(f"{archive.name}*"):
        yield file.name, file.read_bytes()


def minutes(archive: Path, brand: str) -> Counter[str]:
    """Return what the archive's own minutes count for each label."""
    with sqlite3.connect(archive) as raw:
        sums = raw.execute(SUMS, (brand,)).fetchone()
    return Counter({label: number for label, number in zip(LABELS, sums, strict=True) if number})
