"""What came of teaching the sentiment model a brand: what was tried, how good it was, and whether it is in use."""

from typing import Literal

import msgspec

Outcome = Literal["learned", "too_few", "no_better", "harmful", "forgotten"]
"""`learned` and `forgotten` are in force from then on; the others left everything as it was."""

EVEN = (1 / 3, 1 / 3, 1 / 3)
"""A prior that changes nothing: the shipped model is trained on as much of each label."""


class Schooling(msgspec.Struct, frozen=True):
    """One training run of one brand; figures are from 0 to 1, None where nothing was measured."""

    outcome: Outcome
    lessons: int = 0
    """Corrections it could learn from, near-copies counted once."""
    before: float | None = None
    """Macro-F1 of the model in use, on corrections held back."""
    after: float | None = None
    """Of the new one, on the same."""
    right_before: float | None = None
    """Share of the same that the model in use has right."""
    right_after: float | None = None
    odds: float | None = None
    """Share of bootstrap samples of those in which the new one is better by the mean of both figures."""
    general_before: float | None = None
    """Macro-F1 of the shipped model on the texts that come along and nobody trains on."""
    general_after: float | None = None
    prior: tuple[float, float, float] = EVEN
    """Shares of negative, neutral and positive among what is said of the brand."""
    mentions: int = 0
    """Mentions the prior rests on."""
    shares: bool = False
    """Whether this run has put another prior in force, whatever came of the corrections."""

    @property
    def in_force(self) -> bool:
        """Say whether the brand is judged by what came of it."""
        return self.shares or self.outcome in {"learned", "forgotten"}
