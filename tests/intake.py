"""What the tests of the intake share: a bus in memory, written and typed like the port, that can fail on purpose."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from app.bus.port import Accepted, Fence
from app.domain.alarm import Alarm
from app.domain.fault import Report
from app.domain.mention import Deletion, Mention
from app.domain.source import Hold, Orders, Proof, SourceState
from app.domain.tally import Contribution
from app.errors import Backpressure, BusUnavailable, LeaseLost


class MemoryBus:
    """The publishing side of the bus for one process: deduplicates by key and revision, forgets nothing."""

    def __init__(self) -> None:
        self.events: list[Mention | Deletion] = []
        self.newest: dict[str, Mention | Deletion | None] = {}
        self.remembered: dict[str, tuple[int, int, Contribution | None]] = {}
        self.cursors: dict[str, str] = {}
        self.commits: list[str] = []
        self.holders: dict[str, tuple[str, int]] = {}
        self.states: dict[str, SourceState] = {}
        self.history: list[SourceState] = []
        self.beats: list[float] = []
        self.told: list[tuple[str, dict[str, str]]] = []
        self.fences: dict[str, int] = {}
        self.holds: dict[str, Hold | None] = {}
        self.questions: dict[str, str] = {}
        self.proofs: dict[str, Proof] = {}
        self.shown: dict[str, Alarm] = {}
        self.reported: dict[str, dict[str, Report]] = {}
        self.away = False
        self.behind: float | None = None
        self._news = asyncio.Condition()

    def _answer(self) -> None:
        if self.away:
            raise BusUnavailable("Redis does not answer.")

    async def publish(self, events: Sequence[Mention | Deletion], *, fence: Fence | None = None) -> Accepted:
        self._answer()
        if fence is not None:
            if fence.token < self.fences.get(fence.name, 0):
                raise LeaseLost("A newer token was seen.")
            self.fences[fence.name] = fence.token
        if self.behind is not None:
            raise Backpressure(self.behind)
        counts = dict.fromkeys(("accepted", "duplicates", "edited", "deleted", "unmatched"), 0)
        for event in events:
            counts[self._publish(event)] += 1
        return Accepted(**counts)

    def _publish(self, event: Mention | Deletion) -> str:
        known = event.key in self.newest
        old = self.newest.get(event.key)
        if isinstance(event, Deletion):
            if not isinstance(old, Mention):
                return "duplicates" if known else "unmatched"
            outcome = "deleted"
        elif not known:
            if not event.brands:
                return "unmatched"
            outcome = "accepted"
        elif isinstance(old, Mention) and event.text != old.text and event.revision >= old.revision:
            if event.revision == old.revision > 0:
                return "duplicates"
            outcome = "edited"
        else:
            return "duplicates"
        self.newest[event.key] = event
        self.events.append(event)
        return outcome

    async def known(self, keys: Sequence[str]) -> dict[str, tuple[str, ...] | None]:
        self._answer()
        old = {key: self.newest[key] for key in keys if key in self.newest}
        return {key: one.brands if isinstance(one, Mention) else None for key, one in old.items()}

    async def recent_by(self, authors: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
        self._answer()
        said = [event for event in self.events if isinstance(event, Mention)]
        return {
            (channel, author): {event.id for event in said if (event.channel, event.author.id) == (channel, author)}
            for channel, author in authors
        }

    async def remember(self, key: str, version: int, revision: int, contribution: Contribution | None) -> None:
        self._answer()
        self.remembered[key] = (version, revision, contribution)

    async def beat(self, at: float) -> None:
        self._answer()
        self.beats.append(at)

    async def cursor(self, source: str) -> str | None:
        self._answer()
        return self.cursors.get(source)

    async def commit_cursor(self, source: str, cursor: str, token: int) -> bool:
        self._answer()
        if self.holders.get(f"source:{source}", ("", 0))[1] != token:
            return False
        self.cursors[source] = cursor
        self.commits.append(cursor)
        return True

    async def lease(self, name: str, owner: str, seconds: float) -> int | None:
        self._answer()
        holder, token = self.holders.get(name, ("", 0))
        if holder and holder != owner:
            return None
        self.holders[name] = (owner, token if holder else token + 1)
        return self.holders[name][1]

    async def release(self, name: str, owner: str) -> None:
        self._answer()
        holder, token = self.holders.get(name, ("", 0))
        if holder == owner:
            self.holders[name] = ("", token)

    async def reports(self) -> dict[str, dict[str, Report]]:
        self._answer()
        return self.reported

    async def report_source(self, state: SourceState) -> None:
        self._answer()
        if state.id not in self.states or self.states[state.id].status != state.status:
            self.history.append(state)
        self.states[state.id] = state

    async def sources(self) -> list[SourceState]:
        self._answer()
        return list(self.states.values())

    async def hold(self, source: str, hold: Hold | None) -> None:
        self._answer()
        self.holds[source] = hold

    async def held(self, source: str) -> Hold | None:
        self._answer()
        return self.holds.get(source)

    async def ask(self, source: str, question: str) -> None:
        self._answer()
        self.questions[source] = question

    async def orders(self, source: str) -> Orders:
        self._answer()
        return Orders(self.holds.get(source), self.questions.pop(source, None))

    async def answer(self, source: str, question: str, proof: Proof) -> None:
        self._answer()
        self.proofs[question] = proof

    async def answered(self, source: str, question: str) -> Proof | None:
        self._answer()
        return self.proofs.get(question)

    async def show_alarm(self, alarm: Alarm) -> None:
        self._answer()
        self.shown[alarm.id] = alarm

    async def alarms(self) -> list[Alarm]:
        self._answer()
        return list(self.shown.values())

    async def command(self, topic: str, payload: Mapping[str, str]) -> int:
        self._answer()
        async with self._news:
            self.told.append((topic, dict(payload)))
            self._news.notify_all()
        return 1

    async def commands(self, topic: str) -> AsyncIterator[dict[str, str]]:
        place = 0
        while True:
            async with self._news:
                while place >= len(self.told):
                    await self._news.wait()
            about, payload = self.told[place]
            place += 1
            if about == topic:
                yield payload


class Told:
    """A `Report` that keeps what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.causes: list[str] = []

    def __call__(self, status: str, reason: str, cause: str = "") -> None:
        self.said.append((status, reason))
        self.causes.append(cause)


class StillClock:
    """A clock that stands still but for the waiting asked of it, and lists that."""

    def __init__(self, now: float) -> None:
        self.at, self.slept = now, []

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


async def until(condition, seconds: float = 10.0) -> None:
    """Wait until a condition holds; fail after a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - conditions of many kinds
            await asyncio.sleep(0.01)


async def gather(batches, wanted):
    """Take batches until `wanted` events came; return the events and the last cursor."""
    events, cursor = [], None
    async with asyncio.timeout(20):
        while len(events) < wanted:
            batch = await anext(batches)
            events += batch.events
            cursor = batch.cursor or cursor
    return events, cursor
