"""The storms a wall tells of: which incident comes first, how much of the screen it takes, and since when."""

from typing import NamedTuple

from app.domain.incident import Incident
from dashboard.panel import View
from dashboard.staging import RANK, Stage, due
from dashboard.surroundings import Surroundings


class Storm(NamedTuple):
    """An incident and what it takes of the screen in view."""

    incident: Incident
    stage: Stage


def incident_of(view: View) -> Incident | None:
    """Return the open incident of the brand in view."""
    return next((one for one in view.around.open_incidents() if one.brand == view.brand.id), None)


def storm_of(view: View) -> Storm | None:
    """Return what comes first on this screen: not over, taking most of it, of the brand in view, the highest."""
    found = [_on(view, storm) for storm in storms(view.around, view.screen.wall)]
    return max(found, key=lambda storm: _order(storm, view.brand.id), default=None)


def storms(around: Surroundings, wall: str) -> list[Storm]:
    """Return the incidents a wall has to tell of, the latest first; those of other walls' brands are not among them."""
    brands = around.watched.get(wall)
    mine = [one for one in around.incidents if brands is None or one.brand in brands]
    found = [Storm(one, stage) for one in mine if (stage := _stage(one, around)) is not None]
    return sorted(found, key=lambda storm: -storm.incident.opened_at)


def taken(around: Surroundings, wall: str) -> bool:
    """Tell whether an incident takes the lead screen of a wall."""
    return any(storm.stage == "full" for storm in storms(around, wall))


def drilled(around: Surroundings, wall: str) -> bool:
    """Tell whether what a wall shows belongs to a drill."""
    return around.drill is not None or any(storm.incident.drill for storm in storms(around, wall))


def began(incident: Incident) -> float:
    """Return when an incident began: the first minute beyond the usual band, else when it was opened."""
    return incident.since or incident.opened_at


def _stage(one: Incident, around: Surroundings) -> Stage | None:
    """Return what it takes; where nobody keeps count of it, what is due."""
    if around.stages:
        return around.stages.get(one.id)
    return due(one, around.server_time)


def _on(view: View, storm: Storm) -> Storm:
    """Return what it takes of the screen in view: what fills the lead screen is a banner on the others."""
    return storm if storm.stage != "full" or view.screen.lead else Storm(storm.incident, "banner")


def _order(storm: Storm, brand: str) -> tuple[bool, int, bool, int]:
    level = storm.incident.level
    return storm.incident.alive, RANK.index(storm.stage), storm.incident.brand == brand, level.value if level else 0
