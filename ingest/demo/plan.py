"""Who says what when, before a word of it is written: the cheap half of a mention."""

from collections.abc import Iterator
from functools import lru_cache
from random import Random

import msgspec

from ingest.demo import content
from ingest.demo.cast import Speaker
from ingest.demo.chance import Wheel, chance, poisson
from ingest.demo.rhythm import Rhythm
from ingest.demo.script import STORM, USUAL, Line, Script, line
from ingest.demo.storm import Storm

QUIETEST = 0.5
"""A storm by night is as large as if at least this share of the average rate were usual."""


class Plan(msgspec.Struct, frozen=True, eq=False):
    """One mention before it is written; `token` is its name among all of its seed."""

    token: str
    at: float
    line: Line
    speaker: Speaker
    mark: float
    """A number from 0 up to 1 for whoever judges it (see `ingest.demo.count`)."""
    fate: float
    """A number from 0 up to 1 that says whether it is edited or deleted later."""
    place: str | None = None
    stormy: bool = False


class Planner:
    """Plans every minute from nothing but the seed, the rate and the storm."""

    def __init__(self, seed: int, rate: float, speed: float) -> None:
        self.seed = seed
        self.rate = rate * speed
        self.speed = speed
        self.everyday = Script(content.posts(), USUAL)
        self.rhythm = Rhythm(seed, content.fillings()["de"]["stadt"])
        self.plans = lru_cache(maxsize=96)(self._plans)
        self.storm_plans = lru_cache(maxsize=16)(self._storm_plans)
        self._scripts: dict[str, Script] = {}

    def script(self, phase: str) -> Script:
        """Return what is said in a phase of the storm."""
        if phase not in self._scripts:
            said = (one for one in content.storm() if phase in one.phase and one.cue is None)
            self._scripts[phase] = Script(said, STORM)
        return self._scripts[phase]

    def act(self, at: float, storm: Storm) -> Script:
        """Return what is said in a storm at an instant."""
        return self.script(storm.phase((int(at) - storm.start) * self.speed))

    def _plans(self, minute: int) -> tuple[Plan, ...]:
        rng = chance(self.seed, "minute", minute)
        mean = self.rate * self.rhythm.level(minute)
        token, bump = f"{self.seed:x}-{minute:x}-", self.rhythm.bump(minute)
        plans = _drawn(rng, poisson(rng, mean), self.everyday.wheel, token, minute * 60)
        if bump is not None:
            wheel: Wheel[Line] = self.everyday.topics[bump[0].topic]
            plans += _drawn(rng, poisson(rng, mean * bump[1]), wheel, f"{token}u", minute * 60, bump[0].place)
        return tuple(plans)

    def _storm_plans(self, minute: int, storm: Storm) -> tuple[Plan, ...]:
        rng = chance(self.seed, "storm", storm.start, storm.minutes, minute)
        base = self.rate * max(QUIETEST, self.rhythm.usual(storm.start // 60)) / 60
        swing = rng.lognormvariate(0, 0.08)
        plans = list(self._cues(minute, storm))
        for second in range(max(minute * 60, storm.start), (minute + 1) * 60):
            elapsed = (second - storm.start) * self.speed
            mean = base * swing * storm.strength(elapsed) * storm.calm(second)
            token = f"{self.seed:x}-s{storm.start:x}-{second - storm.start:x}"
            turn = self.act(second, storm).wheel.turn
            for index in range(poisson(rng, mean) if mean > 0 else 0):
                said = turn(rng.random())
                speaker, at = said.pool.turn(rng.random()), second + rng.random()
                plans.append(Plan(f"{token}-{index:x}", at, said, speaker, rng.random(), 1.0, stormy=True))
        return tuple(plans)

    def _cues(self, minute: int, storm: Storm) -> Iterator[Plan]:
        """Plan what is said exactly once in a storm; when it is called off, who has not spoken stays silent."""
        for number, template in enumerate(one for one in content.storm() if one.cue is not None):
            second = storm.start + (template.cue or 0) / self.speed
            if not minute * 60 <= second < (minute + 1) * 60 or second > (storm.calmed or second):
                continue
            rng = chance(self.seed, "cue", storm.start, number)
            said = line(template, template.channels[0])
            token = f"{self.seed:x}-s{storm.start:x}-c{number:x}"
            yield Plan(token, second, said, said.pool.turn(rng.random()), rng.random(), 1.0, stormy=True)


def _drawn(
    rng: Random, number: int, wheel: Wheel[Line], token: str, start: int, place: str | None = None
) -> list[Plan]:
    """Return so many plans of one minute; a fortnight of them is drawn at the first start, so this is quick."""
    draw = rng.random
    said = list(wheel.turns([draw() for _ in range(number)]))
    return [
        Plan(f"{token}{index:x}", start + 60 * draw(), line, line.pool.turn(draw()), draw(), draw(), place)
        for index, line in enumerate(said)
    ]
