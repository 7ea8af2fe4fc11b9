"""Latency: from the instant a mention is due until another process has heard the delta that counts it.

The schedule is open-loop: mention n is due at start + n / rate, whatever became of the ones before, and what is sent
late is counted from when it was due (no coordinated omission). Every mention counts, none is sampled: with one
partition and one analysis worker deltas come in the order of the mentions, and a delta says how many it holds.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from benchmarks.end_to_end import warm
from benchmarks.report import Report, Row, Series
from benchmarks.rig import PATH, Rig, publish, rig, said

RATES = {1_000: (0.100, 0.025), 5_000: (0.250, 0.050)}
"""Mentions a second → p99 in seconds that must be reached, and the aim."""
SECONDS = {True: 2, False: 20}
PATIENCE = 60.0
RATED = 0.99
"""The percentile that is asked for."""


def measure(*, quick: bool) -> Report:
    """Return the 50th and 99th percentile and the maximum at each rate, in milliseconds."""
    rows: list[Row] = []
    series: list[Series] = []
    with rig(PATH) as made:
        warm(made)
        for rate, (must, aim) in RATES.items():
            waited = followed(made, rate, rate * SECONDS[quick])
            for what, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
                asked = (must * 1e3, aim * 1e3) if share == RATED else (None, None)
                value = percentile(waited, share) * 1e3
                rows.append(
                    Row(f"{what} at {rate:,}/s", value, "ms", must=asked[0], aim=asked[1], lower_is_better=True)
                )
            points = tuple(percentile(waited, share / 100) * 1e3 for share in range(1, 101))
            series.append(Series(f"{rate:,}/s", tuple(float(n) for n in range(1, 101)), points, "percentile", "ms"))
    notes = ("open-loop schedule, from the due time, through the intake, without text models; every mention counted",)
    return Report("latency", "Due time to subscriber", tuple(rows), notes, tuple(series))


def followed(made: Rig, rate: int, count: int) -> list[float]:
    """Publish by schedule while another process listens; return each mention's seconds from due to heard, sorted."""
    within = count / rate + PATIENCE
    words = ("--data", str(made.data), "--config", str(made.config), "--count", str(count), "--within", str(within))
    listener = made.started("benchmarks.subscriber", *words)
    assert listener.stdout is not None  # noqa: S101 - it is a pipe
    listener.stdout.readline()
    told = said(publish(made, count=count, run=f"r{rate}", rate=rate), within)
    return latencies(float(told["began"]), rate, count, said(listener, within + PATIENCE)["heard"])


def latencies(began: float, rate: float, count: int, heard: Iterable[Sequence[float]]) -> list[float]:
    """Return the seconds from due to heard of all mentions, sorted; `heard` are (instant, mentions up to then) pairs.

    Raises `AssertionError` if not every mention was heard of exactly once.
    """
    marks = [(began, 0.0), *((at, number) for at, number in heard)]
    if int(marks[-1][1]) != count:
        raise AssertionError(f"{count} mentions published, {marks[-1][1]:.0f} heard of")
    waited = [
        at - (began + number / rate)
        for (_, before), (at, upto) in pairwise(marks)
        for number in range(int(before), int(upto))
    ]
    return sorted(waited)


def percentile(ranked: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of sorted values."""
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]
