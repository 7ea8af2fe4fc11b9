"""Telling: what is found out about an incident before it is written, one teller after the other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import structlog

from alerts.detector import Detector
from alerts.explanation.wording import Figures
from alerts.watching.watch import Decision
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.incident import Incident, Severity
from app.errors import Unavailable

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
    detectors: Sequence[Detector] = ()
    """Those that judged it, to be tried on other counts; never to be stepped themselves."""
    bars: Mapping[Severity, float] | None = None
    """The risk each severity takes; None: an alarm of any detector is one."""


Teller = Callable[[Incident, Telling], Awaitable[Incident]]
"""Returns the incident with what it knows put in; an alarm waits for it, so a few seconds at most. Order matters."""


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
