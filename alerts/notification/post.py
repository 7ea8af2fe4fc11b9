"""The post: takes one delivery from its plan to its proof."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import msgspec
import structlog
from anyio import to_thread

from alerts.notification.facts import Letterhead, Writer
from alerts.notification.gate import Circle, gate
from alerts.notification.retry import delivered, undelivered
from alerts.notifier import Message, Notifier, Setting, Undelivered
from app import registry
from app.domain.address import WayKind
from app.domain.delivery import Delivery, Stall
from app.domain.incident import SEVERITIES, Incident
from app.errors import NotFound, Unavailable
from app.service import Context
from app.store.engine import Transaction

AGAIN = 1.0
"""Seconds between two tries to write down what happened."""
T = TypeVar("T")
log = structlog.get_logger("alerts")


class Post:
    """Sends deliveries: looks once more whether one may go, notes that it is on the wire, sends, notes the proof."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._writer = Writer(context)

    @cached_property
    def _secret(self) -> bytes:
        return self._context.store.secret()

    def notifier(self, kind: WayKind) -> Notifier:
        """Return what sends by a kind of way, with the settings in force now."""
        setting = Setting(self._context.config.alerts, self._secret, self._context.clock, self._context.data)
        made: Notifier = registry.load("notifiers", kind)(setting)
        return made

    async def send(self, one: Delivery, circle: Circle) -> None:
        """Bring one delivery on its way, or hold or drop it; raises `Unavailable` while the archive is away."""
        now = self._context.clock.now()
        incident = await self._read(one)
        verdict = gate(one, incident, circle, now)
        if not verdict.open:
            await self._write(lambda tx: tx.deliveries.amend(verdict.applied(one)))
            return
        told = _figured(one, incident)
        message = await self._message(told, incident, circle)
        taken = await self._write(lambda tx: tx.deliveries.take(told, self._context.worker, now))
        if taken is None:
            return  # somebody else has it
        await self._note(await self._try(taken, message, circle))

    async def _try(self, one: Delivery, message: Message | Undelivered, circle: Circle) -> Delivery:
        clock = self._context.clock
        began, now = clock.monotonic(), clock.now()
        limits = self._context.config.alerts.retry
        if isinstance(message, Undelivered):
            return undelivered(one, message, now, 0.0, limits)
        try:
            proof = await self.notifier(one.kind).send(_address(one, circle), message)
        except Undelivered as error:
            failed = undelivered(one, error, now, clock.monotonic() - began, limits)
            log.warning("not delivered", id=one.id, kind=one.kind, state=failed.state, reason=str(error))
            return failed
        except Exception as error:  # noqa: BLE001 - a stranger's notifier may fail in any way; its words could hold an address
            found = Undelivered("It could not be sent; the log of the service names the error.", again=True)
            log.error("not delivered", id=one.id, kind=one.kind, error=type(error).__name__)  # noqa: TRY400 - it could quote addresses
            return undelivered(one, found, now, clock.monotonic() - began, limits)
        log.info("delivered", id=one.id, kind=one.kind, person=one.person, incident=one.incident)
        return delivered(one, now, proof, clock.monotonic() - began)

    async def _message(self, one: Delivery, incident: Incident | None, circle: Circle) -> Message | Undelivered:
        """Return the message; one that cannot be written says less, one that cannot say anything is a failure."""
        people = {person.id: person for person in circle.persons}
        head = Letterhead(one, incident, people[one.person], people, await self._stalls() if one.about else {})
        for plain in (False, True):
            try:
                return await self._writer.message(head, plain=plain)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one message, the alarm goes out
                name = type(error).__name__
                log.error("not written", id=one.id, plain=plain, error=name)  # noqa: TRY400 - it could quote people
        return Undelivered("The message could not be written; the log of the service names the error.", again=True)

    async def _note(self, one: Delivery) -> None:
        """Write down what happened, trying while the archive is away: else the message would go out twice."""
        while True:
            try:
                await self._write(lambda tx: tx.deliveries.save(one))
            except Unavailable as error:
                log.warning("proof waits", id=one.id, reason=str(error))
                await self._context.clock.sleep(AGAIN)
            else:
                return

    async def _read(self, one: Delivery) -> Incident | None:
        def read() -> Incident | None:
            with self._context.store.reading() as tx:
                try:
                    return tx.incidents.get(one.incident) if one.incident else None
                except NotFound:
                    return None

        return await to_thread.run_sync(read)

    async def _stalls(self) -> dict[str, Stall]:
        def read() -> dict[str, Stall]:
            with self._context.store.reading() as tx:
                return tx.dispatch.stalls()

        return await to_thread.run_sync(read)

    async def _write(self, change: Callable[[Transaction], T]) -> T:
        def transact() -> T:
            with self._context.store.transaction() as tx:
                return change(tx)

        return await to_thread.run_sync(transact)


def _address(one: Delivery, circle: Circle) -> str:
    return next(
        way.address for person in circle.persons for way in person.ways if (person.id, way.id) == (one.person, one.way)
    )


def _figured(one: Delivery, incident: Incident | None) -> Delivery:
    """Return a delivery with the figures that its message will tell: those of now."""
    if incident is None:
        return one
    return msgspec.structs.replace(
        one,
        severity=max(one.severity, incident.severity, key=SEVERITIES.index),
        level=max(one.level, incident.level.value if incident.level else 0),
        peak=max(one.peak, incident.peak),
    )
