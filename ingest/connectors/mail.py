"""Mail: letters to an own mailbox, told by the server the moment they come (IMAP IDLE), or asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import anyio
import msgspec
import structlog
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from app.domain.mention import SourceEvent
from ingest.access import demand, placed
from ingest.connector import Batch, Setting, Terms
from ingest.mailbox import AT_ONCE, RENEWED, Door, Folder, Letter, Mailbox
from ingest.poll import Interval, polled
from ingest.wires import mail

DAY = 86_400.0
PORTS = {"tls": 993, "starttls": 143, "none": 143}
WHERE = "Where the provider wants two factors, make an app password in the account's security settings."
FAREWELL = 2.0
"""Seconds a thread has to notice that its line is gone."""

T = TypeVar("T")
log = structlog.get_logger("ingest")


class MailOptions(BaseModel):
    """Which mailbox, and which of its folders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(description="the IMAP server")
    user: str = Field(description="the name to log in with")
    password: SecretStr | None = Field(None, description="the password, best one for this purpose alone")
    encryption: Literal["tls", "starttls", "none"] = Field("tls", description="`none` only on this machine")
    port: Annotated[int, Field(ge=1, le=65_535)] | None = Field(None, description="993, or 143 without `tls`")
    folders: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)] = Field(
        ("INBOX",), description="the first is told of at once, the others are asked for"
    )
    days: Annotated[float, Field(ge=0, le=3_650)] = Field(0.0, description="how far back the first look goes")
    interval: Annotated[float, Field(ge=5, le=3_600)] = Field(
        60.0, description="seconds between two looks without IDLE"
    )
    ca: Path | None = Field(None, description="a certificate of your own to trust, a file")

    @field_validator("ca")
    @classmethod
    def _there(cls, ca: Path | None) -> Path | None:
        if ca is not None and not ca.is_file():
            raise ValueError("there is no such file; name the certificate to trust, in PEM")
        return ca


class _Place(msgspec.Struct):
    """How far a folder is read: within this validity up to this number; the newest came at this instant."""

    validity: int
    uid: int
    newest: float
    since: float | None = None
    """While set, only what came since then is read: at the first look, and after the folder was numbered anew."""


_places = msgspec.json.Decoder(dict[str, _Place])


class MailConnector:
    """Reads every new letter of its folders once; the cursor is each folder's UIDVALIDITY and UID."""

    channel = mail.CHANNEL
    Options = MailOptions
    terms = Terms(
        "Letters to us may be kept as long as answering and reporting need them; attachments are not stored.",
        deletions="none",
        page="Regulation (EU) 2016/679, article 5 (read 2026-11-22)",
    )

    def __init__(self, setting: Setting) -> None:
        options = setting.options
        if not isinstance(options, MailOptions):
            raise TypeError("MailConnector needs MailOptions")
        self._setting, self._options = setting, options
        self._places: dict[str, _Place] = {}
        self._thread = ThreadPoolExecutor(1, f"mail-{setting.source}")
        self._box = Mailbox(self._door(), setting.clock, self._advice())

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield letters from `cursor` on; raises `CredentialMissing` without a password."""
        self._demand()
        with suppress(msgspec.MsgspecError):
            self._places = _places.decode(cursor or "{}")
        try:
            async for batch in polled(self._setting, self._round, Interval(0.0, 0.0)):
                yield batch
        finally:
            self._close()

    async def probe(self) -> str:
        """Log in and look into the first folder."""
        self._demand()
        try:
            await self._do(self._box.connect)
            folder = await self._do(partial(self._box.look, self._options.folders[0]))
        finally:
            self._close()
        how = "tells of new letters at once (IDLE)" if self._box.pushes else "has to be asked"
        return f"Logged in; {self._options.folders[0]} is readable, its next letter is number {folder.next}; it {how}."

    async def _round(self) -> AsyncIterator[Batch]:
        """Read what is new in every folder, the first one last, then wait for more."""
        if not self._box.open:
            await self._do(self._box.connect)
        first, *others = self._options.folders
        for folder in (*others, first):
            async for batch in self._news(folder):
                yield batch
        self._setting.report("live", "")
        await self._wait(alone=not others)

    async def _wait(self, *, alone: bool) -> None:
        if not self._box.pushes:
            await self._setting.clock.sleep(self._options.interval)
            return
        seconds = RENEWED if alone else self._options.interval
        while not await self._do(partial(self._box.wait, seconds)):
            self._setting.report("live", "")

    async def _news(self, name: str) -> AsyncIterator[Batch]:
        """Yield what is new in a folder until, as one look says, nothing is: what comes later, IDLE will tell."""
        while True:
            folder = await self._do(partial(self._box.look, name))
            if self._placed(name, folder):
                yield Batch(cursor=self._cursor())
            place = self._places[name]
            if folder.next and place.uid >= folder.next - 1:
                return
            numbers = await self._do(partial(self._box.numbers, place.uid, place.since))
            for start in range(0, len(numbers), AT_ONCE):
                some = numbers[start : start + AT_ONCE]
                letters = await self._do(partial(self._box.letters, some))
                yield self._batch(name, letters, some[-1])
            place = self._places[name]
            self._places[name] = _Place(folder.validity, max(place.uid, folder.next - 1), place.newest)
            yield Batch(cursor=self._cursor())
            if not folder.next:
                return

    def _placed(self, name: str, folder: Folder) -> bool:
        """Find the place to read on from; True if it is a new one, because the folder is new or numbered anew.

        After new numbers the last two days are read again: letters are known by their Message-ID.
        """
        known, now = self._places.get(name), self._setting.clock.now()
        if known is not None and known.validity == folder.validity:
            return False
        if known is not None:
            log.info("mail.renumbered", source=self._setting.source)
            self._places[name] = _Place(folder.validity, 0, known.newest, known.newest - 2 * DAY)
        elif self._options.days:
            since = now - self._options.days * DAY
            self._places[name] = _Place(folder.validity, 0, since, since)
        else:
            self._places[name] = _Place(folder.validity, max(0, folder.next - 1), now)
        return True

    def _batch(self, name: str, letters: list[Letter], last: int) -> Batch:
        """Return the letters as mentions, and the cursor behind them."""
        events: list[SourceEvent] = []
        unreadable, fault = 0, ""
        for one in letters:
            try:
                said = mail.read(one.raw, one.received_at, self._setting.clock.now(), size=one.size)
            except mail.Unclear as unclear:
                unreadable, fault = unreadable + 1, fault or str(unclear)
            else:
                events += [said] if said else []
        place = self._places[name]
        newest = max([place.newest, *(one.received_at for one in letters)])
        self._places[name] = _Place(place.validity, last, newest, place.since)
        return Batch(
            events,
            self._cursor(),
            received=len(letters),
            last_item_at=newest if letters else None,
            unreadable=unreadable,
            fault=fault,
        )

    def _cursor(self) -> str:
        kept = {name: self._places[name] for name in self._options.folders if name in self._places}
        return msgspec.json.encode(kept).decode()

    def _close(self) -> None:
        self._box.end()
        self._thread.submit(self._box.drop)
        self._thread.shutdown(wait=False)

    def _door(self) -> Door:
        options = self._options
        password = options.password.get_secret_value() if options.password else ""
        port = options.port or PORTS[options.encryption]
        return Door(options.host, port, options.encryption, options.user, password, options.ca)

    def _demand(self) -> None:
        demand(self._setting, ("password",), WHERE)

    def _advice(self) -> str:
        return f"To mend it, {placed(self._setting, 'password')}. {WHERE}"

    async def _do(self, work: Callable[[], T]) -> T:
        """Do something in the mailbox's own thread; told to stop, break its line off and wait until it has noticed."""
        task = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._box.end()
            task.add_done_callback(_forget)
            with anyio.move_on_after(FAREWELL, shield=True):
                await asyncio.wait({task})
            raise


def _forget(task: asyncio.Future[T]) -> None:
    """Look at what nobody waits for any more, or asyncio complains that nobody did."""
    if not task.cancelled():
        task.exception()
