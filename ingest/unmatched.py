"""Unmatched posts on their way into their file: behind the hot path, which never waits for a post to be kept.

A thread of its own writes. What it cannot keep up with is dropped and counted. Only deletions are waited for, for
`PATIENCE` at most: a post that was deleted must not be offered a second time, by a preview or by a new query.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import structlog

from app.clock import Clock
from app.domain.identity import Identity
from app.domain.mention import Mention
from app.errors import StoreUnavailable
from app.metrics import UNMATCHED_DROPPED
from app.service import Context
from app.store.unheard import NAME, Unheard

MEGABYTE = 2**20
WAITING = 20_000
"""Posts that may wait to be written; what comes on top is dropped."""
OWED = 200_000
"""Deletions that may wait for a file that takes nothing; one more, and the whole file goes instead."""
PACK = 100
"""Posts in one transaction: a deletion waits for one of them at most."""
PATIENCE = 1.0
"""Seconds a deletion is waited for; after that nothing waits again until the file answers."""
REST = 1.0
"""How long it rests for each second of writing while more is waiting: at most half a core in a storm."""
SETTLING = 100
"""Looks at whether everything is written, within the patience."""
TIDY_EVERY = 5.0
IDLE = 10.0
"""Seconds after which the thread ends that nobody asked to stay; the next post brings a new one."""
AGAIN_IN = 1.0
"""Seconds before a file that takes nothing is tried again."""

log = structlog.get_logger("unmatched")


@dataclass
class _Removal:
    keys: tuple[str, ...]
    authors: tuple[str, ...]
    done: Future[None] = field(default_factory=Future)


class Unmatched:
    """The way into the unmatched file of a data folder, for one process; several may share the file.

    `limit` is in bytes; 0 keeps nothing. No method raises, whatever the disk does.
    """

    def __init__(self, folder: Path, limit: int, identity: Identity, clock: Clock) -> None:
        self._file, self._limit, self._identity, self._clock = folder / NAME, limit, identity, clock
        self._news = threading.Condition()
        self._posts: dict[str, Mention] = {}
        self._removals: deque[_Removal] = deque()
        self._owed = 0
        self._void = self._stuck = self._closing = False
        self._thread: threading.Thread | None = None
        self._stays = self._troubled = self._packing = False
        self._stamp: int | None = None
        self._worked = time.monotonic()
        self._open: Unheard | None = None
        self._tidied = self._scrubbed = float("-inf")
        self._wiped = True  # a process before this one may have been killed before it scrubbed
        if not limit:
            self._unlink()

    def stay(self) -> None:
        """Look after the file from now on, also while nothing comes: what is older than a day goes."""
        with self._news:
            self._stays = bool(self._limit)
            self._begin()

    def keep(self, posts: Sequence[Mention]) -> None:
        """Keep posts, sooner or later or not at all; never waits."""
        said = {post.key: post for post in posts if post.text}
        if not said or not self._limit:
            return
        with self._news:
            if self._closing or len(self._posts) + len(said) > WAITING:
                UNMATCHED_DROPPED.inc(len(said))
                return
            for key, post in said.items():
                waiting = self._posts.get(key)
                if waiting is None or post.revision >= waiting.revision:
                    self._posts[key] = post
            self._wake()

    async def forget(self, keys: Collection[str], authors: Collection[tuple[str, str]] = ()) -> None:
        """Take posts out for good, by key and by (channel, id) of their author; waits until they are, or a second."""
        if not (keys or authors) or not self._limit:
            return
        gone = _Removal(tuple(keys), tuple(self._identity.author(*author) for author in authors))
        with self._news:
            if self._closing:
                return
            self._spare(gone.keys, set(authors))
            self._owed += len(gone.keys) + len(gone.authors)
            self._removals.append(gone)
            if self._owed > OWED:
                self._instead()
            self._wake()
        if not self._stuck:
            try:
                async with asyncio.timeout(PATIENCE):
                    await asyncio.shield(asyncio.wrap_future(gone.done))
            except TimeoutError:
                self._stuck = True
                log.warning("unmatched.stuck", reason="The unmatched file does not answer; deletions go into it later.")

    async def settled(self) -> None:
        """Wait until what was given before is in the file, or a second."""
        await self.forget([""])
        tries = 0
        while (self._posts or self._packing) and tries < SETTLING:
            tries += 1
            await asyncio.sleep(PATIENCE / SETTLING)

    def stamp(self, number: int) -> None:
        """Write down that the file was gone through for the watchlist of that number."""
        with self._news:
            self._stamp = number
            self._news.notify_all()

    def close(self, seconds: float = 2.0) -> None:
        """Write what waits, for so many seconds at most, and close the file."""
        with self._news:
            self._closing = True
            self._news.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _spare(self, keys: Collection[str], authors: set[tuple[str, str]]) -> None:
        """Take posts out of those that wait."""
        for key in keys:
            self._posts.pop(key, None)
        if authors:
            kept = {key: one for key, one in self._posts.items() if (one.channel, one.author.id) not in authors}
            self._posts = kept

    def _wake(self) -> None:
        self._news.notify_all()
        self._begin()

    def _begin(self) -> None:
        if self._thread is None and self._limit:
            self._thread = threading.Thread(target=self._run, name="unmatched", daemon=True)
            self._thread.start()

    def _instead(self) -> None:
        """Owe one thing instead of too many: a file with nothing in it."""
        for removal in self._removals:
            removal.done.set_result(None)
        self._removals.clear()
        self._posts.clear()
        self._owed, self._void = 0, True

    def _run(self) -> None:
        while self._wanted():
            began = time.monotonic()
            try:
                busy = self._step()
            except StoreUnavailable as error:
                self._trouble(error)
                self._nap(AGAIN_IN)
                continue
            self._stuck = self._troubled = False
            if busy:
                self._rest(REST * (time.monotonic() - began))

    def _wanted(self) -> bool:
        """Wait for work or for the time to tidy; if neither is to come, let the thread end."""
        with self._news:
            if not (self._work() or self._closing):
                self._news.wait(TIDY_EVERY)
            if self._work() and not (self._closing and self._troubled):
                self._worked = time.monotonic()
                return True
            idle = not self._stays and not self._wiped and time.monotonic() - self._worked > IDLE
            if self._closing or idle:
                self._shut()
                self._thread = None
                return False
            return True

    def _work(self) -> bool:
        return bool(self._posts or self._removals or self._void or self._stamp is not None)

    def _nap(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._closing, seconds)

    def _rest(self, seconds: float) -> None:
        """Leave the core to others, unless a deletion comes."""
        until = time.monotonic() + seconds
        with self._news:
            while (left := until - time.monotonic()) > 0 and not (self._removals or self._void or self._closing):
                self._news.wait(left)

    def _step(self) -> bool:
        """Do all deletions that wait, then a pack of posts; return whether more wait."""
        file = self._opened()
        if self._void:
            file.clear()
            self._void, self._wiped = False, True
        self._forget(file)
        with self._news:
            self._packing = True
            pack = [self._posts.pop(key) for key in list(islice(self._posts, PACK))]
        try:
            file.keep([(said, self._author(said)) for said in pack])
        except StoreUnavailable:
            UNMATCHED_DROPPED.inc(len(pack))
            raise
        finally:
            self._packing = False
        if self._stamp is not None:
            file.stamp(self._stamp)
            self._stamp = None
        self._tidy(file)
        return bool(self._posts)

    def _forget(self, file: Unheard) -> None:
        with self._news:
            removals = list(self._removals)
        if not removals:
            return
        keys = [key for removal in removals for key in removal.keys]
        authors = [author for removal in removals for author in removal.authors]
        self._wiped = bool(file.forget(keys, authors)) or self._wiped
        with self._news:
            for removal in removals:
                if self._removals and self._removals[0] is removal:  # else everything was given up meanwhile
                    self._removals.popleft()
                    self._owed -= len(removal.keys) + len(removal.authors)
                    removal.done.set_result(None)

    def _author(self, said: Mention) -> str:
        return self._identity.author(said.channel, said.author.id)

    def _tidy(self, file: Unheard) -> None:
        now = time.monotonic()
        if now - self._tidied >= TIDY_EVERY:
            if file.replaced():  # by another process that found it broken
                self._shut()
                return
            more = file.trim(self._clock.now())
            self._tidied = now if not more else float("-inf")
            self._wiped = self._wiped or more
        if self._wiped and now - self._scrubbed >= TIDY_EVERY:
            self._scrubbed, self._wiped = now, not file.scrub()

    def _opened(self) -> Unheard:
        if self._open is None:
            self._open = Unheard(self._file, self._limit)
        return self._open

    def _trouble(self, error: StoreUnavailable) -> None:
        """Drop the posts that wait, keep the deletions; begin a file that is none anew."""
        with self._news:
            UNMATCHED_DROPPED.inc(len(self._posts))
            self._posts.clear()
        if not self._troubled:
            log.warning("unmatched.trouble", reason=str(error))
        self._troubled = True
        self._shut()
        if error.kind == "refused":
            self._unlink()

    def _shut(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _unlink(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)


def unmatched_file(context: Context) -> Unmatched:
    """Return the way into the unmatched file of a service's data folder."""
    return Unmatched(context.data, context.config.ingest.unmatched_limit * MEGABYTE, context.identity, context.clock)
