import pytest
from msgspec.structs import replace

from alerts.explanation.telling import Telling, tell
from alerts.explanation.wording import Figures
from alerts.watching.watch import Decision
from app.bus.port import Snapshot
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.errors import StoreUnavailable

pytestmark = pytest.mark.anyio
STORM = Incident("i1", "acme", 1.0, "firing", "warning", ())
TELLING = Telling(
    Brand("acme", "Acme", "acme"),
    "acme",
    Decision(()),
    Figures(0.0, 9.0, 1.0, 0.5),
    Snapshot({}, 0.0, {}, {}, {}),
    60.0,
)


async def terms(incident: Incident, telling: Telling) -> Incident:
    return replace(incident, terms=(telling.brand.id,))


async def shout(incident: Incident, _: Telling) -> Incident:
    return replace(incident, terms=tuple(term.upper() for term in incident.terms))


async def broken(incident: Incident, _: Telling) -> Incident:
    raise ZeroDivisionError(incident.id)


async def away(incident: Incident, _: Telling) -> Incident:
    raise StoreUnavailable(incident.id)


async def test_tellers_follow_each_other_and_a_broken_one_stops_no_alarm():
    assert (await tell(STORM, TELLING, (terms, broken, shout))).terms == ("ACME",)


async def test_what_is_away_is_waited_for():
    with pytest.raises(StoreUnavailable):
        await tell(STORM, TELLING, (terms, away, shout))
