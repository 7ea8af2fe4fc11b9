"""What an audience may see; masked here, before a frame leaves the server."""

import re

from app.domain.wall import Screen

_HANDLE = re.compile(r"(?<![\w.])@\w[\w.\-]*(?:@\w[\w.\-]*)?")


def named(screen: Screen) -> bool:
    """Tell whether the screen may show names of authors: the control room may, executives and foyers may not."""
    return screen.audience == "control"


def quoted(screen: Screen) -> bool:
    """Tell whether the screen may show what people wrote: a foyer may not."""
    return screen.audience != "foyer"


def masked(text: str) -> str:
    """Return a text without the @handles in it."""
    return _HANDLE.sub("@…", text)
