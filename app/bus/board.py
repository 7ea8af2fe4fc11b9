"""The notice board: health of sources and services, incidents, what is usual, leases, cursors, commands."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing

import msgspec
from redis import exceptions

from app.bus.connection import Connection, guarded
from app.bus.listening import listen
from app.clock import Clock
from app.domain.alarm import Alarm
from app.domain.fault import Fault, Report
from app.domain.incident import Incident, read
from app.domain.source import Hold, Orders, Proof, SourceState
from app.domain.usual import Usual
from app.errors import BusUnavailable

SOURCES, SERVICES, INCIDENTS, USUAL = "ew:sources", "ew:services", "ew:incidents", "ew:usual"
ALARMS = "ew:alarms"
HOLD, QUESTION = "hold", "question"
ANSWER_KEPT = 60
FORGOTTEN_AFTER = 15.0
"""Seconds after which a service that no longer reports counts as gone."""
SHOWN_AFTER_RESOLVE = 3600.0


class Board:
    """Small facts everybody may read."""

    _connection: Connection
    _clock: Clock

    @guarded
    async def cursor(self, source: str) -> str | None:
        """Return the committed cursor of a source."""
        found = await self._connection.client.get(f"ew:{{source:{source}}}:cursor")
        return found.decode() if found is not None else None

    @guarded
    async def commit_cursor(self, source: str, cursor: str, token: int) -> bool:
        """Commit a cursor; False if `token` is not the newest fencing token of the lease `source:<id>`."""
        names = [f"ew:{{source:{source}}}:cursor", f"ew:{{source:{source}}}:fence"]
        return bool(await self._connection.scripts.cursor(names, [cursor, token], confirmed=True))

    @guarded
    async def lease(self, name: str, owner: str, seconds: float) -> int | None:
        """Take or extend a lease; return its fencing token, None while another holds it."""
        names = [f"ew:{{{name}}}:lease", f"ew:{{{name}}}:fence"]
        arguments = [owner, int(seconds * 1000)]
        token: int = await self._connection.scripts.lease(names, arguments, confirmed=True)
        return token or None

    @guarded
    async def release(self, name: str, owner: str) -> None:
        """Give a lease up."""
        await self._connection.scripts.release([f"ew:{{{name}}}:lease"], [owner])

    @guarded
    async def report_source(self, state: SourceState) -> None:
        """Publish the health of a source."""
        await self._connection.client.hset(SOURCES, state.id, msgspec.json.encode(state))

    @guarded
    async def sources(self) -> list[SourceState]:
        """Return the last reported health of every source."""
        found = await self._connection.client.hgetall(SOURCES)
        return sorted((msgspec.json.decode(row, type=SourceState) for row in found.values()), key=lambda s: s.id)

    @guarded
    async def forget_source(self, source: str) -> None:
        """Take a source that is configured no longer off the board; its cursor stays, should it come back."""
        await self._connection.client.hdel(SOURCES, source)

    @guarded
    async def hold(self, source: str, hold: Hold | None) -> None:
        """Have a source held on all machines until that is taken back (None)."""
        if hold is None:
            await self._connection.client.hdel(_orders(source), HOLD)
        else:
            await self._connection.client.hset(_orders(source), HOLD, msgspec.json.encode(hold))

    @guarded
    async def held(self, source: str) -> Hold | None:
        """Return who paused a source and when, None if nobody did."""
        found = await self._connection.client.hget(_orders(source), HOLD)
        return msgspec.json.decode(found, type=Hold) if found is not None else None

    @guarded
    async def ask(self, source: str, question: str) -> None:
        """Ask whoever listens to a source for a proof that it works."""
        await self._connection.client.hset(_orders(source), QUESTION, question)

    @guarded
    async def orders(self, source: str) -> Orders:
        """Return whether a source is to be held, and take the question that waits for its listener."""
        hold, question = await self._connection.client.hmget(_orders(source), [HOLD, QUESTION])
        if question is not None:
            await self._connection.client.hdel(_orders(source), QUESTION)
        return Orders(
            msgspec.json.decode(hold, type=Hold) if hold is not None else None,
            question.decode() if question is not None else None,
        )

    @guarded
    async def answer(self, source: str, question: str, proof: Proof) -> None:
        """Answer a question; kept for a minute."""
        name = f"ew:{{source:{source}}}:answer:{question}"
        await self._connection.client.set(name, msgspec.json.encode(proof), ex=ANSWER_KEPT)

    @guarded
    async def answered(self, source: str, question: str) -> Proof | None:
        """Return the answer to a question, None while there is none."""
        found = await self._connection.client.get(f"ew:{{source:{source}}}:answer:{question}")
        return msgspec.json.decode(found, type=Proof) if found is not None else None

    @guarded
    async def show_alarm(self, alarm: Alarm) -> None:
        """Put the alarm of a source where walls see it."""
        await self._connection.client.hset(ALARMS, alarm.id, msgspec.json.encode(alarm))

    @guarded
    async def alarms(self) -> list[Alarm]:
        """Return open alarms of sources and those resolved within the last hour, newest first."""
        found = await self._connection.client.hgetall(ALARMS)
        alarms = [msgspec.json.decode(row, type=Alarm) for row in found.values()]
        horizon = self._clock.now() - SHOWN_AFTER_RESOLVE
        gone = [one.id for one in alarms if one.resolved_at is not None and one.resolved_at < horizon]
        if gone:
            await self._connection.client.hdel(ALARMS, *gone)
        return sorted((one for one in alarms if one.id not in gone), key=lambda one: -one.opened_at)

    @guarded
    async def report_service(
        self, name: str, worker: str, at: float, config: str = "", fault: Fault | None = None
    ) -> None:
        """Say that a service is ready, with which configuration, and what it cannot use; forgotten after 15 s."""
        report = msgspec.json.encode(Report(at, config, fault))
        await self._connection.client.hset(SERVICES, f"{name} {worker}", report)

    @guarded
    async def services(self) -> dict[str, float]:
        """Return service → instant of its last report."""
        reports = await self.reports()
        return {name: max(report.at for report in workers.values()) for name, workers in reports.items()}

    @guarded
    async def reports(self) -> dict[str, dict[str, Report]]:
        """Return service → worker → its last report; those not heard of for long are cleared away."""
        found = await self._connection.client.hgetall(SERVICES)
        now = self._clock.now()
        told = {field: _report(said) for field, said in found.items()}
        stale = [field for field, report in told.items() if now - report.at > FORGOTTEN_AFTER]
        if stale:
            await self._connection.client.hdel(SERVICES, *stale)
        alive: dict[str, dict[str, Report]] = {}
        for field, report in told.items():
            if field not in stale:
                name, _, worker = field.decode().partition(" ")
                alive.setdefault(name, {})[worker] = report
        return alive

    @guarded
    async def show_incident(self, incident: Incident) -> None:
        """Put an incident where walls see it."""
        await self._connection.client.hset(INCIDENTS, incident.id, msgspec.json.encode(incident))

    @guarded
    async def incidents(self) -> list[Incident]:
        """Return open incidents and those resolved within the last hour, newest first."""
        found = await self._connection.client.hgetall(INCIDENTS)
        incidents = [read(row) for row in found.values()]
        horizon = self._clock.now() - SHOWN_AFTER_RESOLVE
        gone = [i.id for i in incidents if i.resolved_at is not None and i.resolved_at < horizon]
        if gone:
            await self._connection.client.hdel(INCIDENTS, *gone)
        return sorted((i for i in incidents if i.id not in gone), key=lambda i: -i.opened_at)

    @guarded
    async def show_usual(self, usual: Usual) -> None:
        """Tell the walls what is usual for a brand."""
        await self._connection.client.hset(USUAL, usual.brand, msgspec.json.encode(usual))

    @guarded
    async def usual(self, brands: Sequence[str] | None = None) -> dict[str, Usual]:
        """Return the latest band by brand, of those that have one."""
        if brands is None:
            found = await self._connection.client.hgetall(USUAL)
        else:
            rows = await self._connection.client.hmget(USUAL, brands) if brands else []
            found = {brand.encode(): row for brand, row in zip(brands, rows, strict=True) if row}
        return {brand.decode(): msgspec.json.decode(row, type=Usual) for brand, row in found.items()}

    @guarded
    async def command(self, topic: str, payload: Mapping[str, str]) -> int:
        """Send a command to running services; return how many listened."""
        return int(await self._connection.client.publish(f"ew:command:{topic}", msgspec.json.encode(dict(payload))))

    async def commands(self, topic: str) -> AsyncIterator[dict[str, str]]:
        """Yield commands of a topic for ever, reconnecting."""
        while True:
            try:
                async with aclosing(listen(self._connection, [f"ew:command:{topic}"])) as messages:
                    async for message in messages:
                        if message is not None:
                            yield msgspec.json.decode(message[1], type=dict[str, str])
            except (exceptions.RedisError, OSError, BusUnavailable):
                await self._clock.sleep(0.1 + random.random() / 2)


def _orders(source: str) -> str:
    return f"ew:{{source:{source}}}:orders"


def _report(said: bytes) -> Report:
    """Read a report; an earlier version wrote the instant alone."""
    return Report(float(said)) if said[:1].isdigit() else msgspec.json.decode(said, type=Report)
