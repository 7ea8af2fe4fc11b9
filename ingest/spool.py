"""The spool: what a source that cannot rewind said while the bus took nothing, in order, on disk.

A folder of segments, each a row of records: length and checksum of 4 bytes each, then the events of one batch. A record
cut short by a kill or a full disk is recognised and taken away; where reading goes on stands in the file `position`.
Both may be written again after a kill: a batch is then published twice, which changes nothing.
"""

import fcntl
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import structlog

from app.bus.codec import Codec, UnreadableEntry
from app.domain.mention import SourceEvent

SEGMENT = 8 * 2**20
"""Bytes after which a new segment is begun; one that is read through is deleted."""
POSITION, LOCK, ENDING = "position", "lock", ".spool"
_HEAD = struct.Struct("<II")
_EVENTS: Codec[list[SourceEvent]] = Codec(list[SourceEvent])

log = structlog.get_logger("spool")


class Spool:
    """The spool of one source; one process at a time has it open, any of its threads may use it."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._guard = threading.Lock()
        self._lock: BinaryIO | None = None
        self._segments: list[int] = []
        self._newest = 0
        self._reading = 0
        """Bytes of the first segment that are done with."""
        self._next: tuple[list[SourceEvent], int] | None = None
        """The first record as read last, and where it ends."""
        self.waiting = 0
        """Bytes not done with."""

    def open(self) -> bool:
        """Find what is there; False while another process has it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self._folder / LOCK).open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        self._segments = sorted(int(path.stem) for path in self._folder.glob(f"*{ENDING}") if path.stem.isdecimal())
        self._find_position()
        if self._segments:
            self._cut(self._segments[-1])
        self._measure()
        return True

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def append(self, events: Sequence[SourceEvent]) -> bool:
        """Keep a batch durably; False, and nothing kept, if it does not fit into the limit or onto the disk."""
        body = _EVENTS.encode(list(events))
        record = _HEAD.pack(len(body), crc32(body)) + body
        with self._guard:
            if self.waiting + len(record) > self._limit:
                return False
            path = self._path(self._last())
            before = path.stat().st_size if path.exists() else 0
            try:
                _write(path, record)
            except OSError as error:
                log.error("spool.write", reason=error.strerror)  # noqa: TRY400 - a trace would show what people said
                if path.exists():
                    os.truncate(path, before)
                return False
            self.waiting += len(record)
            return True

    def first(self) -> list[SourceEvent] | None:
        """Return the oldest batch, which stays until `done()`; None if nothing waits."""
        with self._guard:
            if self._next is None:
                self._next = self._read()
            return self._next[0] if self._next else None

    def done(self) -> None:
        """Forget the oldest batch: it is published."""
        with self._guard:
            if self._next is None:
                return
            self.waiting -= self._next[1] - self._reading
            self._reading, self._next = self._next[1], None
            self._drop_read_through()
            self._note()

    def _read(self) -> tuple[list[SourceEvent], int] | None:
        """Read the record at the position, and skip what is damaged for good, saying so."""
        while self._segments:
            path = self._path(self._segments[0])
            for events, end in _records(path, self._reading):
                return events, end
            damaged = path.stat().st_size - self._reading if path.exists() else 0
            if damaged > 0:
                log.error("spool.damaged", file=path.name, bytes=damaged)
                self.waiting -= damaged
            if len(self._segments) == 1 and not damaged:
                break
            self._forget_segment()
        return None

    def _drop_read_through(self) -> None:
        while self._segments and self._reading >= self._path(self._segments[0]).stat().st_size:
            self._forget_segment()

    def _forget_segment(self) -> None:
        self._path(self._segments.pop(0)).unlink(missing_ok=True)
        self._reading = 0

    def _last(self) -> int:
        """Return the segment to write into, a new one if the last is full."""
        if not self._segments or self._path(self._segments[-1]).stat().st_size >= SEGMENT:
            self._segments.append(self._newest + 1)
        self._newest = self._segments[-1]
        return self._newest

    def _find_position(self) -> None:
        """Read where to go on; what lies before is done with."""
        try:
            segment, offset = (int(word) for word in (self._folder / POSITION).read_text().split())
        except (OSError, ValueError):
            segment, offset = 0, 0
        for done in [number for number in self._segments if number < segment]:
            self._path(done).unlink(missing_ok=True)
            self._segments.remove(done)
        self._reading = offset if self._segments and self._segments[0] == segment else 0
        self._newest = max([segment, *self._segments])

    def _note(self) -> None:
        place = self._segments[0] if self._segments else self._newest + 1
        made = self._folder / f"{POSITION}.new"
        made.write_text(f"{place} {self._reading}")
        made.replace(self._folder / POSITION)

    def _cut(self, segment: int) -> None:
        """Take away what a kill left unfinished at the end."""
        path = self._path(segment)
        start = self._reading if segment == self._segments[0] else 0
        end = max((end for _, end in _records(path, start)), default=start)
        if (size := path.stat().st_size) > end:
            log.warning("spool.torn", file=path.name, bytes=size - end)
            os.truncate(path, end)

    def _measure(self) -> None:
        self.waiting = sum(self._path(number).stat().st_size for number in self._segments) - self._reading
        self._drop_read_through()

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:012d}{ENDING}"


def _records(path: Path, start: int) -> Iterator[tuple[list[SourceEvent], int]]:
    """Yield the whole records of a segment from `start` on, and where each ends."""
    with path.open("rb") as file:
        file.seek(start)
        end = start
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            body = file.read(length)
            if len(body) < length or crc32(body) != checksum:
                return
            end += _HEAD.size + length
            try:
                events = _EVENTS.decode(body)
            except UnreadableEntry as error:
                log.error("spool.unreadable", file=path.name, bytes=length, reason=str(error))  # noqa: TRY400 - said
                events = []
            yield events, end


def _write(path: Path, record: bytes) -> None:
    """Append a record and wait until the disk has it."""
    new = not path.exists()
    with path.open("ab", buffering=0) as file:
        if new:
            path.chmod(0o600)
        left = memoryview(record)
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    if new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
