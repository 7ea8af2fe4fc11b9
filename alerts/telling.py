"""Telling: what is found out about an incident before it is written, one teller after the other."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog
from msgspec.structs import replace

from alerts.drivers import Drivers
from alerts.evaluate import Decision
from alerts.leaders import leaders_of
from alerts.resonance import resonance_of
from alerts.wording import Figures, reason
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.errors import Unavailable
from app.service import Context

log = structlog.get_logger()


class Telling(NamedTuple):
    """What tellers have to go by."""

    brand: Brand
    scope: str
    """What is counted: the id of the brand, or `brand/topic`."""
    decision: Decision
    figures: Figures
    snapshot: Snapshot
    """The brand's tallies and newest mentions, from three hours before the onset on."""
    at: float
    """The instant judged, data time."""


Teller = Callable[[Incident, Telling], Awaitable[Incident]]
"""Returns the incident with what it knows put in; an alarm waits for it, so a few seconds at most. Order matters."""


def tellers(context: Context) -> tuple[Teller, ...]:
    """Return all tellers in order: the sentence of the reason names the terms found before it."""
    drivers = Drivers(context)

    async def terms(incident: Incident, telling: Telling) -> Incident:
        found = await drivers.of(telling.snapshot, telling.brand, telling.figures.since)
        return replace(incident, terms=found or incident.terms)

    async def authors(incident: Incident, telling: Telling) -> Incident:
        since, known = telling.figures.since, incident.authors
        return replace(incident, authors=await leaders_of(context, telling.snapshot, telling.brand, since, known))

    async def sentence(incident: Incident, telling: Telling) -> Incident:
        return replace(incident, reason=reason(telling.figures, incident.terms, context.config.site.zone))

    async def resonance(incident: Incident, telling: Telling) -> Incident:
        since, before = telling.figures.since, incident.resonance
        return replace(incident, resonance=await resonance_of(context, telling.snapshot, telling.brand, since, before))

    return (terms, authors, sentence, resonance)


async def tell(incident: Incident, telling: Telling, each: Sequence[Teller]) -> Incident:
    """Return the incident as all tellers tell it; what one cannot tell stays as it was, for an alarm must not fail.

    Raises `Unavailable` if what a teller needs is away: then nothing could be written either.
    """
    for teller in each:
        try:
            incident = await teller(incident, telling)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the alarm goes out
            name = getattr(teller, "__name__", type(teller).__name__)
            log.error("not told", teller=name, brand=incident.brand, error=type(error).__name__)  # noqa: TRY400 - it could quote people
    return incident
