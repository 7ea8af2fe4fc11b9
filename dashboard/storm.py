"""The storm of the brand in view: its open incident, and since when."""

from app.domain.incident import Incident
from dashboard.panel import View


def incident_of(view: View) -> Incident | None:
    """Return the open incident of the brand in view."""
    return next((one for one in view.around.open_incidents() if one.brand == view.brand.id), None)


def began(incident: Incident) -> float:
    """Return when an incident began: the first minute beyond the usual band, else when it was opened."""
    return incident.since or incident.opened_at
