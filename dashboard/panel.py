"""A panel as a port: one block of a scene, drawn on the server as data that `live.js` paints."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domain.brand import Brand
from app.domain.wall import Screen
from dashboard.state import BrandState
from dashboard.surroundings import Surroundings

Node = tuple[Any, ...] | str
"""A DOM node as `(tag, {attribute: value}, child, …)` or a text; `key` among the attributes keeps identity."""


@dataclass(frozen=True)
class Drawing:
    """What a panel shows: DOM nodes and Plotly figures by the id of the `div` they go into.

    Sizes in figures are in units of `u` (see wall.md) and scaled to pixels in the browser.
    """

    nodes: tuple[Node, ...] = ()
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """What a panel draws from; `at` is the data time, not the server's time."""

    brand: Brand
    state: BrandState
    around: Surroundings
    screen: Screen
    at: float


class Panel(Protocol):
    """One block, found by entry point in `emberwatch.panels`. Pure: same view, same drawing."""

    name: str
    title: str
    """Key of its title in the locales."""

    def draw(self, view: View) -> Drawing:
        """Return what to show at `view.at`."""
