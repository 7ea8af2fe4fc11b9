"""Blows: what happens to a system, and when, drawn from a seed so that it can be drawn again."""

import os
import random
from dataclasses import dataclass

VARIABLE = "EMBERWATCH_SEED"
KILLED = ("ingest", "analysis", "archive", "alerts", "dashboard", "redis", "channel", "everything")
"""Who is killed by SIGKILL; `channel` is the network we listen to, `everything` is `up` with all it started."""
LINES = ("cut", "refuse", "slow", "swallow", "unanswered")
"""What happens to the line to Redis."""


@dataclass(frozen=True)
class Blow:
    """One blow, due when that many lines are told."""

    due: int
    kind: str


def seeded(default: int) -> int:
    """Return the seed: what EMBERWATCH_SEED says, else `default`."""
    return int(os.environ.get(VARIABLE, default))


def plan(seed: int, told: int, kinds: tuple[str, ...]) -> list[Blow]:
    """Return blows of those kinds in an order and at moments that the seed decides, spread over all that is told."""
    chance = random.Random(seed)
    shuffled = chance.sample(kinds, len(kinds))
    moments = sorted(chance.randrange(told // 20, told) for _ in kinds)
    return [Blow(due, kind) for due, kind in zip(moments, shuffled, strict=True)]
