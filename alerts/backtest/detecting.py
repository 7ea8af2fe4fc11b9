"""Our own detectors on the past: when they would have opened an incident, had none been open."""

from collections.abc import Iterable, Iterator, Sequence

from alerts.backtest.exact import replay
from alerts.backtest.progress import LEARNED, Watch
from alerts.backtest.swept import opening, sweeping, sweeps
from alerts.calibration.record import bars
from alerts.detector import Detector, Hearing, scopes
from alerts.watching.memory import shared
from alerts.watching.watch import Watch as Brand
from app.domain.backtest import Job
from app.domain.episode import Episode, folded
from app.domain.tally import MinuteTally, bucket
from app.registry import load_all
from app.store.engine import Transaction

MINUTE = 60
TOLD = 720
"""Minutes between two words on the progress."""


def detected(tx: Transaction, job: Job, watch: Watch, *, exact: bool) -> list[Episode]:
    """Return when the detectors of counts would have raised at a budget; those of single posts hear nothing here.

    Exact: by what had arrived, every ten seconds. Else by each minute as the archive sums it up today, once a minute.
    """
    brand = Brand(job.scope, lambda: detectors_of(job, swept=not exact), job.zone)
    held: list[int] = []
    if not exact:
        brand.learn(tx.tallies.read(job.scope, job.start - LEARNED, job.start), job.start)
        brand.bars = bars(job.budget, brand.record)
        said = [shared(one) for one in tx.tallies.read(job.scope, job.start, job.end)]
        ways = opening if sweeps(brand) else stepped
        return folded(ways(brand, said, job.start, job.end, watch))
    calibrated = False
    for at, opens in replay(tx, job, brand, watch):
        if not calibrated:
            brand.bars, calibrated = bars(job.budget, brand.record), True
        if opens:
            held.append(int(at) // MINUTE * MINUTE)
    return folded(held)


def stepped(brand: Brand, said: Iterable[MinuteTally], start: int, end: int, watch: Watch) -> Iterator[int]:
    """Step a watch at the end of every minute; yield those at which it would have opened an incident."""
    minutes = {one.start: one for one in said}
    for at in range(start, end, MINUTE):
        if at in minutes:
            brand.memory.said[at] = minutes[at]
            brand.memory.tally.setdefault(bucket(brand.scope, "m", at), {})
        if brand.step(at + 59.0, heard=True).action == "open":
            yield at
        if (at - start) // MINUTE % TOLD == 0:
            watch((at - start) / (end - start))
    watch(1.0)


def detectors_of(job: Job, *, swept: bool) -> Sequence[Detector]:
    """Return new detectors of counts for the scope of a job; `swept`: such as can be swept over a long past."""
    part = "topic" if "/" in job.scope else "brand"
    kinds = [kind for kind in load_all("detectors").values() if part in scopes(kind)]
    made = [(sweeping(kind) if swept else kind)(job.scope.partition("/")[0], job.zone) for kind in kinds]
    return [one for one in made if not isinstance(one, Hearing)]
