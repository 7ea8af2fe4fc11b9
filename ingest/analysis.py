"""The analysis service: reads mentions off the bus, understands them in micro-batches, settles what they count."""

import faulthandler
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

import anyio
import msgspec
import structlog
from anyio import to_thread

from app.bus.port import Entry, Labelled, Settled
from app.domain.analysis import AnalysedMention, Analysis
from app.domain.correction import Correction, corrected, kept
from app.domain.identity import Identity
from app.domain.mention import Deletion, Heartbeat, Mention
from app.domain.tally import (
    PERSONAL,
    Contribution,
    Profile,
    TallyDelta,
    add,
    contribution,
    merge,
    only,
    profile,
    remains,
)
from app.errors import Unavailable
from app.metrics import BATCH_SECONDS
from app.service import Context
from ingest.analyzer import Analyzer
from ingest.correcting import tell, to_analyse, understood
from ingest.echo import voiced
from ingest.tuition import Tuition
from ingest.understanding import Failure

GROUP = "analysis"
BATCH = 500
WAIT_MS = 1_000
CLAIM_EVERY = 10.0
"""Seconds between two looks for entries that a dead worker left behind."""
SUSPECT_AFTER = 2
"""Deliveries after which a mention is analysed alone: it may be what killed the workers that had it."""
MOST_ATTEMPTS = 3
"""Attempts at such a mention before it is buried."""
PAUSE = 0.2
"""Seconds before a bus that does not answer is asked again."""

_log = structlog.get_logger("analysis")


class AnalysisService:
    """One worker of the consumer group `analysis`; any number may run, on any machine.

    It is called like its process, or by `options["consumer"]`; one that comes back goes on with what it left.
    """

    name = "analysis"

    def __init__(self, context: Context, analyzers: Sequence[Analyzer] | None = None) -> None:
        self._context = context
        self._bus = context.bus
        self._consumer = context.options.get("consumer") or context.worker
        self._tuition = Tuition(context, analyzers)
        self._interrupted: set[str] = set()
        self._patience = context.config.analysis.patience

    async def run(self) -> None:
        """Work until cancelled."""
        await self.prepare()
        async with anyio.create_task_group() as group:
            group.start_soon(self._tuition.follow)
            while True:
                try:
                    await self._work()
                except Unavailable as error:
                    _log.warning("waiting", reason=str(error))
                    await self._context.clock.sleep(PAUSE)

    async def _work(self) -> None:
        """Work until the bus does not answer; first on what was left."""
        clock = self._context.clock
        looked = float("-inf")
        while True:
            if clock.monotonic() - looked >= CLAIM_EVERY:
                looked = clock.monotonic()
                await self._tuition.look()
                await self.take(await self._bus.claim(GROUP, self._consumer))
                self._context.ready.set()
            await self.take(await self._bus.read(GROUP, self._consumer, BATCH, WAIT_MS))

    async def prepare(self) -> None:
        """Load what the analyzers need, off the event loop."""
        await self._tuition.prepare()

    async def take(self, entries: Sequence[Entry]) -> None:
        """Analyse and settle entries as delivered; what cannot be analysed is buried and the rest goes on."""
        for batch in batches(entries):
            if _suspect(batch[0]) and not await self._dared(batch[0]):
                continue
            try:
                with BATCH_SECONDS.labels("analysis").time():
                    await self._settle(await self._understood(batch))
                self._tuition.admit()
            except Unavailable:
                self._interrupted ^= {entry.id for entry in batch if _suspect(entry)}
                raise

    async def _dared(self, entry: Entry) -> bool:
        """Count an attempt at a suspect; False if there were too many and it is buried, or if it waits for another.

        The attempt after one that only the bus cut short is free: flapping networks must not look like poison.
        """
        if await self._early(entry, await self._counted([entry])):
            return False
        if entry.id in self._interrupted:
            return True
        attempts = await self._bus.attempt(entry)
        if attempts > MOST_ATTEMPTS:
            await self._bury(entry, f"its worker stopped {attempts - 1} times while analysing it alone")
        return attempts <= MOST_ATTEMPTS

    async def _understood(self, batch: Sequence[Entry]) -> list[tuple[Entry, AnalysedMention | Deletion | Heartbeat]]:
        mentions = [mention for entry in batch if (mention := to_analyse(entry.event))]
        found = iter(await self._understand(mentions) if mentions else [])
        results: list[tuple[Entry, AnalysedMention | Deletion | Heartbeat]] = []
        for entry in batch:
            if entry.event is None:
                await self._bury(entry, "wiped before it was analysed")
            elif isinstance(entry.event, Deletion | Heartbeat):
                results.append((entry, entry.event))
            elif isinstance(entry.event, Correction) and not entry.event.anew:
                results.append((entry, corrected(entry.event, None)))
            elif isinstance(analysis := next(found), Analysis):
                results.append((entry, understood(entry.event, analysis)))
            else:
                await self._bury(entry, analysis.reason)
        return results

    async def _understand(self, mentions: Sequence[Mention]) -> list[Analysis | Failure]:
        """Ask the analyzers, in a thread, for they take their time; without any the way there would cost more."""
        if not self._tuition.understanding:
            return [*self._tuition.understanding.understand(mentions)]
        with watched(2 * self._patience), anyio.move_on_after(self._patience):
            return [*await to_thread.run_sync(self._tuition.understanding.understand, mentions, abandon_on_cancel=True)]
        if len(mentions) == 1:
            return [Failure(f"its analysis took longer than {self._patience:g} s")]
        _log.warning("analyzers hang", mentions=len(mentions))
        return [one for mention in mentions for one in await self._understand([mention])]

    async def _settle(self, batch: Sequence[tuple[Entry, AnalysedMention | Deletion | Heartbeat]]) -> None:
        """Settle until the bus takes it; entries that are no longer ours drop out and the rest is reduced again."""
        left = await voiced(self._bus, self._context.identity, batch)
        while left:
            counted = await self._counted(entry for entry, _ in left)
            for entry, _ in left:
                if _late(entry, counted):
                    await self._bury(msgspec.structs.replace(entry, event=None), "a newer version is counted already")
            left = [pair for pair in left if not _late(pair[0], counted) and not await self._early(pair[0], counted)]
            if not left:
                return
            settled, delta, profiles = reduced(left, counted, self._context.identity)
            partition, now = left[0][0].partition, self._context.clock.now()
            gone = set(await self._bus.settle(partition, self._consumer, settled, delta, profiles, now))
            if not gone:
                await tell(self._bus, (entry for entry, _ in left))
                return
            _log.info("no longer ours", entries=len(gone))
            left = [pair for pair in left if pair[0].id not in gone]

    async def _counted(self, entries: Iterable[Entry]) -> dict[str, Labelled]:
        """Ask what is counted, but only for entries that may have been counted before."""
        again = (entry for entry in entries if entry.version > 1 or entry.deliveries > 1)
        keys = [key for entry in again if (key := _key(entry))]
        return await self._bus.contributions(keys) if keys else {}

    async def _early(self, entry: Entry, counted: Mapping[str, Labelled]) -> bool:
        """Say whether a deletion overtook the mention it deletes, or its last edit, which another worker still holds.

        Or an edit a correction, which it has to keep. It stays pending and comes again, so that what was said last is
        what stays counted.
        """
        if not isinstance(entry.event, Deletion | Mention) or entry.version == 1:
            return False
        known = counted.get(entry.event.key)
        return (known.version if known else 0) < entry.version - 1 and await self._bus.overtakes(entry)

    async def _bury(self, entry: Entry, reason: str) -> None:
        _log.warning("buried", entry=entry.id, reason=reason)
        await self._bus.bury(entry.partition, entry, reason)


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut entries, in order, into batches of one partition with each key at most once, and each suspect alone."""
    by_partition = groupby(sorted(entries, key=lambda entry: entry.partition), key=lambda entry: entry.partition)
    for _, group in by_partition:
        batch: list[Entry] = []
        keys: set[str] = set()
        for entry in group:
            key = _key(entry)
            if batch and ((key and key in keys) or _suspect(entry) or _suspect(batch[-1])):
                yield batch
                batch, keys = [], set()
            batch.append(entry)
            keys.add(key)
        yield batch


def reduced(
    batch: Sequence[tuple[Entry, AnalysedMention | Deletion | Heartbeat]],
    counted: Mapping[str, Labelled],
    identity: Identity,
) -> tuple[list[Settled], TallyDelta, dict[str, Profile]]:
    """Return what to settle, the tally delta (new minus old) and the profiles of the authors in it.

    An edit moves labels; one that stopped matching withdraws its count. A deletion keeps the counts by second and
    minute and takes out what names the author or comes of the text: the author's tally, the terms and the voice.
    """
    delta: TallyDelta = {}
    profiles: dict[str, Profile] = {}
    settled = []
    for entry, payload in batch:
        key = _key(entry)
        known = counted.get(key)
        before = known.contribution if known else None
        after = None
        if isinstance(payload, AnalysedMention):
            if before and isinstance(entry.event, Mention):
                payload = kept(payload, before)  # noqa: PLW2901 - what persons said stays
            mention = payload.mention
            after = contribution(payload, identity.author(mention.channel, mention.author.id))
            add(delta, after)
            if before:
                add(delta, before, -1)
            if after.brands:
                profiles[after.author] = profile(mention.author, mention.channel, demo=mention.demo)
        elif before:
            after = remains(before)
            _forget(delta, before)
        expected = known.version if known else 0
        settled.append(Settled(entry.id, key, entry.version, expected, payload, after, before))
    return settled, _moved(delta), profiles


def _forget(delta: TallyDelta, before: Contribution) -> None:
    whole: TallyDelta = {}
    add(whole, before, -1)
    for grain in PERSONAL:
        merge(delta, only(whole, grain))


def _moved(delta: TallyDelta) -> TallyDelta:
    """Leave out what an edit took out and put back."""
    kept = {name: {field: number for field, number in fields.items() if number} for name, fields in delta.items()}
    return {name: fields for name, fields in kept.items() if fields}


def _suspect(entry: Entry) -> bool:
    """Say whether a mention may be what killed the workers it was delivered to."""
    return entry.deliveries > SUSPECT_AFTER and to_analyse(entry.event) is not None


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    """End this process if the block takes longer, even where native code holds everything up; it is started again."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _key(entry: Entry) -> str:
    return "" if entry.event is None or isinstance(entry.event, Heartbeat) else entry.event.key


def _late(entry: Entry, counted: Mapping[str, Labelled]) -> bool:
    """Say whether a newer version overtook this one while its worker was away; its text must not be kept either."""
    known = counted.get(_key(entry))
    return known is not None and known.version >= entry.version
