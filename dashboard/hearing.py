"""Whether anybody listens for a brand: silence is news only where somebody would have heard a word."""

from typing import NamedTuple

from app.domain.brand import Brand
from app.domain.source import LISTENING, SourceState, hushed_since
from dashboard.state import HOUR, BrandState
from dashboard.surroundings import Surroundings

ALIVE = LISTENING

SILENT = 15.0
"""Seconds without a report after which a source counts as not heard from."""

PATIENCE = 60.0
"""Seconds a source may take to start before it counts as not listening; a demo writes its past first."""


class Hearing(NamedTuple):
    """The sources that may bring mentions of a brand: those that listen, and those that do not."""

    alive: tuple[SourceState, ...]
    dead: tuple[SourceState, ...]

    @property
    def deaf(self) -> bool:
        """Tell whether nobody listens: then nothing heard says nothing."""
        return bool(self.dead) and not self.alive


def hearing(brand: Brand, state: BrandState, around: Surroundings) -> Hearing:
    """Return who listens for a brand."""
    now = around.server_time
    mine = [one for one in known(around) if around.bound.get(one.id, brand.id) == brand.id]
    kin = [one for one in mine if one.demo == brand.demo]
    told = {one.mention.source for one in state.newest if one.mention.published_at > now - HOUR}
    dead = tuple(one for one in kin if down(one, now) and one.status != "paused")
    alive = (one for one in kin if one not in dead and (not one.passive or one.id in told))  # pushes prove nothing else
    return Hearing(tuple(alive), dead)


def known(around: Surroundings) -> list[SourceState]:
    """Return the sources that had the time to say how they are."""
    now = around.server_time
    return [one for one in around.sources if one.status != "starting" or now - one.since > PATIENCE]


def down(one: SourceState, now: float) -> bool:
    """Tell whether a source does not listen at `now`, or is not believed to: much is usual and nothing comes."""
    return one.status not in ALIVE or now - one.reported_at > SILENT or hushed_since(one, now) is not None
