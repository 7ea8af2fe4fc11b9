"""The watchlist: what is watched and heard right now, whoever changed it, without a restart.

config.yaml is looked at twice a second, what was saved every two seconds and as soon as somebody says on the bus that
there is something new. A file that cannot be read changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import anyio
import structlog
from anyio import to_thread

from app.bus.port import Bus
from app.clock import Clock
from app.config import Config
from app.config.digest import digest
from app.config.file import ConfigFile, Stamp
from app.config.fit import assert_fits, assert_sound
from app.config.merged import Merged, Place, merged, row_of
from app.domain.actor import Actor, authorise
from app.domain.audit import AuditEntry
from app.domain.fault import Fault
from app.domain.saved import Kind, Row, Saved, id_of, kind_of, mark
from app.errors import ConfigError, NotFound, Unavailable, WrongInput
from app.store.audit import Detail
from app.store.engine import Store

TOPIC = "watchlist"
"""Under which it is said on the bus that something was saved."""
LOOK = 0.5
"""Seconds between two looks at config.yaml; it is read once two looks have seen the same new file."""
ASK = 2.0
"""Seconds between two looks at what was saved, should the word on the bus be lost."""
LASTING = ("site", "bus", "ingest", "retention", "analysis")
"""Sections of which a change needs a restart."""
VERBS: dict[Kind, str] = {
    "brands": "brand", "competitors": "competitor", "topics": "topic", "campaigns": "campaign", "rules": "rule",
    "spam": "spam",
}  # fmt: skip

log = structlog.get_logger("watchlist")


class InForce(NamedTuple):
    """Everything about one configuration in force, so that nobody sees halves of two."""

    config: Config
    word: str
    """Eight letters that differ where machines have to agree and do not; empty until what was saved is read."""
    saved: frozenset[Place]
    """What of it was saved on screen or by the API."""


class Watchlist:
    """The configuration in force: config.yaml as it reads now, with what was saved over it."""

    def __init__(self, start: Config, bus: Bus, store: Store, clock: Clock, file: ConfigFile | None = None) -> None:
        self._bus, self._store, self._clock = bus, store, clock
        self._start, self._read, self._file = start, start, file
        self._rows: Sequence[Saved] = ()
        self._revision = 0
        self._in_force = InForce(start, "", frozenset())
        self._faults: dict[str, Fault] = {}
        self._changed = anyio.Event()
        self._turn = asyncio.Lock()

    @property
    def file(self) -> ConfigFile | None:
        """Return where config.yaml lies, if this process reads one."""
        return self._file

    @property
    def config(self) -> Config:
        """Return the configuration in force now."""
        return self._in_force.config

    @property
    def in_force(self) -> InForce:
        """Return the configuration in force now, with what else is known of it."""
        return self._in_force

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return why config.yaml or a saved row is not in force as it reads, `mistake`, `unfit` or `restart`."""
        return tuple(self._faults.values())

    def changes(self, known: Config | None = None) -> AsyncIterator[Config]:
        """Yield each new configuration for ever, the latest only if several came at once.

        The first comes at once if another than `known` is in force; without `known` that is the one of this moment.
        """
        return self._changes(known or self.config)

    async def _changes(self, known: Config) -> AsyncIterator[Config]:
        while True:
            changed = self._changed
            if self.config is known:
                await changed.wait()
                continue
            known = self.config
            yield known

    def stated(self, kind: Kind, name: str) -> Row | None:
        """Return a row as config.yaml states it; saving that one lets the file speak for itself again."""
        return row_of(self._read, kind, name)

    async def save(self, actor: Actor, row: Row) -> None:
        """Put a brand, competitor, topic, campaign, rule or the spam on the list, instead of the one of that id.

        Once it returns, it is in force here, and within a second everywhere. Raises `NotAllowed`, `WrongInput` if it
        does not fit with the others, `StoreUnavailable`.
        """
        assert_sound(row)
        await self._write(actor, kind_of(row), id_of(row), row)

    async def remove(self, actor: Actor, kind: Kind, name: str) -> None:
        """Take a row off the list; raise `NotAllowed`, `NotFound`, `WrongInput` if others need it."""
        await self._write(actor, kind, name, None)

    async def _write(self, actor: Actor, kind: Kind, name: str, row: Row | None) -> None:
        verb = f"{VERBS[kind]}.{'remove' if row is None else 'save'}"
        authorise(actor, verb, name if kind == "brands" else getattr(row, "brand", ""))
        async with self._turn:
            await to_thread.run_sync(self._keep, actor, verb, (kind, name), row)
            await self._refresh()
        try:
            await self._bus.command(TOPIC, {"word": self._in_force.word})
        except Unavailable as away:
            log.warning("unsaid", reason=str(away))

    def _keep(self, actor: Actor, verb: str, place: Place, row: Row | None) -> None:
        with self._store.transaction() as tx:
            tx.saved.alone()
            rows = tx.saved.all()
            now = merged(self._read, rows)
            if row is None and row_of(now.config, *place) is None:
                raise NotFound(f"There is no {VERBS[place[0]]} {place[1][:80]!r} on the watchlist.")
            at, revision = self._clock.now(), tx.saved.revision() + 1
            saved = Saved(*place, row, mark(row_of(self._read, *place)), revision, at)
            others = (one for one in rows if (one.kind, one.id) != place)
            assert_fits(now, merged(self._read, [*others, saved]), place, row)
            tx.saved.put(saved)
            brand = place[1] if place[0] == "brands" else str(getattr(row, "brand", ""))
            marks = {"before": mark(row_of(now.config, *place)), "after": mark(row)}
            detail: Detail = {"revision": revision, **marks}
            tx.audit.append(AuditEntry(at, actor.kind, actor.id, verb, brand, place[1], detail))

    async def load(self) -> None:
        """Take over what was saved; raises `StoreUnavailable`."""
        async with self._turn:
            await self._refresh()

    async def run(self) -> None:
        """Follow config.yaml and what others save, until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._follow_file)
            group.start_soon(self._follow_word)
            while True:
                await self._refresh_if_new()
                await self._clock.sleep(ASK)

    async def _follow_word(self) -> None:
        async for _ in self._bus.commands(TOPIC):
            await self._refresh_if_new()

    async def _refresh_if_new(self) -> None:
        try:
            async with self._turn:
                if await to_thread.run_sync(self._latest) != self._revision:
                    await self._refresh()
        except Unavailable as away:
            log.warning("waiting", what="archive", reason=str(away))

    def _latest(self) -> int:
        with self._store.reading() as tx:
            return tx.saved.revision()

    async def _refresh(self) -> None:
        """Read what was saved, and put it in force."""

        def read() -> tuple[int, list[Saved]]:
            with self._store.reading() as tx:
                return tx.saved.revision(), tx.saved.all()

        self._revision, self._rows = await to_thread.run_sync(read)
        await self._enforce()

    async def _follow_file(self) -> None:
        file = self._file
        if file is None:
            return
        known: Stamp | None = file.stamp
        seen = known
        while True:
            await self._clock.sleep(LOOK)
            now = await to_thread.run_sync(file.look)
            if now != known and now == seen:
                known = now
                async with self._turn:
                    await self._reread(file)
            seen = now

    async def _reread(self, file: ConfigFile) -> None:
        """Read config.yaml; one with mistakes, or without any brand, changes nothing."""
        try:
            self._read = await to_thread.run_sync(file.read)
        except WrongInput as error:
            self._tell("mistake", _broken(error))
            return
        self._tell("mistake", "")
        differing = [name for name in LASTING if getattr(self._read, name) != getattr(self._start, name)]
        again = f"config.yaml has other {', '.join(differing)}; restart Emberwatch to use them."
        self._tell("restart", again if differing else "")
        await self._enforce()

    async def _enforce(self) -> None:
        found, in_force = await to_thread.run_sync(self._made)
        self._tell("unfit", " ".join(found.unfit.values()))
        if in_force.config == self.config and in_force.saved == self._in_force.saved:
            self._in_force = in_force._replace(config=self.config)
            return
        first = not self._in_force.word
        self._put(in_force)
        if first:
            return  # that something is in force from the start on is no news, least of all below a verb's answer
        log.info("in force", word=in_force.word, brands=len(in_force.config.brands), saved=len(in_force.saved))

    def _put(self, in_force: InForce) -> None:
        self._in_force = in_force
        self._changed.set()
        self._changed = anyio.Event()

    def _made(self) -> tuple[Merged, InForce]:
        found = merged(self._read, self._rows)
        config = found.config.model_copy(update={name: getattr(self._start, name) for name in LASTING})
        return found, InForce(config, digest(config), found.saved)

    def _tell(self, kind: str, reason: str) -> None:
        """Note what is wrong, or that it no longer is."""
        before = self._faults.pop(kind, None)
        if not reason:
            return
        new = before is None or before.reason != reason
        self._faults[kind] = before if before and not new else Fault("config", kind, self._clock.now(), reason)
        if new:
            log.error("config", kind=kind, reason=reason)


def _broken(error: WrongInput) -> str:
    if not isinstance(error, ConfigError) or len(error.mistakes) == 1:
        return f"config.yaml is not in force as it reads, the one before stays: {error}"
    first, more = str(error).splitlines()[0], len(error.mistakes) - 1
    return (
        f"config.yaml is not in force as it reads, the one before stays: {first} ({more} more: emberwatch check-config)"
    )
