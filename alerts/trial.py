"""Trials: would the same detectors raise on other counts? On copies of them, so that nothing of it is remembered."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy

from alerts.detector import Detector
from alerts.recount import Minutes, scaled
from app.domain.incident import Signal

HOUR = 3600
STEPS = 12
"""Halvings in which the least that raises is found."""
MUCH = 32.0
"""Times what was counted, beyond which nobody asks what it would take."""
Verdict = Callable[[Sequence[Signal]], bool]
"""Tells of what detectors say together whether it is an alarm."""


def any_alarm(signals: Sequence[Signal]) -> bool:
    """Tell whether one of the detectors raises."""
    return any(signal.alarm for signal in signals)


class Trial:
    """The detectors of one scope at one instant, tried on changed minutes."""

    def __init__(self, detectors: Iterable[Detector], at: float, verdict: Verdict = any_alarm) -> None:
        """Take copies of the detectors that judge counts; those that judge single posts cannot be tried."""
        self._detectors = [deepcopy(one) for one in detectors if not hasattr(one, "hear")]
        self._at, self._verdict = at, verdict
        self._on = False

    def named(self, names: Iterable[str]) -> "Trial":
        """Return a trial of some of them only."""
        wanted, made = set(names), Trial((), self._at, self._verdict)
        made._detectors = [one for one in self._detectors if one.name in wanted]
        return made

    @property
    def possible(self) -> bool:
        """Tell whether there is any detector to be tried."""
        return bool(self._detectors)

    def settle(self, minutes: Minutes) -> bool:
        """Tell whether the minutes as they are raise; if only because an alarm ends later than it begins, go on so."""
        self._on = False
        if not self.raises(minutes):
            self._on = True
        return self.raises(minutes)

    def raises(self, minutes: Minutes) -> bool:
        """Tell whether other minutes would raise at the same instant."""
        current = int(self._at) // 60 * 60
        recent = [minutes[start] for start in range(current - HOUR, current + 1, 60) if start in minutes]
        signals = []
        for one in self._detectors:
            for name in ("alarm", "_alarm"):
                if hasattr(one, name):
                    setattr(one, name, self._on)
            signals.append(one.step(self._at, recent))
        return self._verdict(signals)

    def least(self, minutes: Minutes, since: float) -> float | None:
        """Return how many times what was counted since an instant is just enough to raise; None if nothing is.

        Below one it raises as it is, above one it would take more of the same.
        """
        if self.raises(minutes):
            low, high = 0.0, 1.0
        else:
            low, high = 1.0, MUCH
            if not self.raises(self._scaled(minutes, high, since)):
                return None
        for _ in range(STEPS):
            middle = (low + high) / 2
            if self.raises(self._scaled(minutes, middle, since)):
                high = middle
            else:
                low = middle
        return high

    @staticmethod
    def _scaled(minutes: Minutes, times: float, since: float) -> Minutes:
        return {start: scaled(one, times) if start > since - 60 else one for start, one in minutes.items()}
