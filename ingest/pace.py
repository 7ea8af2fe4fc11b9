"""How much to do at once, so that nobody waits long for the store: found out by doing it."""

HELD = 0.03
"""Seconds a step is to hold the store: on a busy machine one in a hundred takes three times as long."""


class Pace:
    """How many things to do in one step; fewer after one that took long, up to twice as many after a quick one."""

    def __init__(self, most: int, least: int = 10) -> None:
        self.size = most
        self._most, self._least = most, least

    def learn(self, done: int, took: float) -> None:
        """Take into account that so many things took so many seconds."""
        wanted = int(done * HELD / took) if took > 0 else self._most
        self.size = max(self._least, min(wanted, 2 * self.size, self._most))
