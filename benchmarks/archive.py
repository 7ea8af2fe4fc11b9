"""`emberwatch bench archive`: how fast the archive keeps mentions, beside what the database takes at best.

The limit on SQLite is the driver's own executemany of rows made beforehand, into the same tables with the same indexes,
settings and commits. On PostgreSQL it is a COPY of such rows into one table of the same columns with its primary key,
without the register of keys, the days, the places by brand and the indexes that the archive has: once as text, as
drivers and tools do it unless told otherwise, once in binary, as the archive does it. Rounds alternate, and the ratio
is the median over them.
"""

import gc
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.domain.analysis import AnalysedMention, Analysis, Evidence, Intent, Sentiment
from app.domain.identity import Identity
from app.domain.mention import Author, Engagement, Mention
from app.store import rows
from app.store.connection import WRITING
from app.store.engine import Store, open_store
from app.store.postgres import BINARY
from app.store.schema import mention
from benchmarks.postgres import PostgresServer, binaries
from benchmarks.report import Report, Row, median

BATCH = 2_000
"""Mentions in a commit, as the archive service writes them when it is behind."""

COMMITS = 3
"""Commits in one round."""

ROUNDS = 9
QUICK_ROUNDS = 3
SAID = """
der die Strom Rechnung ist schon wieder weg und keiner geht ans Telefon Nordlicht Kunde Service Danke schnell Hilfe
Ausfall Netz Region heute morgen the bill power outage again nobody answers customer thanks great support
"""
WORDS = SAID.split()

Batch = list[tuple[AnalysedMention, int]]
Ready = tuple[list[rows.Values], list[rows.Values]]


def measure(*, quick: bool) -> Report:
    """Measure both databases; PostgreSQL only where it is installed."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    found, notes = [_sqlite(rounds)], [f"{BATCH} mentions of some 200 characters in each commit."]
    folder = binaries()
    if folder:
        found += [_postgresql(rounds, folder, binary=False), _postgresql(rounds, folder, binary=True)]
    else:
        notes.append("PostgreSQL is not installed: only SQLite was measured.")
    return Report("archive", "Keeping mentions", tuple(found), tuple(notes))


def _sqlite(rounds: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="ember-bench-") as folder:
        file, raw_file = Path(folder) / "archive.sqlite", Path(folder) / "raw.sqlite"
        with closing(open_store(file, clock=SystemClock())) as store, closing(sqlite3.connect(raw_file)) as raw:
            raw.isolation_level = None
            for pragma in WRITING:
                raw.execute(f"PRAGMA {pragma}")
            for statement in _tables(file):
                raw.execute(statement)
            return _race("SQLite", rounds, store, lambda ready: _executemany(raw, ready), "executemany", (0.6, 0.8))


def _postgresql(rounds: int, folder: Path, *, binary: bool) -> Row:
    import psycopg

    with _server(folder) as server:
        url = server.make_database("archive")
        with closing(open_store(url, clock=SystemClock())) as store, psycopg.connect(url) as raw:
            raw.execute("CREATE SCHEMA raw")
            raw.execute("CREATE TABLE raw.mention (LIKE public.mention, PRIMARY KEY (key))")
            raw.commit()
            name, goals = ("binary COPY", None) if binary else ("COPY", (0.4, 0.6))
            return _race("PostgreSQL", rounds, store, lambda ready: _copy(raw, ready, binary=binary), name, goals)


def _race(
    name: str, rounds: int, store: Store, limit: Callable[[Ready], None], what: str, goals: tuple[float, float] | None
) -> Row:
    """Let both write the same mentions in turns, each first in every other round."""
    identity = Identity(store.secret())
    ratios: list[float] = []
    ours: list[float] = []
    raws: list[float] = []
    for number in range(-1, rounds):
        batches = [_mentions(identity, (number * COMMITS + commit + COMMITS) * BATCH) for commit in range(COMMITS)]
        ready = [_ready(identity, batch) for batch in batches]
        gc.collect()
        gc.freeze()  # what is only here for the measurement is no garbage of the archive
        turns: list[Callable[[], float]] = [
            lambda batches=batches: _timed(partial(_keep, store), batches),  # type: ignore[misc] # bound now
            lambda ready=ready: _timed(limit, ready),  # type: ignore[misc] # bound now
        ]
        first, second = turns if number % 2 else turns[::-1]
        times = (first(), second())
        mine, least = times if number % 2 else times[::-1]
        gc.unfreeze()
        if number >= 0:  # the round before warms up
            ratios.append(least / mine)
            ours.append(BATCH * COMMITS / mine)
            raws.append(BATCH * COMMITS / least)
    must, aim = goals or (None, None)
    return Row(f"{name}, mentions kept", median(ours), "1/s", what, median(raws), median(ratios), must, aim)


def _timed(work: Callable[[Any], None], parts: Sequence[Any]) -> float:
    began = time.perf_counter()
    for part in parts:
        work(part)
    return time.perf_counter() - began


def _keep(store: Store, batch: Batch) -> None:
    with store.transaction() as tx:
        if tx.mentions.upsert(batch) != len(batch):
            raise AssertionError("not every mention was new")


def _executemany(raw: sqlite3.Connection, ready: Ready) -> None:
    raw.execute("BEGIN IMMEDIATE")
    for table, values in zip(("mention", "mention_brand"), ready, strict=True):
        raw.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})", values)  # noqa: S608
    raw.execute("COMMIT")


def _copy(raw: Any, ready: Ready, *, binary: bool) -> None:
    way = " (FORMAT BINARY)" if binary else ""
    with raw.cursor() as cursor, cursor.copy(f"COPY raw.mention FROM STDIN{way}") as copy:
        if binary:
            copy.set_types([BINARY[str(column.type)] for column in mention.c])
        for row in ready[0]:
            copy.write_row(row)
    raw.commit()


def _tables(file: Path) -> list[str]:
    """Return how the archive's own two tables and their indexes are made."""
    with closing(sqlite3.connect(file)) as made:
        query = "SELECT sql FROM sqlite_master WHERE tbl_name IN ('mention', 'mention_brand') AND sql IS NOT NULL"
        return [statement for (statement,) in made.execute(query)]


@contextmanager
def _server(folder: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(folder)
    try:
        server.start()
        server.make_role()
        yield server
    finally:
        server.close()


def _ready(identity: Identity, batch: Batch) -> Ready:
    """Return the rows of `mention` and of `mention_brand`."""
    written, places = [], []
    for analysed, version in batch:
        said = analysed.mention
        author = identity.author(said.channel, said.author.id)
        written.append(rows.from_analysed(analysed, version, said.key, author))
        places += rows.places(said.key, said.published_at, said.brands, author)
    return written, places


def _mentions(identity: Identity, start: int) -> Batch:
    """Return a batch as a storm brings it: half by people who say more, a third replies, some of two brands."""
    draw = random.Random(start)
    now = time.time()
    return [(_mention(identity, draw, start + number, now + number / BATCH), 1) for number in range(BATCH)]


def _mention(identity: Identity, draw: random.Random, number: int, at: float) -> AnalysedMention:
    text = " ".join(draw.choices(WORDS, k=34))[:200]
    person = f"did:plc:{draw.getrandbits(120):030x}" if number % 2 else f"did:plc:{draw.randrange(20_000):030}"
    author = Author(person, f"user{number % 9999}.bsky.social", f"User {number % 9999}", draw.randrange(5_000))
    native_id = f"at://{person}/app.bsky.feed.post/3l{number:011}"
    said = Mention(
        "bluesky",
        native_id,
        at,
        text,
        author,
        url=f"https://bsky.app/profile/{person}/post/3l{number:011}",
        language="de",
        in_reply_to=f"at://did:plc:{draw.getrandbits(120):030x}/app.bsky.feed.post/3l" if number % 3 == 0 else None,
        engagement=Engagement(likes=draw.randrange(9)),
        revision=int(at * 1e6),
        source="live",
        received_at=at + 0.2,
        key=identity.key("bluesky", native_id),
        brands=("nordlicht", "suedwind") if number % 10 == 0 else ("nordlicht",),
    )
    word = (Evidence("weg", 26, 29, -0.7),)
    terms = tuple(dict.fromkeys(text.lower().split()))[:12]
    felt = Sentiment("negative", 0.8, 0.15, 0.05, word)
    return AnalysedMention(said, Analysis("de", felt, (Intent("complaint", 0.9, word),), terms))
