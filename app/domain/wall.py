"""Walls of screens; a screen shows scenes; a scene is at most five panels and answers one question."""

from typing import Literal

import msgspec

Audience = Literal["control", "executive", "foyer"]
Language = Literal["de", "en"]
Theme = Literal["dark", "light"]


class Scene(msgspec.Struct, frozen=True):
    """What is shown; `panels` are entry-point names in reading order, the last dropped first when room is short."""

    id: str
    panels: tuple[str, ...]
    dwell: float = 25.0


class Wall(msgspec.Struct, frozen=True):
    """A named set of screens that share scenes and brands; brands without a living source are skipped in rotation."""

    id: str
    name: str
    brands: tuple[str, ...]
    scenes: tuple[str, ...] = ("lage",)
    dwell: float = 25.0
    every: bool = False
    """Shows every brand of ours, also those that come later; `brands` are those of now."""


class Screen(msgspec.Struct, frozen=True):
    """How one display is to be drawn for; `distance` is d/H, viewing distance over picture height."""

    wall: str
    language: Language = "de"
    zone: str = "Europe/Berlin"
    audience: Audience = "control"
    theme: Theme = "dark"
    distance: float = 5.0
    brand: str | None = None
    """Pins the scene to one brand."""
    scene: str | None = None
    """Pins the screen to one scene."""
    lead: bool | None = None
    """Whether a takeover fills this screen; None leaves it to who is there (`dashboard.lead`)."""
