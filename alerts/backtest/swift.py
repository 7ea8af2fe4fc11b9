"""The swift way: a year of minutes as columns, every rule in one go."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from alerts.backtest.progress import LEARNED, Watch
from alerts.detection.sweep import Past, Sweep
from alerts.rules.columns import Columns, Levels, Numbers, column, names
from alerts.rules.judge import holds
from alerts.rules.track import MINUTE, Track
from alerts.watching.hearing import stretches
from app.domain.backtest import Job
from app.domain.condition import Condition
from app.domain.condition_reading import parse
from app.domain.episode import Episode, folded
from app.domain.figures import LOGGED, SERIES
from app.domain.tally import MinuteTally
from app.store.engine import Transaction

HOUR = 60
LAG = 2
"""Minutes after which a minute is learned, live and here."""
TOLD = 1_440
"""Minutes between two words on the progress."""


def swift(tx: Transaction, job: Job, watch: Watch) -> dict[str, list[Episode]]:
    """Return by rule the episodes of a time, judged on each minute as the archive sums it up today."""
    conditions = {rule.id: parse(rule.when) for rule in job.rules}
    first = _first(tx, job, conditions.values())
    columns = _columns(tx, job, list(conditions.values()), first, watch)
    found = {}
    for rule, condition in conditions.items():
        ends = np.flatnonzero(holds(condition, columns)) * MINUTE + first + MINUTE
        found[rule] = folded(int(end) for end in ends if job.start < end <= job.end)
    return found


def measures(tx: Transaction, job: Job, names_: Iterable[str], first: int) -> dict[str, Numbers]:
    """Return measures by minute from `first` on; what sums do not tell comes from the log."""
    size, wanted = (job.end - first) // MINUTE, set(names_)
    logged = {name for name in wanted if name in LOGGED or name.startswith("i.")}
    found = {name: np.zeros(size, np.int64) for name in wanted - logged}
    for name, at, number in tx.past.sums(job.scope, first, job.end, found.keys()):
        found[name][(at - first) // MINUTE] = number
    if logged:
        said = tx.past.told(job.scope, first, job.end, float("inf"))
        starts = range(first, job.end, MINUTE)
        found |= {name: column(name, said, starts) for name in logged}
    return found


def _first(tx: Transaction, job: Job, conditions: Iterable[Condition]) -> int:
    """Return the first minute that is needed: what is usual is learned before, windows reach back."""
    needs = list(conditions)
    learns = any(one.usual() or any(figure.series for figure in one.figures()) for one in needs)
    first = job.start - (LEARNED if learns else max((one.reach for one in needs), default=0))
    oldest = tx.past.oldest(job.scope, first, job.start)
    return job.start if oldest is None else oldest // MINUTE * MINUTE


def _columns(tx: Transaction, job: Job, conditions: Sequence[Condition], first: int, watch: Watch) -> Columns:
    figures = {figure for one in conditions for figure in one.figures()}
    usual = {names(figure)[0] for one in conditions for figure in one.usual()}
    series = {figure.series for figure in figures if figure.series}
    needed = {name for figure in figures for name in names(figure)} | usual
    counts = measures(tx, job, needed | {"count"} | {_measured(one) for one in series}, first)
    size = (job.end - first) // MINUTE
    jobs = len(usual) + len(series)
    done = 0.0

    def told(share: float) -> None:
        watch((done + share) / max(jobs, 1))

    deaf = _deaf(counts["count"], first)
    noted: dict[str, Numbers] = {}
    for name in sorted(usual):
        track = Track(job.zone, name)
        lessons = _minutes(name, counts[name], first)
        noted[name] = np.fromiter(_usual(track, lessons, deaf, told), np.int64, size)
        done += 1
    risks: dict[str, Levels] = {}
    for one in sorted(series):
        since = job.start - max(each.reach for each in conditions) - HOUR * MINUTE
        numbers = counts[_measured(one)].astype(np.float64)
        risks[one] = _risks(Sweep(job.scope, job.zone), numbers, deaf, first, since, told)
        done += 1
    watch(1.0)
    return Columns(size, counts, noted, risks)


def _measured(series: str) -> str:
    return "count" if series == SERIES[0] else series


def _minutes(name: str, numbers: Numbers, first: int) -> list[MinuteTally]:
    """Return minutes that hold one measure alone."""
    kind, _, key = name.partition(".")
    inside = {"i": "intents", "c": "channels"}.get(kind) if key else None
    starts = range(first, first + len(numbers) * MINUTE, MINUTE)
    if inside is None:
        return [_minute(start, name, number) for start, number in zip(starts, numbers.tolist(), strict=True)]
    return [_minute(start, inside, {key: number}) for start, number in zip(starts, numbers.tolist(), strict=True)]


def _minute(start: int, name: str, number: Any) -> MinuteTally:
    return MinuteTally(start, **{name: number})


def _deaf(counts: Numbers, first: int) -> frozenset[int]:
    """Return the places of minutes that nobody listened to, as the live service tells it from a past."""
    said = [MinuteTally(first + place * MINUTE, int(counts[place])) for place in np.flatnonzero(counts).tolist()]
    cuts = pairwise(stretches(said))
    return frozenset(
        place
        for before, after in cuts
        for place in range((before[-1].start - first) // MINUTE + 1, (after[0].start - first) // MINUTE)
    )


def _usual(track: Track, minutes: Sequence[MinuteTally], deaf: frozenset[int], told: Watch) -> Iterator[int]:
    """Yield what was usual for each minute, known when the one before the last had been learned, as it is live."""
    for place, minute in enumerate(minutes):
        if place >= LAG and place - LAG not in deaf:
            track.learn([minutes[place - LAG]])
        yield track.note(minute.start)
        if place % TOLD == 0:
            told(place / len(minutes))
            track.forget(minute.start - HOUR * MINUTE)


def _risks(surge: Sweep, counts: Levels, deaf: frozenset[int], first: int, since: int, told: Watch) -> Levels:
    """Return the risk at the end of each minute; before `since`, where nobody asks, it is learned only, as live."""
    size = len(counts)
    taught = np.ones(size, np.bool_)
    taught[list(deaf)] = False
    asked = np.arange(first, first + size * MINUTE, MINUTE) >= since
    return np.nan_to_num(surge.sweep(Past(first, counts, taught, asked, LAG), told).risk)
