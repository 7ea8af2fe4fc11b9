"""Driver terms of the brand in view: what is said in this hour and was not said in the days before."""

from app.domain.incident import Incident
from app.domain.names import names, personal
from app.domain.terms import drivers as strongest
from app.domain.terms import written
from app.domain.topics import DRIVES
from app.topics import Found
from dashboard.audience import named
from dashboard.panel import View
from dashboard.state import HOUR
from dashboard.storm import incident_of
from dashboard.topics import allowed

BEFORE = 6 * HOUR
"""Seconds before the last hour that say what is usual to talk about, while the archive cannot."""


def drivers(view: View, limit: int = 3) -> list[str]:
    """Return the driver terms, strongest first, as people write them: those of the open incident, else of this hour.

    Who may not see names of authors gets none.
    """
    incident = incident_of(view)
    if incident and incident.terms:
        return of_incident(incident, view, limit)
    found = view.around.topics.get(view.brand.id, Found())
    if found.enough:
        told = (one for one, _ in allowed(found, view.screen.audience))
        return [one.term for one in told if one.score >= DRIVES][:limit]
    return of_the_hour(view, limit)


def of_incident(incident: Incident, view: View, limit: int = 3) -> list[str]:
    """Return the driver terms of an incident; of another brand's none to who may not see names of authors."""
    if incident.brand != view.brand.id and not named(view.screen):
        return []
    return _public(list(incident.terms), view)[:limit]


def of_the_hour(view: View, limit: int) -> list[str]:
    """Return the terms that drove the last hour, by the tallies alone."""
    brand, state, at = view.brand, view.state, view.at
    now = {term: measures.get("n", 0) for term, measures in state.terms(at).items()}
    longer = {term: measures.get("n", 0) for term, measures in state.terms(at, HOUR + BEFORE).items()}
    before = {term: count - now.get(term, 0) for term, count in longer.items()}
    own = {word.lstrip("@#") for name in (brand.name, brand.id, *brand.accounts) for word in name.split()}
    texts = [one.mention.text for one in state.newest]
    found = [driver.term for driver in strongest(now, before, 2 * limit, own=own)]
    return [written(term, texts) for term in _public(found, view)[:limit]]


def _public(terms: list[str], view: View) -> list[str]:
    if named(view.screen):
        return terms
    profiles = view.state.profiles.values()
    people = personal((name for one in profiles for name in (one.name, one.handle) if name), view.brand.accounts)
    return [term for term in terms if not names(term, people)]
