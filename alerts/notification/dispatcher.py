"""The dispatcher: has everybody told who is to be told, once, across every kill and restart.

It reads events of incidents by number and plans deliveries in the transaction that moves its position; it notes that a
delivery is on the wire before it is, and its proof after. Of several services one does this at a time, and where two
believe for a moment that they do, the archive lets only one plan and only one send.
"""

from collections.abc import Mapping
from contextlib import suppress

import anyio
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup

from alerts.notification.gate import Circle
from alerts.notification.planning import Pace, plan
from alerts.notification.post import Post
from alerts.notification.retry import cut_off
from alerts.notifier import PATIENCE
from app.domain.delivery import Delivery, Progress
from app.domain.drill import Mark
from app.domain.events import IncidentEvent
from app.domain.fault import Fault
from app.domain.incident import Incident
from app.errors import NotFound, Unavailable
from app.service import Context
from app.store.engine import Transaction

DUTY = "alerts:dispatch"
LEASE = 6.0
"""Seconds telling stays ours without a sign of life."""
LOOK = 1.0
FLIGHTS = 16
"""Deliveries on the wire at the same time."""
ORPHANED = 4 * PATIENCE
"""Seconds after which what another worker has on the wire is taken for abandoned."""
FAREWELL = 5.0
"""Seconds that what is on the wire has when the service stops."""
REMEMBERED = 3600.0
"""Seconds a message that was given up is shown as a fault."""

log = structlog.get_logger("alerts")


class Dispatcher:
    """Plans and sends deliveries."""

    def __init__(self, context: Context) -> None:
        self._context, self._bus, self._clock = context, context.bus, context.clock
        self._post = Post(context)
        self._flying: dict[str, anyio.CancelScope] = {}
        self._held = False
        self.looked = float("-inf")
        """When it last planned and sent without trouble, by the clock that never runs backwards."""

    @property
    def ours(self) -> bool:
        """Whether telling people was ours at the last look."""
        return self._held

    async def run(self) -> None:
        """Plan and send until cancelled; what is on the wire then has a few seconds to come through."""
        try:
            async with anyio.create_task_group() as group:
                try:
                    while True:
                        try:
                            await self.look(group)
                        except Unavailable as away:
                            log.warning("telling waits", reason=str(away))
                        await self._clock.sleep(LOOK)
                finally:
                    for scope in self._flying.values():
                        scope.deadline = anyio.current_time() + FAREWELL
        finally:
            with suppress(Unavailable), anyio.move_on_after(1, shield=True):
                await self._bus.release(DUTY, self._context.worker)

    async def look(self, group: TaskGroup) -> bool:
        """Plan what is new and send what is due, if that is ours to do; return whether it is."""
        if await self._bus.lease(DUTY, self._context.worker, LEASE) is None:
            self._held = False
            return False
        if not self._held:
            self._held = True
            log.info("telling people is ours")
        await self._recover()
        while await self.plan():
            pass
        await self._send(group)
        await self._warn()
        self.looked = self._clock.monotonic()
        return True

    async def plan(self) -> bool:
        """Plan what follows from new events and from time; return whether there may be more."""
        now, config = self._clock.now(), self._context.config.alerts
        pace = Pace(config.gather, config.pause)
        named = {rule.id: rule.tell for rule in self._context.config.rules if rule.tell}

        def settle() -> bool:
            with self._context.store.reading() as tx:
                table = Table(tx, now, pace, named, self._context.drill)
                if not table.events and not table.pending:
                    return False
            with self._context.store.transaction() as tx:
                tx.dispatch.alone()
                table = Table(tx, now, pace, named, self._context.drill)
                table.keep(tx)
            return bool(table.events)

        return await to_thread.run_sync(settle)

    async def _send(self, group: TaskGroup) -> None:
        room = FLIGHTS - len(self._flying)
        if room <= 0:
            return
        now = self._clock.now()

        def read() -> tuple[list[Delivery], Circle]:
            with self._context.store.reading() as tx:
                due = tx.deliveries.due(now, limit=FLIGHTS + room)
                return due, circle_of(tx, now, {one.drill for one in due if one.drill}, self._context.drill)

        due, circle = await to_thread.run_sync(read)
        for one in [one for one in due if one.id not in self._flying][:room]:
            self._flying[one.id] = anyio.CancelScope(shield=True)
            group.start_soon(self._fly, one, circle)

    async def _fly(self, one: Delivery, circle: Circle) -> None:
        try:
            with self._flying[one.id]:
                await self._post.send(one, circle)
        except Unavailable as away:
            log.warning("telling waits", reason=str(away), id=one.id)
        except Exception as error:  # noqa: BLE001 - one delivery must not keep the others from going out
            log.error("telling failed", id=one.id, error=type(error).__name__)  # noqa: TRY400 - it could quote people
        finally:
            del self._flying[one.id]

    async def _recover(self) -> None:
        """Take up what was on the wire when its sender died."""
        now = self._clock.now()

        def read() -> list[Delivery]:
            with self._context.store.reading() as tx:
                return tx.deliveries.on_the_wire()

        for one in await to_thread.run_sync(read):
            ours = one.worker == self._context.worker
            if one.id in self._flying or (not ours and now - (one.taken_at or 0.0) < ORPHANED):
                continue
            lost = cut_off(one, now, again_is_safe=self._post.notifier(one.kind).again_is_safe)
            log.warning("cut off on the wire", id=one.id, kind=one.kind, state=lost.state)

            def write(lost: Delivery = lost) -> None:
                with self._context.store.transaction() as tx:
                    tx.deliveries.save(lost)

            await to_thread.run_sync(write)

    async def _warn(self) -> None:
        """Show for an hour that somebody could not be reached."""
        now = self._clock.now()

        def read() -> list[Delivery]:
            with self._context.store.reading() as tx:
                return tx.deliveries.given_up(now - REMEMBERED)

        lost = [one for one in await to_thread.run_sync(read) if one.occasion != "test"]
        if lost:
            who = ", ".join(dict.fromkeys(f"{one.person} ({one.kind})" for one in lost[:10]))
            reason = f"Not reached within the last hour: {who}. {lost[0].reason} GET /api/v1/deliveries?state=given_up"
            since = lost[-1].planned_at
            self._context.faults["alerts"] = Fault("alerts", "undelivered", since, f"{reason} tells more.")
        else:
            self._context.faults.pop("alerts", None)


class Table:
    """Everything that is to be planned at one instant, as one transaction sees it."""

    def __init__(
        self, tx: Transaction, now: float, pace: Pace, named: Mapping[str, tuple[str, ...]], mark: Mark | None = None
    ) -> None:
        self.events = tx.events.after(tx.dispatch.position())
        alive = {one.id: one for one in tx.incidents.open()}
        found = alive | _others(tx, self.events, alive)
        circle = circle_of(tx, now, {one.drill for one in found.values() if one.drill}, mark)._replace(named=named)
        before, progress = _grouped(tx.deliveries.of(list(found))), tx.dispatch.progress(found)
        self._progress = progress
        self._plans = {
            name: plan(
                one,
                [event for event in self.events if event.incident == name],
                before.get(name, ()),
                progress.get(name, Progress()),
                circle,
                now,
                pace,
            )
            for name, one in found.items()
        }
        self._over = [name for name, one in found.items() if one.state == "resolved"]

    @property
    def pending(self) -> bool:
        """Tell whether anything is to be written but the position."""
        return any(
            made.new or made.changed or made.progress != self._progress.get(name, Progress())
            for name, made in self._plans.items()
        )

    def keep(self, tx: Transaction) -> None:
        """Write everything down, and how far that is."""
        for name, made in self._plans.items():
            for one in made.new:
                tx.deliveries.plan(one)
            for one in made.changed:
                if not tx.deliveries.amend(one) and one.state == "failed":
                    tx.deliveries.again(one)
            if name in self._over:
                tx.dispatch.forget(name)
            elif made.progress != self._progress.get(name, Progress()):
                tx.dispatch.keep(name, made.progress)
        if self.events:
            tx.dispatch.move(self.events[-1].number)


def circle_of(tx: Transaction, now: float, drills: set[str], mark: Mark | None = None) -> Circle:
    """Read everybody who can be told, and what decides whether they are; by a drill that is who takes part, no other.

    That holds for everything that leaves its space: also a test, and what of it stands still.
    """
    people, drilled = tx.people, tx.dispatch.drilled(drills)
    persons = people.all()
    if mark is not None:
        persons = [one for one in persons if one.id in mark.recipients]
        drilled = {**drilled, mark.id: mark.recipients}
    return Circle(persons, people.shifts(), people.chains(), tx.silences.active(now), drilled=drilled)


def _others(tx: Transaction, events: list[IncidentEvent], known: Mapping[str, Incident]) -> dict[str, Incident]:
    """Return the incidents that events speak of and that are over by now."""
    found: dict[str, Incident] = {}
    for name in {event.incident for event in events} - known.keys():
        with suppress(NotFound):
            found[name] = tx.incidents.get(name)
    return found


def _grouped(deliveries: list[Delivery]) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for one in deliveries:
        found.setdefault(one.incident, []).append(one)
    return found
