"""Our own detectors on the past: when they would have opened an incident, had none been open."""

from collections.abc import Iterator, Sequence

from alerts.backtest.exact import replay
from alerts.backtest.progress import LEARNED, Watch
from alerts.calibration.record import bars
from alerts.detector import Detector, Hearing, scopes
from alerts.watching.watch import Watch as Brand
from app.domain.backtest import Job
from app.domain.episode import Episode, folded
from app.domain.tally import MinuteTally, bucket
from app.registry import load_all
from app.store.engine import Transaction

MINUTE, HOUR = 60, 3600
TOLD = 720
"""Minutes between two words on the progress."""


def detected(tx: Transaction, job: Job, watch: Watch, *, exact: bool) -> list[Episode]:
    """Return when the detectors of counts would have raised at a budget; those of single posts hear nothing here.

    Exact: by what had arrived, every ten seconds. Else by each minute as the archive sums it up today, once a minute.
    """
    brand = Brand(job.scope, lambda: _detectors(job), job.zone)
    instants = replay(tx, job, brand, watch) if exact else _stepped(tx, job, brand, watch)
    held: list[int] = []
    calibrated = False
    for at, opens in instants:
        if not calibrated:
            brand.bars, calibrated = bars(job.budget, brand.record), True
        if opens:
            held.append(int(at) // MINUTE * MINUTE)
    return folded(held)


def _detectors(job: Job) -> Sequence[Detector]:
    part = "topic" if "/" in job.scope else "brand"
    kinds = [kind for kind in load_all("detectors").values() if part in scopes(kind)]
    made = [kind(job.scope.partition("/")[0], job.zone) for kind in kinds]
    return [one for one in made if not isinstance(one, Hearing)]


def _stepped(tx: Transaction, job: Job, brand: Brand, watch: Watch) -> Iterator[tuple[float, bool]]:
    """Step a watch at the end of every minute; yield each instant, and whether it would have opened an incident."""
    brand.learn(tx.tallies.read(job.scope, job.start - LEARNED, job.start), job.start)
    yield float(job.start), False
    said = {one.start: one for one in tx.tallies.read(job.scope, job.start, job.end)}
    for start in range(job.start, job.end, MINUTE):
        if start in said:
            brand.add({bucket(job.scope, "m", start): _fields(said[start])})
        yield start + 59.0, brand.step(start + 59.0, heard=True).action == "open"
        if (start - job.start) // MINUTE % TOLD == 0:
            watch((start - job.start) / (job.end - job.start))
    watch(1.0)


def _fields(minute: MinuteTally) -> dict[str, int]:
    place = minute.start % HOUR // MINUTE
    marks = {
        "n": minute.count, "-": minute.negative, "0": minute.neutral, "+": minute.positive, "?": minute.uncertain,
        "r": minute.reach, "rp": minute.reposts,
    }  # fmt: skip
    return {f"{place}:{mark}": number for mark, number in marks.items() if number}
