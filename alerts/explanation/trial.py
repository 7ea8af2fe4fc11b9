"""Trials: would the same detectors raise on other counts? On copies of them, so that nothing of it is remembered."""

from collections.abc import Iterable, Sequence
from copy import copy, deepcopy

from alerts.detector import Detector
from alerts.explanation.recount import Minutes, scaled
from alerts.watching.combining import Bars, combined
from app.domain.incident import Signal

HOUR = 3600
STEPS = 12
"""Halvings in which the least that raises is found."""
MUCH = 32.0
"""Times what was counted, beyond which nobody asks what it would take."""


class Trial:
    """The detectors of one scope at one instant, tried on changed minutes."""

    def __init__(self, detectors: Iterable[Detector], at: float, bars: Bars | None = None) -> None:
        """Take copies of the detectors that judge counts; those that judge single posts cannot be tried.

        `bars` are the risk each severity takes; without them an alarm of any detector is one.
        """
        self.detectors = [deepcopy(one) for one in detectors if not hasattr(one, "hear")]
        self._at, self._bars = at, sorted(bars.values(), reverse=True) if bars else []
        self._bar = min(self._bars, default=0.0)
        self._on = False

    def without(self, names: Iterable[str]) -> "Trial":
        """Return a trial without some detectors, as far as this one is settled."""
        left_out, made = set(names), copy(self)
        made.detectors = [one for one in self.detectors if one.name not in left_out]
        return made

    @property
    def possible(self) -> bool:
        """Tell whether there is any detector to be tried."""
        return bool(self.detectors)

    def settle(self, minutes: Minutes) -> bool:
        """Tell whether the minutes as they are raise; from now on it takes the highest bar that they reach.

        If they raise only because an alarm ends later than it begins, it is tried as one that lasts.
        """
        for self._on in (False, True):
            signals = self._signals(minutes)
            risk = self._risk(signals)
            reached = next((bar for bar in self._bars if risk >= bar), None)
            if reached is not None:
                self._bar = reached
                return True
            if not self._bars and any(signal.alarm for signal in signals):
                return True
        return False

    def raises(self, minutes: Minutes) -> bool:
        """Tell whether other minutes would raise at the same instant."""
        signals = self._signals(minutes)
        return self._risk(signals) >= self._bar if self._bars else any(signal.alarm for signal in signals)

    def _risk(self, signals: Sequence[Signal]) -> float:
        return combined(zip(self.detectors, signals, strict=True))

    def _signals(self, minutes: Minutes) -> list[Signal]:
        current = int(self._at) // 60 * 60
        recent = [minutes[start] for start in range(current - HOUR, current + 1, 60) if start in minutes]
        signals = []
        for one in self.detectors:
            for name in ("alarm", "_alarm"):
                if hasattr(one, name):
                    setattr(one, name, self._on)
            signals.append(one.step(self._at, recent))
        return signals

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
