"""The unmatched file: posts that are mentions of nobody, for a day and within a size, for previews and proposals.

A file of its own, `<data>/unmatched.sqlite`, so that nothing of the archive waits for it. Rows lie in the order of
arrival, each with its folded text, so that SQLite finds the candidates of a query without Python looking at the rest.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.domain.folding import fold
from app.domain.mention import Mention
from app.errors import StoreUnavailable, Trouble
from app.store.connection import make_private

NAME = "unmatched.sqlite"
DAY = 86_400.0
STEP = 500
"""Rows let go in one transaction."""
MOST_WORDS = 48
"""Words looked for by SQLite; of queries with more, every post is a candidate."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS post (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, author TEXT NOT NULL, received REAL NOT NULL,
  revision INTEGER NOT NULL, folded TEXT NOT NULL, pack BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS ix_post_author ON post (author);
"""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "secure_delete=ON",
    "journal_size_limit=8388608",
    "cache_size=-32768",
)
_KEEP = """
INSERT INTO post (key, author, received, revision, folded, pack) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, folded = excluded.folded, pack = excluded.pack
WHERE excluded.revision >= post.revision
"""
_pack = msgspec.msgpack.Encoder()
_unpack = msgspec.msgpack.Decoder(Mention)


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn whatever SQLite does not do into `StoreUnavailable`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        broken = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        kind: Trouble = "refused" if broken else "away"
        raise StoreUnavailable(f"The unmatched file does not answer: {error}.", kind) from error


class Unheard:
    """The file for who writes it: one thread.

    Every method raises `StoreUnavailable` if the file takes nothing now; its `kind` is `refused` if it is no such file.
    """

    def __init__(self, file: Path, limit: int, wait: float = 5.0) -> None:
        self._file, self._limit = file, limit
        with unavailable():
            make_private(file)
            self._raw = sqlite3.connect(file, timeout=wait, isolation_level=None)
            try:
                for pragma in PRAGMAS:
                    self._raw.execute(f"PRAGMA {pragma}")
                self._raw.executescript(_SCHEMA)
                self._inode = file.stat().st_ino
            except BaseException:
                self._raw.close()
                raise

    def keep(self, posts: Sequence[tuple[Mention, str]]) -> None:
        """Keep posts, each with the key of its author; a newer version replaces the one that is there."""
        rows = [
            (said.key, author, said.received_at, said.revision, fold(said.text), _pack.encode(said))
            for said, author in posts
        ]
        with self._writing():
            self._raw.executemany(_KEEP, rows)

    def forget(self, keys: Sequence[str], authors: Sequence[str] = ()) -> int:
        """Overwrite posts, by key and by the key of their author; return how many were there."""
        with self._writing():
            before = self._raw.total_changes
            self._raw.executemany("DELETE FROM post WHERE key = ?", [(key,) for key in keys])
            self._raw.executemany("DELETE FROM post WHERE author = ?", [(author,) for author in authors])
            return self._raw.total_changes - before

    def trim(self, now: float) -> bool:
        """Let go of a few of the oldest if they are older than a day or too many; tell whether more have to go."""
        full = self.size() > self._limit
        due = "" if full else " AND received < ?"
        with self._writing():
            before = self._raw.total_changes
            self._raw.execute(
                f"DELETE FROM post WHERE id IN (SELECT id FROM post ORDER BY id LIMIT ?){due}",  # noqa: S608 - two texts of ours
                (STEP,) if full else (STEP, now - DAY),
            )
            gone = self._raw.total_changes - before
        return gone > 0 and (full or gone == STEP)

    def clear(self) -> None:
        """Overwrite everything."""
        with self._writing():
            self._raw.execute("DELETE FROM post")

    def stamp(self, number: int) -> None:
        """Write down a number from 1 to 2^31 - 1 that means something to who writes."""
        with unavailable():
            self._raw.execute(f"PRAGMA user_version = {int(number)}")

    def replaced(self) -> bool:
        """Tell whether another file has taken its place."""
        try:
            return self._file.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def size(self) -> int:
        """Return how many bytes its rows take."""
        names = ("page_count", "freelist_count", "page_size")
        with unavailable():
            pages, free, size = (self._raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
        return int((pages - free) * size)

    def scrub(self) -> bool:
        """Take what was overwritten out of the log, too; False if a reader is in the way."""
        with unavailable():
            busy, _, _ = self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close the file, whatever state it is in."""
        with suppress(sqlite3.Error):
            self._raw.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with unavailable():
            self._raw.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._raw.in_transaction:
                    self._raw.execute("ROLLBACK")
                raise
            self._raw.execute("COMMIT")


class Slice(NamedTuple):
    """Some posts of the file, newest first: the candidates among them, and where the next slice begins."""

    posts: list[Mention]
    looked_at: int
    next: int
    """The place below which nothing was looked at; 0 at the end of the file."""
    since: float
    """Everything that arrived at or after this instant has been looked at."""


class UnheardReader:
    """The file for who looks; any number, in any thread, without anybody waiting."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    def top(self) -> int:
        """Return the place to begin at, newest first; 0 if there is nothing."""
        return int(self._raw.execute("SELECT coalesce(max(id) + 1, 0) FROM post").fetchone()[0])

    def slice(self, words: frozenset[str] | None, below: int, size: int) -> Slice:
        """Return those of the next `size` places below one whose folded text holds one of the words; None: all."""
        first = max(1, below - size)
        asked = sorted(words) if words is not None and len(words) <= MOST_WORDS else None
        # A word is a run of letters and digits: bound as a parameter all the same.
        held = "" if asked is None else " AND (" + " OR ".join(["instr(folded, ?)"] * len(asked)) + ")"
        found = self._raw.execute(
            f"SELECT pack FROM post WHERE id >= ? AND id < ?{held} ORDER BY id DESC",  # noqa: S608 - question marks only
            (first, below, *(asked or ())),
        )
        posts = [_unpack.decode(pack) for (pack,) in found]
        within = "FROM post WHERE id >= ? AND id < ?"
        (number,) = self._raw.execute(f"SELECT count(*) {within}", (first, below)).fetchone()
        (since,) = self._raw.execute(f"SELECT received {within} ORDER BY id LIMIT 1", (first, below)).fetchone() or (
            0.0,
        )
        (more,) = self._raw.execute("SELECT EXISTS (SELECT 1 FROM post WHERE id < ?)", (first,)).fetchone()
        return Slice(posts, int(number), first if more else 0, float(since))

    def stamp(self) -> int:
        """Return the number written down last, 0 for none."""
        return int(self._raw.execute("PRAGMA user_version").fetchone()[0])

    def count(self) -> int:
        """Return how many posts there are."""
        return int(self._raw.execute("SELECT count(*) FROM post").fetchone()[0])


@contextmanager
def reading(folder: Path) -> Iterator[UnheardReader | None]:
    """Open the unmatched file of a data folder for looking, as it is now; None if there is none on this machine.

    Raises `StoreUnavailable` if it cannot be read.
    """
    file = folder / NAME
    if not file.exists():
        yield None
        return
    with unavailable(), closing(_looking(file)) as raw:
        if not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'post'").fetchone():
            yield None
            return
        raw.execute("BEGIN")
        yield UnheardReader(raw)


def _looking(file: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=2, isolation_level=None)
    raw.execute("PRAGMA mmap_size=1073741824")
    return raw
