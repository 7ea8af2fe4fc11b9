"""Unrest: how strong it blows about a brand that has no incident, 0 to 2, from what the wall knows."""

from app.domain.level import LEAST_USUAL, NEEDED, STEADY, Level, level
from app.domain.strength import LOOK, strength
from dashboard.panel import View
from dashboard.usual import band

CALM = Level(0)


def unrest(view: View) -> Level:
    """Return the level of the brand in view; 0 while too little is known of what is usual.

    What it was five minutes ago holds it up a little, so that it does not flutter. Authors are only counted where the
    pace is unusual: a wall is drawn every second.
    """
    usual = band(view)
    if usual is None:
        return CALM
    needed = STEADY * NEEDED["ratio"][0] * max(usual.expected, LEAST_USUAL)
    if (
        max(count for _, count in view.state.curve(view.at, 2 * LOOK // 60)) < needed
        and view.state.rate(view.at) < needed
    ):
        return CALM
    found = CALM
    for at in (view.at - LOOK, view.at):
        strong = strength(view.state.tally, view.brand.id, at, usual.expected, None, view.state.profiles)
        found = level(strong, found.value, incident=False)
    return found
