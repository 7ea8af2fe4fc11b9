"""End to end: mentions a second from publishing over the tallies to the stored row, sustained, nothing left behind.

Redis with AOF everysec, two workers of analysis, archive (SQLite, synchronous=FULL) and alerts run as processes of
their own, as `emberwatch up --workers analysis=2` starts them. One process publishes as fast as the bus takes it;
publishing is held back while more than 20,000 entries wait, so that the rate is that of the whole path. The clock stops
when the last row is stored. Rows, tallies and what was published have to be equal, or there is no figure.
"""

import time
from typing import NamedTuple

from benchmarks.report import Report, Row
from benchmarks.rig import PATH, Rig, publish, rig, said, until

COUNT = {True: 5_000, False: 150_000}
MODELS = {True: 1_000, False: 20_000}
WARM = 2_000
MUST, AIM = 10_000, 20_000
PATIENCE = 300.0
TEXT_MODELS = "language, sentiment, intent, terms, voice"
LAYOUT = ("analysis", *PATH)


class Run(NamedTuple):
    """One run: mentions a second, and processor microseconds a mention by stage."""

    rate: float
    cpu: dict[str, float]


def measure(*, quick: bool) -> Report:
    """Return the sustained rates without and with the intake before it, and with text models."""
    with rig(LAYOUT, lag_limit=20_000) as made:
        warm(made)
        bare = run(made, COUNT[quick], "publish", "b")
        whole = run(made, COUNT[quick], "intake", "w")
    with rig(LAYOUT, analyzers=TEXT_MODELS, lag_limit=20_000) as made:
        warm(made)
        models = run(made, MODELS[quick], "intake", "m")
    rows = (
        Row("publish to stored row, without text models", bare.rate, "1/s", must=MUST, aim=AIM),
        Row("with cleaning, naming and matching before it", whole.rate, "1/s"),
        Row("the same with text models", models.rate, "1/s"),
        Row("processor time without text models", sum(bare.cpu.values()), "µs/mention", lower_is_better=True),
    )
    parts = ", ".join(f"{stage} {spent:.0f}" for stage, spent in bare.cpu.items())
    return Report("end-to-end", "End to end", rows, (f"processor µs a mention without text models: {parts}",))


def warm(made: Rig) -> None:
    """Let every process do each thing once."""
    run(made, WARM, "intake", "warm")


def run(made: Rig, count: int, through: str, name: str) -> Run:
    """Publish so many mentions and wait until all are stored; raise `AssertionError` if any is lost or doubled."""
    stored, counted, before = made.stored(), made.counted(), made.cpu()
    told = said(publish(made, count=count, run=name, through=through), PATIENCE)
    until(lambda: not any(made.lag().values()), "the last row", PATIENCE)
    took = time.time() - float(told["began"])
    rows, pairs = made.stored() - stored, made.counted() - counted
    if (rows, pairs) != (count, count):
        raise AssertionError(f"{count} mentions published, {rows} rows stored, {pairs} counted")
    spent = {stage: (used - before[stage]) / count * 1e6 for stage, used in made.cpu().items()}
    return Run(count / took, {"publisher": float(told["cpu"]) / count * 1e6, **spent})
