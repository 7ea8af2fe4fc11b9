"""What judging many brands costs, and how many posts of a storm have been said when the alarm is raised.

All detectors of a brand on made-up brands, on a clock of our own; nothing here is real. The storm is posted one by one
into a brand that is spoken of three times an hour; its alarm is the first that is graver than a note.
"""

import random
import time
from bisect import bisect_right
from collections.abc import Sequence
from copy import deepcopy

from alerts.watching.scopes import detectors
from alerts.watching.watch import STEP, Decision, Watch
from app.domain.incident import Incident
from app.domain.tally import Contribution, MinuteTally, TallyDelta, reduce
from benchmarks.growth import SHAPES, posts
from benchmarks.report import Report, Row

ZONE = "Europe/Berlin"
START = 1_795_010_400
"""A Wednesday, 15:00 in Berlin; what lies before is history."""
DAY = 86_400
BRANDS = {True: 100, False: 1_000}
SEEDS = {True: (1,), False: (1, 2, 3)}
STEPS = 12
"""Steps that are measured: two minutes, so that two minutes are learned."""
BUSY, QUIET = 12.0, 0.05
"""Mentions a minute …"""
USUAL, ANGRY = 0.2, 0.5
"""… and the share of negative ones, usually and in a storm."""


def measure(*, quick: bool) -> Report:
    """Return processor seconds of a step of ten seconds for 1,000 brands, and the posts until the alarm by shape."""
    number = BRANDS[quick]
    rows = [
        Row(
            f"a step of 1,000 brands, {name}",
            cost(number, pace),
            "s of one core",
            must=1.0,
            aim=0.5,
            lower_is_better=True,
        )
        for name, pace in (("all talked about", BUSY), ("all silent", 0.0))
    ]
    for shape in SHAPES:
        said = [alarm(shape, seed) for seed in SEEDS[quick]]
        worst = max(said, key=lambda one: one[0])
        rows.append(Row(f"{shape}: posts until the alarm", worst[0], "", must=1000, aim=300, lower_is_better=True))
        rows.append(Row(f"{shape}: after the first post", worst[1], "s", lower_is_better=True))
    note = (
        f"{number} brands; storms in a brand of {60 * QUIET:.0f} mentions an hour, the slowest of {len(SEEDS[quick])}"
    )
    return Report("alarms", "Judging brands", tuple(rows), (note,))


def cost(number: int, pace: float) -> float:
    """Return the processor seconds a step takes for 1,000 brands that are spoken of at a pace, minutes included."""
    one = known(1, pace)
    for at in range(START - 3600, START, 60):
        one.add(_talk(at, 60, pace, random.Random(at)))
    one.step(float(START), heard=True)
    watches = [deepcopy(one) for _ in range(number)]
    chance = random.Random(1)
    begun = time.process_time()
    for place in range(STEPS):
        until = START + (place + 1) * int(STEP)
        delta = _talk(until - int(STEP), int(STEP), pace, chance)
        for watch in watches:
            watch.add(delta)
            watch.step(float(until), heard=True)
    return (time.process_time() - begun) / STEPS * 1000 / number


def alarm(shape: str, seed: int, hours: int = 4) -> tuple[float, float]:
    """Return the posts of a storm said until the alarm, and the seconds since the first; infinite without one."""
    chance = random.Random(seed)
    begin = START + 1200 + chance.randrange(600)
    times = [begin + at for at in posts(SHAPES[shape], seed)]
    watch, done = known(3, QUIET), 0
    for at in range(START, START + hours * 3600, int(STEP)):
        until = bisect_right(times, at)
        storm = [_post(instant, chance, ANGRY) for instant in times[done:until]]
        done = until
        watch.add(reduce([*_posts(at - int(STEP), int(STEP), QUIET, chance), *storm]))
        said = watch.step(float(at), heard=True)
        if said.action in {"open", "update"}:
            if said.severity != "note" and done:
                return float(done), at - times[0]
            watch.resume(_kept(watch.incident, said, at))
        elif said.action == "resolve":
            watch.resume(None)
    return float("inf"), float("inf")


def known(days: int, pace: float) -> Watch:
    """Return the watch of a brand that is known for some days."""
    chance = random.Random(days)
    watch = Watch("acme", lambda: [kind("acme", ZONE) for kind in detectors("brand")], ZONE)
    watch.learn([_minute(start, pace, chance) for start in range(START - days * DAY, START, 60)], until=START)
    return watch


def _minute(start: int, pace: float, chance: random.Random) -> MinuteTally:
    count = _drawn(pace, chance)
    negative = sum(chance.random() < USUAL for _ in range(count))
    return MinuteTally(start, count, negative=negative, neutral=count - negative, authors=count, reach=250 * count)


def _talk(start: int, seconds: int, pace: float, chance: random.Random) -> TallyDelta:
    return reduce(_posts(start, seconds, pace, chance))


def _posts(start: int, seconds: int, pace: float, chance: random.Random) -> Sequence[Contribution]:
    return [_post(start + seconds * chance.random(), chance, USUAL) for _ in range(_drawn(pace * seconds / 60, chance))]


def _post(at: float, chance: random.Random, negative: float) -> Contribution:
    label, reach = "negative" if chance.random() < negative else "neutral", int(50 * chance.paretovariate(0.8))
    return Contribution(("acme",), at, label, "chat", "post", reach, f"{chance.getrandbits(64):016x}", ())


def _drawn(mean: float, chance: random.Random) -> int:
    """Draw a Poisson number."""
    number, at = 0, chance.expovariate(1.0)
    while at < mean:
        number, at = number + 1, at + chance.expovariate(1.0)
    return number


def _kept(before: Incident | None, said: Decision, at: float) -> Incident:
    begun = before.opened_at if before else at
    since = said.figures.since if said.figures else at
    return Incident(
        "i", "acme", begun, "firing", said.severity, said.signals, peak=said.peak, since=since, updated_at=at
    )
