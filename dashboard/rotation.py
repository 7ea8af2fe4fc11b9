"""Which brand a wall shows: in turn, skipping those nobody listens for; an open incident pins its brand."""

from collections.abc import Sequence

from app.domain.brand import Brand
from app.domain.wall import Wall
from dashboard.hearing import hearing
from dashboard.state import State, Surroundings


class Rotation:
    """Moves a wall on to its next brand every `dwell` seconds."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._shown = wall.brands[0] if wall.brands else ""
        self._since: float | None = None

    def follow(self, wall: Wall) -> None:
        """Go on as the wall is now; what is shown stays as long as it may."""
        self._wall = wall

    def step(self, now: float, eligible: Sequence[str]) -> str:
        """Return the brand to show at `now`, one of `eligible` unless that is empty."""
        if not eligible:
            return self._shown
        if self._since is None or self._shown not in eligible:
            self._show(self._shown if self._shown in eligible else eligible[0], now)
        elif now - self._since >= self._wall.dwell:
            order = [brand for brand in self._wall.brands if brand in eligible]
            self._show(order[(order.index(self._shown) + 1) % len(order)], now)
        return self._shown

    def _show(self, brand: str, now: float) -> None:
        self._shown = brand
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
