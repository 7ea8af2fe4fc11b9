"""The false-alarm budget of one series: the risk from which an alarm is raised, and when one rises and is over."""

from math import expm1, log10

MONTH = 30.0
"""Days a budget is for."""
REFRACTORY = 12 * 3600
"""Seconds after an alarm in which only an escalation raises another."""
ESCALATION = 0.6
"""Risk by which an alarm grows to be raised again: four times as rare, about twice the excess; a step of severity."""
HYSTERESIS = 0.3
"""Risk below the threshold at which an alarm is over."""


def threshold(per_month: float, often: float = 1.0) -> float:
    """Return the risk from which to raise, for so many false alarms in thirty days.

    Alarms are taken to come as a Poisson process: a share 1 - exp(-budget / 30) of all days has one. `often` is
    `Tail.often`: a series that was unusual twice as often as the law says pays with twice as rare a day.
    """
    return max(-log10(-expm1(-per_month / MONTH / often)), 0.0)


class Alarms:
    """Raises alarms where the risk reaches the threshold: once, until it is over for half a day or escalates."""

    def __init__(self, per_month: float) -> None:
        self._per_month = per_month
        self._last = -float("inf")
        self._level = 0.0
        self._over = True

    def raised(self, start: float, risk: float, often: float) -> bool:
        """Tell whether this bin raises an alarm; bins come oldest first."""
        limit = threshold(self._per_month, often)
        if risk < max(limit - HYSTERESIS, limit / 2):
            self._over = True
            return False
        if risk < limit:
            return False
        rested = self._over and start >= self._last + REFRACTORY
        if not rested and risk < self._level + ESCALATION:
            self._over = False
            return False
        self._last, self._level, self._over = start, risk, False
        return True
