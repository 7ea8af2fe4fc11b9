"""What a mention costs: processor time by stage, and bytes in Redis.

At a steady rate, through the intake, so that batches have the size they have in production; processor time is that of
each process (`/proc/<pid>/stat`, all threads), the memory the growth of `used_memory` once everything is settled and
trimmed.
"""

from benchmarks.end_to_end import TEXT_MODELS, warm
from benchmarks.report import Report, Row
from benchmarks.rig import PATH, Rig, publish, rig, said, until

RATE = 1_000
SECONDS = {True: 2, False: 20}


def measure(*, quick: bool) -> Report:
    """Return µs a mention by stage, without and with text models, and bytes a mention."""
    count = RATE * SECONDS[quick]
    with rig(PATH) as made:
        warm(made)
        made.settle()
        before = made.memory()
        plain = spent(made, count)
        made.settle()
        grown = (made.memory() - before) / count
        remembered = made.remembered()
    with rig(PATH, analyzers=TEXT_MODELS) as made:
        warm(made)
        models = spent(made, count)
    rows = [Row(stage, value, "µs/mention", lower_is_better=True) for stage, value in plain.items()]
    rows.append(Row("all stages", sum(plain.values()), "µs/mention", lower_is_better=True))
    rows.append(Row("analysis with text models", models["analysis"], "µs/mention", lower_is_better=True))
    rows.append(Row("Redis, settled and trimmed", grown, "bytes/mention", lower_is_better=True))
    rows.append(Row("of it what is remembered for 8 days", remembered, "bytes/mention", lower_is_better=True))
    notes = (f"{count} mentions at {RATE}/s; the rest of Redis are tallies and profiles, kept for 2 to 49 hours",)
    return Report("cost", "Cost of a mention", tuple(rows), notes)


def spent(made: Rig, count: int) -> dict[str, float]:
    """Return the processor µs a mention by stage."""
    before = made.cpu()
    told = said(publish(made, count=count, run="c", rate=RATE))
    until(lambda: not any(made.lag().values()), "the last row")
    used = {stage: (seconds - before[stage]) / count * 1e6 for stage, seconds in made.cpu().items()}
    return {"intake and publish": float(told["cpu"]) / count * 1e6, **used}
