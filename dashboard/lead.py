"""Which screen of a wall leads: the one that a takeover fills, while the others keep their picture."""

from collections.abc import Collection
from typing import Protocol, TypeVar

from app.domain.wall import Screen

AUDIENCES = ("control", "executive", "foyer")
"""Who leads rather than whom where nobody has said so."""


class Placed(Protocol):
    """A connected screen; `number` grows with every one that connects."""

    screen: Screen
    number: int


One = TypeVar("One", bound=Placed)


def leads(seats: Collection[One]) -> set[One]:
    """Return who leads among the screens of one wall.

    All that say so do (`?lead=1`); if none does, the one that was first of those that do not refuse (`?lead=0`),
    screens of the control room before those of executives and foyers.
    """
    named = {one for one in seats if one.screen.lead}
    if named:
        return named
    willing = [one for one in seats if one.screen.lead is None]
    first = min(willing, key=lambda one: (AUDIENCES.index(one.screen.audience), one.number), default=None)
    return set() if first is None else {first}
