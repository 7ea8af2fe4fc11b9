"""Backup and restore: one file with everything an installation keeps, consistent although it goes on working.

The archive's writers are held back for the blink in which Redis forks: whatever the archive has of that moment, Redis
has not forgotten yet, and what Redis gives out again the archive knows. A zip of `manifest.json`, `store.sqlite` and
one `redis-<n>.rdb` for each server that holds a part.
"""

import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec

from app.bus import snapshot as bus
from app.bus.server import EmbeddedServer
from app.clock import Clock
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.instant import rfc3339
from app.errors import Conflict, EmberwatchError, WrongInput
from app.store import snapshot as archive
from app.store.engine import Store, open_store

FORMAT = 1
STORE, REDIS = "store.sqlite", "redis-{}.rdb"
BLOCK = 1 << 20
TRIES = 5
"""Times that Redis is asked to fork, each a short hold."""
Watch = Callable[[str, int, int], None]
"""Is told what is going on, how much of it is done and of how much; 0: nobody knows."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds."""

    format: int
    version: str
    made_at: str
    rows: dict[str, int]
    """Rows by table."""
    servers: int
    """Redis servers, each with its own part."""
    cursors: dict[str, str]
    """How far every source was heard when the backup began."""
    held: float = 0.0
    """Seconds for which whoever writes to the archive was held back."""


def back_up(store: Store, url: str, file: Path, actor: Actor, clock: Clock, watch: Watch) -> Manifest:
    """Write everything into `file`, which appears when it is complete.

    Raises `Conflict` if there is such a file, `WrongInput` if it cannot be written or Redis does not hand out its data.
    """
    authorise(actor, "backup.make")
    if file.exists():
        raise Conflict(f"{file} is there already; name another file, such as one with today's date.")
    try:
        with TemporaryDirectory(dir=file.resolve().parent, prefix=f".{file.name}-") as folder:
            manifest = _collect(store, url, Path(folder), clock, watch)
            packed = _pack(Path(folder), manifest, watch)
            packed.replace(file)
    except OSError as error:
        raise WrongInput(
            f"{file} cannot be written: {error.strerror}. Name a file in a folder with room for twice the archive."
        ) from error
    _audit(store, actor, "backup.make", manifest, clock)
    return manifest


def _collect(store: Store, url: str, folder: Path, clock: Clock, watch: Watch) -> Manifest:
    heard = bus.cursors(url)  # before all else: a cursor may be older than what it stands for, never newer
    with ExitStack() as open_things:
        view, streams, held = _seize(store, url, clock, open_things)
        made_at = clock.now()
        _receive(streams, folder, watch)
        rows = view.copy_to(folder / STORE, clock, lambda done, whole: watch("Archive", done, whole))
    return Manifest(FORMAT, version("emberwatch"), rfc3339(made_at), rows, len(streams), heard, held)


def _seize(
    store: Store, url: str, clock: Clock, open_things: ExitStack
) -> tuple[archive.View, list[bus.Stream], float]:
    """Return both halves as they are at one instant, and for how many seconds writers were held back for it."""
    clients = bus.masters(url)
    for last in reversed(range(TRIES)):
        bus.await_calm(clients)
        with ExitStack() as attempt:
            view = attempt.enter_context(archive.held(store))
            began = clock.monotonic()
            streams = []
            try:
                for client in clients:
                    streams.append(bus.Stream(client))
                    attempt.callback(streams[-1].close)
            except bus.NotNow:
                if not last:
                    raise
                continue
            view.thaw()
            held = clock.monotonic() - began
            open_things.enter_context(attempt.pop_all())
            return view, streams, held
    raise AssertionError("unreachable")


def _receive(streams: list[bus.Stream], folder: Path, watch: Watch) -> None:
    """Write every stream into its file, all at once: a server breaks off if nobody takes what it has to tell."""
    expected, received = sum(stream.expected for stream in streams), [0] * len(streams)

    def take(number: int) -> None:
        def told(more: int) -> None:
            received[number] += more
            watch("Redis", sum(received), max(expected, sum(received)))

        with (folder / REDIS.format(number)).open("wb") as file:
            streams[number].write_to(file.write, told)

    with ThreadPoolExecutor(len(streams)) as threads:
        list(threads.map(take, range(len(streams))))
    watch("Redis", sum(received), sum(received))


def _pack(folder: Path, manifest: Manifest, watch: Watch) -> Path:
    names = [STORE, *(REDIS.format(number) for number in range(manifest.servers))]
    whole, done = sum((folder / name).stat().st_size for name in names), 0
    packed = folder / "packed"
    with _private(packed) as file:
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as target:
            target.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            for name in names:
                with (folder / name).open("rb") as source, target.open(name, "w", force_zip64=True) as member:
                    for block in _blocks(source):
                        member.write(block)
                        done += len(block)
                        watch("Packing", done, whole)
        file.flush()
        os.fsync(file.fileno())
    return packed


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class Destination(msgspec.Struct, frozen=True):
    """Where to restore: a data folder, and servers named instead of its own."""

    data: Path
    database: str | None = None
    redis: str | None = None


def restore(file: Path, to: Destination, actor: Actor, clock: Clock, watch: Watch) -> Manifest:
    """Put a backup back into an empty place; nothing of a data folder changes until everything is ready.

    Raises `WrongInput` for a file that is no backup or damaged, `Conflict` where something is already.
    """
    authorise(actor, "backup.restore")
    if not file.exists():
        raise WrongInput(f"There is no file {file}; name one that `emberwatch backup` wrote.")
    with ExitStack() as open_things:
        try:
            packed = open_things.enter_context(ZipFile(file))
            manifest = msgspec.json.decode(packed.read("manifest.json"), type=Manifest)
        except (OSError, BadZipFile, EOFError, zlib.error, KeyError, msgspec.MsgspecError) as error:
            raise WrongInput(f"{file} is no backup of Emberwatch ({error}); name one that `backup` wrote.") from None
        if manifest.format != FORMAT:
            raise WrongInput(f"{file} was written by a newer Emberwatch ({manifest.version}); install that one.")
        _assert_empty(to)
        to.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(open_things.enter_context(TemporaryDirectory(dir=to.data, prefix=".restoring-")))
        _unpack(packed, manifest, folder, file, watch)
        _fill_archive(manifest, folder, to, clock, watch)
        _fill_redis(manifest, folder, to, watch)
        _move_in(folder, to)
    with closing(open_store(to.database or to.data / "emberwatch.sqlite", clock=clock)) as store:
        _audit(store, actor, "backup.restore", manifest, clock)
    return manifest


def _assert_empty(to: Destination) -> None:
    ours = [] if to.database else ["emberwatch.sqlite"]
    ours += [] if to.redis else ["redis/appendonlydir"]
    there = [name for name in ours if (to.data / name).exists()]
    if there:
        raise Conflict(f"{to.data} already holds {' and '.join(there)}; restore into a new folder with --data.")
    if to.redis:
        bus.assert_empty(to.redis)


def _unpack(packed: ZipFile, manifest: Manifest, folder: Path, file: Path, watch: Watch) -> None:
    members = [packed.getinfo(STORE), *(packed.getinfo(REDIS.format(n)) for n in range(manifest.servers))]
    whole, done = sum(member.file_size for member in members), 0
    try:
        for member in members:
            with packed.open(member) as source, _private(_place(folder, member)) as target:
                for block in _blocks(source):
                    target.write(block)
                    done += len(block)
                    watch("Unpacking", done, whole)
    except (BadZipFile, EOFError, zlib.error) as error:
        raise WrongInput(f"{file} is damaged ({error}); nothing was restored. Take another backup.") from None
    except OSError as error:
        raise WrongInput(f"There is no room in {folder.parent}: {error.strerror}. Nothing was restored.") from error


def _place(folder: Path, member: ZipInfo) -> Path:
    """Return where a member goes: an RDB alone into a folder, as the server that reads it wants."""
    if member.filename == STORE:
        return folder / "emberwatch.sqlite"
    own = folder / member.filename.removesuffix(".rdb")
    own.mkdir()
    return own / "dump.rdb"


def _fill_archive(manifest: Manifest, folder: Path, to: Destination, clock: Clock, watch: Watch) -> None:
    copy = folder / "emberwatch.sqlite"
    rows = archive.counts_of(copy)
    if to.database:
        with closing(open_store(to.database, clock=clock)) as store:
            put = archive.put_back(copy, store, clock, lambda done, whole: watch("Archive", done, whole))
        rows = {table: put[table] for table in rows}
    if rows != manifest.rows:
        raise EmberwatchError(f"The archive came back with other counts: {rows}, not {manifest.rows}.")


def _fill_redis(manifest: Manifest, folder: Path, to: Destination, watch: Watch) -> None:
    own = None if to.redis else EmbeddedServer(folder / "redis")
    url = to.redis or (own.start() if own else "")
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        watch("Redis", done, 0)

    try:
        for number in range(manifest.servers):
            bus.put_back(folder / REDIS.format(number).removesuffix(".rdb") / "dump.rdb", url, told)
        bus.set_cursors(url, manifest.cursors)
    finally:
        if own:
            own.stop()


def _move_in(folder: Path, to: Destination) -> None:
    if not to.redis:
        shutil.rmtree(to.data / "redis", ignore_errors=True)
        (folder / "redis").replace(to.data / "redis")
    if not to.database:
        (folder / "emberwatch.sqlite").replace(to.data / "emberwatch.sqlite")


def _audit(store: Store, actor: Actor, verb: str, manifest: Manifest, clock: Clock) -> None:
    detail: dict[str, str | int | float | bool | None] = {
        "mentions": manifest.rows.get("mention", 0),
        "servers": manifest.servers,
    }
    entry = AuditEntry(clock.now(), actor.kind, actor.id, verb, subject=manifest.made_at, detail=detail)
    with store.transaction() as tx:
        tx.audit.append(entry)
