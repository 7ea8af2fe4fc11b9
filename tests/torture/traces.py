"""Traces: which texts still lie in Redis, in the archive or in any file, read as raw bytes."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from redis import Redis

from benchmarks.sign import TRACE
from tests.torture.pages import parted

AT_ONCE = 1_000
OURS = {"redis", "redis.log"}
"""Redis' own folder: its append-only file is a history until Redis rewrites it."""
DATABASES = {f"{name}.sqlite{suffix}" for name in ("emberwatch", "unmatched") for suffix in ("", "-wal")}
GAPS = "gaps of pages"
"""Where SQLite leaves copies that belong to nothing, see `tests.torture.pages`."""


def traces(servers: Sequence[str], data: Path, database: str | None) -> dict[bytes, set[str]]:
    """Return every trace of a text that lies somewhere, with the places."""
    found: dict[bytes, set[str]] = {}
    for place, blob in _everything(servers, data, database):
        for trace in TRACE.findall(blob.lower()):
            found.setdefault(trace, set()).add(place)
    return found


def _everything(servers: Sequence[str], data: Path, database: str | None) -> Iterator[tuple[str, bytes]]:
    for server in servers:
        yield from _redis(server)
    yield from _files(data)
    if database:
        yield from _postgres(database)
    else:
        yield from _indexed(data / "emberwatch.sqlite")


def _redis(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield everything a server holds, by key."""
    with Redis.from_url(url, protocol=2) as client:
        keys: list[bytes] = list(client.scan_iter(count=AT_ONCE))
        for start in range(0, len(keys), AT_ONCE):
            share = keys[start : start + AT_ONCE]
            with client.pipeline(transaction=False) as pipe:
                for key in share:
                    pipe.type(key)
                kinds = pipe.execute()
                for key, kind in zip(share, kinds, strict=True):
                    _ask(pipe, kind, key)
                answers = pipe.execute()
            for key, answer in zip(share, answers, strict=True):
                yield f"redis {key.decode(errors='replace')}", key + b"\n" + _flat(answer)


def _ask(pipe: Any, kind: bytes, key: bytes) -> None:
    match kind:
        case b"stream":
            pipe.xrange(key)
        case b"hash":
            pipe.hgetall(key)
        case b"zset":
            pipe.zrange(key, 0, -1)
        case b"set":
            pipe.smembers(key)
        case b"list":
            pipe.lrange(key, 0, -1)
        case b"string":
            pipe.get(key)
        case _:  # expired while we looked
            pipe.echo("")


def _flat(thing: Any) -> bytes:
    if isinstance(thing, dict):
        return b"\n".join(_flat(part) for pair in thing.items() for part in pair)
    if isinstance(thing, list | tuple | set):
        return b"\n".join(_flat(part) for part in thing)
    return thing or b""


def _files(data: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file the system keeps: database, its log, spools, logs."""
    for file in sorted(data.rglob("*")):
        if file.is_file() and not OURS & set(file.relative_to(data).parts):
            name, blob = str(file.relative_to(data)), file.read_bytes()
            if name in DATABASES:
                blob, gaps = parted(blob, log=name.endswith("-wal"))
                yield GAPS, gaps
            yield name, blob


def _indexed(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the words of every full-text index."""
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as raw:
        named = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
        for (name,) in raw.execute(named).fetchall():
            raw.execute(f"CREATE VIRTUAL TABLE temp.words_{name} USING fts5vocab(main, '{name}', 'row')")
            words = raw.execute(f"SELECT term FROM temp.words_{name}").fetchall()  # noqa: S608 - a name of ours
            yield f"index {name}", "\n".join(word for (word,) in words).encode()


def _postgres(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield every table as the server stores its values."""
    import psycopg

    with psycopg.connect(url) as raw:
        tables = (
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for (name,) in raw.execute(tables).fetchall():
            wanted = f"COPY (SELECT * FROM {name}) TO STDOUT (FORMAT binary)"  # noqa: S608 - a name of ours
            with raw.cursor().copy(wanted) as out:
                yield f"table {name}", b"".join(bytes(part) for part in out)
