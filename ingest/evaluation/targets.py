"""What the figures have to reach, and what they ought to."""

from typing import Literal, NamedTuple

Reached = Literal["aim", "must", "missed"]
MARKS = {"aim": "✓✓", "must": "✓", "missed": "✗"}


class Target(NamedTuple):
    """The least that must be reached, and the aim; where lower is better, the most."""

    must: float
    aim: float
    lower_is_better: bool = False

    def reached(self, value: float) -> Reached:
        """Say what a value reaches."""
        sign = -1 if self.lower_is_better else 1
        if sign * value >= sign * self.aim:
            return "aim"
        return "must" if sign * value >= sign * self.must else "missed"

    def mark(self, value: float) -> str:
        """Return ✓✓ for the aim, ✓ for the must, ✗ for less."""
        return MARKS[self.reached(value)]


TARGETS = {
    "sentiment.de": Target(67, 70),
    "sentiment.en": Target(64, 67),
    "gain": Target(6, 9),
    "calibration": Target(0.06, 0.03, lower_is_better=True),
    "intents": Target(65, 78),
    "language": Target(97, 99),
    "rate": Target(3_000, 8_000),
    "disk": Target(20, 10, lower_is_better=True),
    "memory": Target(300, 150, lower_is_better=True),
}
"""Macro-F1, accuracies and gains in percent (points), rates in posts a second, sizes in megabytes."""
