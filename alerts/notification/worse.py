"""Whether an incident has become so much worse than what somebody was told that they are told again. Pure."""

from app.domain.delivery import Delivery
from app.domain.incident import SEVERITIES, Incident

TWICE = 2.0
"""Times the mentions that were told of which are worth telling again."""


def worse(last: Delivery, incident: Incident) -> bool:
    """Tell whether an incident is so much worse than what somebody was told that they are told again.

    Its severity rose, or a crisis reached a higher level, or there are twice the mentions.
    """
    rank, before = SEVERITIES.index(incident.severity), SEVERITIES.index(last.severity)
    level = incident.level.value if incident.level else 0
    higher = incident.severity == "crisis" and level > last.level
    return rank > before or (rank == before and (higher or 0 < TWICE * last.peak <= incident.peak))


def gravity(one: Delivery) -> tuple[int, int, float]:
    """Return how grave it was what a delivery told."""
    return SEVERITIES.index(one.severity), one.level, one.peak
