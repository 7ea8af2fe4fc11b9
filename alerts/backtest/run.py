"""Running a backtest: every rule job, and our detectors if wanted, on the same time of the same brand."""

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from alerts.backtest.chart import drawn, step_of
from alerts.backtest.detecting import detected
from alerts.backtest.exact import exact
from alerts.backtest.progress import Watch, unwatched
from alerts.backtest.score import scored
from alerts.backtest.swift import measures, swift
from app.domain.backtest import Backtest, Job, Trial, Way
from app.domain.episode import Episode
from app.domain.incident import Incident, Severity
from app.domain.rule import Rule, quiet_at
from app.store.engine import Store, Transaction

DAY = 86_400
EXACT = 3 * DAY
"""Seconds up to which the log is replayed unless somebody asks otherwise."""
AT_A_TIME = 1_000_000
DETECTORS = Rule("", "detectors", "")
"""Stands for our own detectors, where a rule is spoken of."""


def backtest(store: Store, job: Job, watch: Watch = unwatched) -> Backtest:
    """Judge what a job asks for on the past; `watch` gets the share that is done, and may raise to stop it."""
    brand, _, part = job.scope.partition("/")
    with _undisturbed(), store.reading() as tx:
        incidents = _incidents(tx, brand, part or None)
        trials = [*_ruled(tx, job, incidents, watch)]
        if job.detectors:
            trials.append(_detected(tx, job, incidents, watch))
        counts = measures(tx, job, ["count"], job.start)["count"]
    step = step_of(job.end - job.start)
    chart = drawn(counts, job.start, step, job.zone)
    return Backtest(brand, part or None, job.start, job.end, tuple(trials), chart, step)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Have the collector look for rings among a million objects at a time: of a year's minutes none is in one."""
    before = gc.get_threshold()
    gc.set_threshold(AT_A_TIME, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _ruled(tx: Transaction, job: Job, incidents: Sequence[Incident], watch: Watch) -> Iterable[Trial]:
    if not job.rules:
        return
    begun = time.perf_counter()
    replayed = job.exact if job.exact is not None else job.end - job.start <= EXACT
    found = (exact if replayed else swift)(tx, job, watch)
    seconds = time.perf_counter() - begun
    for rule in job.rules:
        yield _trial(rule, found[rule.id], job, incidents, "log" if replayed else "sums", seconds)


def _detected(tx: Transaction, job: Job, incidents: Sequence[Incident], watch: Watch) -> Trial:
    begun = time.perf_counter()
    replayed = job.exact if job.exact is not None else job.end - job.start <= EXACT
    found = detected(tx, job, watch, exact=replayed)
    seconds = time.perf_counter() - begun
    return _trial(DETECTORS, found, job, incidents, "log" if replayed else "sums", seconds)


def _trial(
    rule: Rule,
    episodes: Sequence[Episode],
    job: Job,
    incidents: Sequence[Incident],
    way: Way,
    seconds: float,
) -> Trial:
    alarms, crises = scored(episodes, incidents, job.start, job.end, lambda at: quiet_at(rule, at, job.zone))
    severity: Severity = rule.severity
    return Trial(
        name=rule.name,
        when=rule.when,
        scope=job.scope,
        severity=severity,
        start=job.start,
        end=job.end,
        way=way,
        alarms=alarms,
        crises=crises,
        budget=job.budget[severity],
        seconds=round(seconds, 2),
    )


def _incidents(tx: Transaction, brand: str, topic: str | None) -> list[Incident]:
    """Return all incidents of a brand, those of one of its parts if that is asked for."""
    found, cursor = [], None
    while True:
        page = tx.incidents.find(None, brand, cursor, 200)
        found += [one for one in page.items if topic is None or one.topic == topic]
        cursor = page.next
        if cursor is None:
            return found
