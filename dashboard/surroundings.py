"""What belongs to no single brand of a wall: sources, incidents, what is usual, and the times of it all."""

import msgspec

from app.domain.alarm import Alarm
from app.domain.brand import Brand
from app.domain.fault import Fault
from app.domain.incident import Incident
from app.domain.source import SourceState
from app.domain.usual import Usual
from app.leading import Influencer
from app.topics import Found
from dashboard.brief import Brief
from dashboard.staging import Stage
from dashboard.urgency import Urgency


class Surroundings(msgspec.Struct, frozen=True):
    """What belongs to no single brand: sources, incidents, what is usual, and the times of it all."""

    brands: tuple[Brand, ...] = ()
    sources: tuple[SourceState, ...] = ()
    incidents: tuple[Incident, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """Of sources, open and ended ones."""
    usual: dict[str, Usual] = {}
    topics: dict[str, Found] = {}
    """What stands out of brands, as far as somebody looked."""
    leaders: dict[str, tuple[Influencer, ...]] = {}
    """Who moves brands, the highest score first, as far as somebody looked."""
    urgency: Urgency = Urgency()
    stages: dict[str, Stage] = {}
    """Incident → how much of a wall it takes, as far as somebody keeps count of it."""
    briefs: dict[str, Brief] = {}
    """Incident → what is known of it beyond its figures, as far as somebody looked."""
    watched: dict[str, tuple[str, ...]] = {}
    """Wall → the brands it is for."""
    drill: str | None = None
    """Id of the drill that all of this belongs to."""
    drills: dict[str, str] = {}
    """Wall → the address of the drill that its screens are to show meanwhile."""
    bound: dict[str, str] = {}
    """Source → the one brand it is asked for; a source that is missing here serves every brand."""
    faults: tuple[Fault, ...] = ()
    """Parts that do not work right now: what is said, is kept, but it arrives late."""
    waiting: int = 0
    """Mentions that are accepted and not yet counted."""
    watermark: float = 0.0
    """Instant of the latest heartbeat that went through analysis; 0 before the first."""
    server_time: float = 0.0

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return what is not resolved, the latest first."""
        return tuple(sorted((i for i in self.incidents if i.state != "resolved"), key=lambda i: -i.opened_at))

    def last_resolved(self, brand: str) -> Incident | None:
        """Return the brand's incident that ended last."""
        ended = [i for i in self.incidents if i.brand == brand and i.state == "resolved"]
        return max(ended, key=lambda i: i.resolved_at or i.updated_at, default=None)

    def name(self, brand: str) -> str:
        """Return a brand's name, or its id where the configuration has forgotten it."""
        return next((b.name for b in self.brands if b.id == brand), brand)
