"""What a budget of false alarms comes to: the risk a brand has to show for each severity, and what that costs."""

from collections.abc import Mapping

import msgspec

from app.domain.incident import Severity

SEVERITIES: tuple[Severity, ...] = ("note", "warning", "crisis")
Budget = Mapping[Severity, float]
"""How many false alarms of each severity a brand may raise in thirty days."""


class Price(msgspec.Struct, frozen=True):
    """What one budget costs on storms tried on the brand's own figures."""

    budget: float
    """False alarms in thirty days."""
    risk: float
    """What is needed to raise then."""
    found: float
    """Share of the tried storms that would be found, 0 to 1."""
    delay: float | None
    """Median seconds from the first post to the alarm among those found; None if none is."""


class Threshold(msgspec.Struct, frozen=True):
    """What is needed for one severity of one brand."""

    brand: str
    severity: Severity
    at: float
    """When it was worked out."""
    budget: float
    risk: float
    """-log10 of the share of days on which all detectors together say as much."""
    days: float
    """Days of the brand's own past behind it."""
    reached: int
    """Times in them that it was reached, those said to be real left out."""
    prices: tuple[Price, ...] = ()
    """Of this budget and of smaller and larger ones, the smallest first."""


class Wanted(msgspec.Struct, frozen=True):
    """A budget somebody set for a brand, instead of the one config.yaml states."""

    note: float
    warning: float
    crisis: float
    at: float = 0.0
    actor: str = ""

    @property
    def budget(self) -> dict[Severity, float]:
        """Return it by severity."""
        return {"note": self.note, "warning": self.warning, "crisis": self.crisis}
