"""What a wall shows: scenes and brands in turn, skipping those nobody listens for; an open incident pins its brand."""

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.brand import Brand
from app.domain.wall import Wall
from dashboard.hearing import hearing
from dashboard.scenes import OF_ALL
from dashboard.state import State
from dashboard.surroundings import Surroundings


class Turn(NamedTuple):
    """What a wall shows: a scene, and the brand it is of; a scene of no brand keeps the one shown before."""

    scene: str
    brand: str


class Rotation:
    """Moves a wall on every `dwell` seconds: through its scenes, and in each through the brands."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._shown = Turn(wall.scenes[0], wall.brands[0] if wall.brands else "")
        self._since: float | None = None

    def follow(self, wall: Wall) -> None:
        """Go on as the wall is now; what is shown stays as long as it may."""
        self._wall = wall

    def step(self, now: float, eligible: Sequence[str], *, storm: bool = False) -> Turn:
        """Return what to show at `now`: of `eligible` brands if there are any, in a storm only scenes of brands."""
        turns = self._turns(eligible, storm=storm)
        place = next((number for number, turn in enumerate(turns) if self._is(turn)), None)
        if place is None:
            kept = next((turn for turn in turns if turn.brand == self._shown.brand), None)
            self._show(kept or next(iter(turns), self._shown), now)
        elif self._since is None:
            self._show(turns[place], now)
        elif now - self._since >= self._wall.dwell:
            self._show(turns[(place + 1) % len(turns)], now)
        return self._shown

    def _turns(self, eligible: Sequence[str], *, storm: bool) -> list[Turn]:
        own = [scene for scene in self._wall.scenes if scene not in OF_ALL]
        scenes = own if storm and own else self._wall.scenes
        may = set(eligible)
        order = [brand for brand in self._wall.brands if brand in may]
        turns: list[Turn] = []
        for scene in scenes:
            if scene in OF_ALL:
                turns.append(Turn(scene, ""))
            else:
                turns += (Turn(scene, brand) for brand in order)
        return turns

    def _is(self, turn: Turn) -> bool:
        return turn.scene == self._shown.scene and turn.brand in {"", self._shown.brand}

    def _show(self, turn: Turn, now: float) -> None:
        self._shown = turn if turn.brand else Turn(turn.scene, self._shown.brand)
        self._since = now


def eligible(wall: Wall, brands: dict[str, Brand], state: State, around: Surroundings) -> list[str]:
    """Return the wall's brands with an open incident; without one, those with a living source or a recent mention."""
    mine = [brand for brand in wall.brands if brand in brands]
    storms = {one.brand for one in around.open_incidents()}
    pinned = [brand for brand in mine if brand in storms]
    if pinned:
        return pinned
    heard = [brand for brand in mine if _heard(brands[brand], state, around)]
    return heard or mine[:1]


def _heard(brand: Brand, state: State, around: Surroundings) -> bool:
    """Tell whether there is something to show: mentions of this hour, or somebody who listens for them."""
    mine = state.brands[brand.id]
    return bool(mine.count(around.server_time) or hearing(brand, mine, around).alive)
