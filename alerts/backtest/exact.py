"""The exact way: the log of counts, replayed by the time each count arrived, through the watch of the live service."""

from collections.abc import Iterator
from math import inf, nextafter

from alerts.backtest.progress import LEARNED, Watch
from alerts.rules.watch import RuleSet
from alerts.watching.watch import KEPT, STEP
from alerts.watching.watch import Watch as Brand
from app.domain.backtest import Job
from app.domain.episode import Episode
from app.domain.tally import TallyDelta, merge, minutes, split
from app.store.engine import Transaction

HOUR = 3600
BEFORE = 25 * HOUR
"""Seconds of the log that are added up before it begins: as far back as a window reaches."""
TOLD = 60
"""Steps between two words on the progress."""


def exact(tx: Transaction, job: Job, watch: Watch) -> dict[str, list[Episode]]:
    """Return by rule the episodes of a time, each judged on what had arrived by then, as the live service does."""
    brand = Brand(job.scope, list, job.zone)
    brand.rules = RuleSet(job.rules, job.scope, job.zone)
    for _ in replay(tx, job, brand, watch):
        pass
    return {
        one.rule.id: [episode for episode in one.episodes if episode.end > job.start] for one in brand.rules.watches
    }


def replay(tx: Transaction, job: Job, brand: Brand, watch: Watch) -> Iterator[tuple[float, bool]]:
    """Step a watch every ten seconds from the start to the end, adding what had arrived by then.

    It has learned what the archive knew before the start, as a service does that begins then. Yields each instant, and
    whether it would have opened an incident.
    """
    tally = _before(tx, job)
    past = tx.tallies.read(job.scope, job.start - LEARNED, job.start - BEFORE)
    told = minutes(tally, job.scope)
    late = [told[at] for at in sorted(told) if job.start - BEFORE <= at < job.start]
    brand.learn([*past, *late], job.start)
    brand.take({name: fields for name, fields in tally.items() if split(name)[2] >= job.start - KEPT - HOUR})
    entries = tx.past.log(job.scope, nextafter(job.start, inf), job.end + 2 * STEP)
    waiting = next(entries, None)
    steps = int((job.end - job.start) / STEP) + 2
    for number in range(steps):
        at = job.start + number * STEP
        arrived: TallyDelta = {}
        while waiting is not None and waiting.at <= at:
            merge(arrived, waiting.delta)
            waiting = next(entries, None)
        if arrived:
            brand.add(arrived)
        yield at, brand.step(at, heard=True).action == "open"
        if number % TOLD == 0:
            watch(number / steps)
    watch(1.0)


def _before(tx: Transaction, job: Job) -> TallyDelta:
    """Return the minutes before the start as they stood then."""
    tally: TallyDelta = {}
    for entry in tx.past.log(job.scope, job.start - BEFORE - HOUR, nextafter(job.start, inf)):
        kept = {name: fields for name, fields in entry.delta.items() if split(name)[2] >= job.start - BEFORE - HOUR}
        merge(tally, kept)
    return tally
