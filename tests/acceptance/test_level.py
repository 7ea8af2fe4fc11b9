"""The level over the demo's life: its storm rises to a strong wind and falls, its busy days stay calm."""

from functools import cache
from itertools import pairwise

import pytest

from app.domain.level import level
from app.domain.mention import reach
from app.domain.strength import HOUR, strength
from app.domain.tally import Contribution, Profile, TallyDelta, profile, reduce
from ingest.demo.generator import Generator
from ingest.demo.storm import Storm
from tests.acceptance.timeline import DAY, START

pytestmark = pytest.mark.untraced

STORM = Storm(START + 611, minutes=30)
WORLD = Generator(7)
LABELS = ("negative", "neutral", "positive", "uncertain")


@cache
def minute(start: int, storm: Storm | None) -> tuple[tuple[Contribution, ...], dict[str, Profile]]:
    """Return what one minute adds to the tallies; labels by their shares, for the analyzers are not asked here."""
    said, shares = WORLD.minute(start, storm), WORLD.tally(start, storm)
    labels = [label for label in LABELS for _ in range(getattr(shares, label))]
    parts = tuple(
        Contribution(("demo",), one.published_at, label, one.channel, one.kind, reach(one), one.author.id, ())
        for one, label in zip(said, labels, strict=False)
    )
    return parts, {one.author.id: profile(one.author, one.channel) for one in said}


def levels(first: int, last: int, storm: Storm | None, *, step: int = 120) -> list[int]:
    """Return the level at the end of each step, with what it was before."""
    found: list[int] = []
    for at in range(first, last + 1, step):
        hour = [minute(start, storm) for start in range(at - HOUR, at, 60)]
        tally: TallyDelta = reduce(part for parts, _ in hour for part in parts)
        profiles = {who: one for _, people in hour for who, one in people.items()}
        begun = storm is not None and at > storm.start
        since = float(storm.start) if storm and begun else None
        strong = strength(tally, "demo", float(at), usual(at), since, profiles)
        found.append(level(strong, found[-1] if found else 0, incident=begun).value)
    return found


@cache
def usual(at: int) -> float:
    """Return the mentions a minute at this time a day and two days before."""
    starts = [at - day * DAY + 60 * place for day in (1, 2) for place in range(-10, 5)]
    return sum(WORLD.tally(start).count for start in starts) / len(starts)


def test_the_demo_storm_goes_through_the_levels_to_a_strong_wind_and_falls():
    found = levels(START + 600, START + 600 + 75 * 60, STORM)
    assert found[0] <= 1
    assert max(found) in {4, 5}
    assert 120 * found.index(4) <= 360  # seconds: early enough for the wall
    top = found.index(max(found))
    assert found[: top + 1] == sorted(found[: top + 1])
    assert {1, 2, 3} <= set(found[top:])  # it falls step by step
    assert found[-1] <= 1
    assert sum(one != other for one, other in pairwise(found)) <= 12  # it does not flutter


@pytest.mark.parametrize("hour", [3, 17])
def test_an_ordinary_hour_is_light_air_at_most(hour):
    at = START - START % DAY + hour * HOUR
    assert max(levels(at, at + HOUR, None, step=1200)) <= 1
