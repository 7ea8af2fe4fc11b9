"""How many voices are behind the posts of the last hour, looked at anew every few seconds."""

from collections.abc import Callable, Mapping

import app.domain.near  # noqa: F401 - loaded with the wall, which must not wait for it while it runs
from app.domain.voices import Voices, heard

EVERY = 5.0
"""Seconds for which an answer holds: nobody reads a faster one, and finding near-copies takes a while."""

MOST = 2_000
"""Texts compared with each other, 10 ms; of more, those said most often."""


class Resonance:
    """Remembers the voices of a brand for `EVERY` seconds."""

    def __init__(self, said: Callable[[float], Mapping[str, Mapping[str, int]]]) -> None:
        self._said = said
        self._at = float("-inf")
        self._found = Voices(0, 0, 0, ())

    def at(self, at: float) -> Voices:
        """Return the voices of the hour before an instant."""
        if not 0 <= at - self._at < EVERY:
            self._at, self._found = at, heard(self._said(at), MOST)
        return self._found
