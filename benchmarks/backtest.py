"""How long a backtest takes: a year of minutes of one synthetic brand, judged by the archive's sums."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from alerts.backtest.run import backtest
from alerts.detection.storms import ordinary
from app.clock import ManualClock
from app.domain.backtest import Job
from app.domain.rule import Rule
from app.domain.tally import MinuteTally
from app.store.engine import Store, open_store
from benchmarks.report import Report, Row

START = 1_765_152_000
"""Monday 2025-12-08, midnight UTC."""
DAY, MEAN, BURSTS = 86_400, 5.0, 0.6
DAYS = {True: 10, False: 365}
RULES = {
    "plain": "mentions(15m) > 50 AND negative_share(15m) > 40% for 10m",
    "usual": "mentions(15m) > 3 * usual",
    "risk": "risk(volume) >= 6",
}
MUST, AIM = 30.0, 15.0
"""Seconds a year of minutes may take."""


def measure(*, quick: bool) -> Report:
    """Return the seconds of CPU a year of minutes takes for each kind of rule, and for our detectors."""
    days = DAYS[quick]
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "emberwatch.sqlite", clock=ManualClock(START + days * DAY))
        try:
            with store.transaction() as tx:
                tx.tallies.seed("nord", "backtest", list(_minutes(days)), START + days * DAY)
            rows = [_row(store, f"a rule with {name} figures", days, when) for name, when in RULES.items()]
            rows.append(_row(store, "our detectors", days))
        finally:
            store.close()
    note = f"{days} days of one brand with {MEAN:g} mentions a minute, seeded"
    return Report("backtest", "Judging a year of minutes", tuple(rows), (f"{note}; taken up to a year.",))


def _minutes(days: int) -> Iterator[MinuteTally]:
    chance = np.random.default_rng(7)
    for place, count in enumerate(ordinary(60, days, chance, MEAN, BURSTS).tolist()):
        bad = int(count) // 5
        yield MinuteTally(START + 60 * place, int(count), negative=bad, neutral=int(count) - bad)


def _row(store: Store, name: str, days: int, when: str = "") -> Row:
    job = Job(
        "nord", START, START + days * DAY, "Europe/Berlin", {"note": 30.0, "warning": 4.0, "crisis": 1.0},
        (Rule(name, name, when),) if when else (), detectors=not when, exact=False,
    )  # fmt: skip
    begun = time.process_time()
    backtest(store, job)
    seconds = (time.process_time() - begun) * 365 / days
    return Row(f"a year of {name}", seconds, "s of one core", must=MUST, aim=AIM, lower_is_better=True)
