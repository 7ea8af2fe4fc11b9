"""The scenes: each answers one question with at most five blocks, framed by headline, banner and footer."""

from app import registry
from app.domain.wall import Scene
from app.errors import NotFound
from dashboard.panel import Panel

SCENES = {
    "lage": Scene(
        "lage",
        ("headline", "banner", "takeover", "volume", "incident", "sentiment", "influencers", "newest", "liveness"),
    ),
    "topics": Scene("topics", ("headline", "banner", "takeover", "topics", "sentiment", "liveness"), 45.0),
    "sources": Scene("sources", ("hearing", "banner", "takeover", "sources", "intake", "gaps", "liveness")),
}
OF_ALL = frozenset({"sources"})
"""Scenes that show no single brand: they take one turn, the others one for each brand."""


def scene(name: str) -> Scene:
    """Return a scene by its id; raise `NotFound` with the choices."""
    if name not in SCENES:
        raise NotFound(f"There is no scene {name!r}. Choose one of: {', '.join(SCENES)}.")
    return SCENES[name]


def panels(of: Scene) -> tuple[Panel, ...]:
    """Return the panels of a scene in reading order, found by entry point."""
    return tuple(registry.load("panels", name)() for name in of.panels)
