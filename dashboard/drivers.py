"""Driver terms of the brand in view: what is said in this hour and was not said in the hours before."""

from app.domain.terms import drivers as strongest
from app.domain.terms import written
from dashboard.panel import View
from dashboard.state import HOUR
from dashboard.storm import incident_of

BEFORE = 6 * HOUR
"""Seconds before the last hour that say what is usual to talk about."""


def drivers(view: View, limit: int = 3) -> list[str]:
    """Return the driver terms, strongest first, as people write them: those of the open incident, else of this hour."""
    incident = incident_of(view)
    return list(incident.terms[:limit]) if incident and incident.terms else of_the_hour(view, limit)


def of_the_hour(view: View, limit: int) -> list[str]:
    """Return the terms that drove the last hour."""
    brand, state, at = view.brand, view.state, view.at
    now = {term: measures.get("n", 0) for term, measures in state.terms(at).items()}
    longer = {term: measures.get("n", 0) for term, measures in state.terms(at, HOUR + BEFORE).items()}
    before = {term: count - now.get(term, 0) for term, count in longer.items()}
    own = {word.lstrip("@#") for name in (brand.name, brand.id, *brand.accounts) for word in name.split()}
    texts = [one.mention.text for one in state.newest]
    found = strongest(now, before, limit, own=own)
    return [written(driver.term, texts) for driver in found]
