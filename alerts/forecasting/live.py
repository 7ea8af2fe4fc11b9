"""Forecasting live: each telling of an incident says when it peaks and how high, and how earlier forecasts did."""

from collections.abc import Iterable, Mapping

from anyio import to_thread
from msgspec.structs import replace

from alerts.detection.surge import Surge
from alerts.explanation.telling import Telling
from alerts.forecasting.library import SEEN, SPAN
from alerts.forecasting.peak import forecast
from alerts.forecasting.score import held, peak
from app.domain.brand import scope
from app.domain.forecast import Forecast, Kept
from app.domain.incident import Incident
from app.domain.tally import MinuteTally, minutes
from app.service import Context
from app.store.engine import Transaction

MINUTE = 60
OFTEN = 300.0
"""Seconds between two forecasts that are kept."""
SETTLED = 600.0
"""Seconds an incident is over before its forecasts are judged: the archive may be a little behind."""


class Forecasting:
    """A teller; what it says is kept, and judged by what came once the incident is over."""

    def __init__(self, context: Context) -> None:
        self._store = context.store

    async def told(self, incident: Incident, telling: Telling) -> Incident:
        """Put in the forecast from the minutes since the onset, with the score of earlier ones."""
        said = minutes(telling.snapshot.tally, telling.scope)
        since, usual = telling.figures.since, usually(telling)

        def work() -> Forecast:
            counts, at = bins(said, since, telling.at)
            return self._kept(incident.id, forecast(counts, at, usual), telling.at)

        return replace(incident, forecast=await to_thread.run_sync(work))

    def _kept(self, incident: str, made: Forecast, at: float) -> Forecast:
        """Keep a forecast if the last one is older than five minutes; return it with the score of earlier ones."""
        with self._store.reading() as tx:
            over = tx.forecasts.unjudged()
            last = tx.forecasts.latest(incident)
            record = tx.forecasts.record()
        if over or last is None or made.at - last >= OFTEN:
            with self._store.transaction() as tx:
                for one in over:
                    judge(tx, one, at)
                record = tx.forecasts.record()
                if last is None or made.at - last >= OFTEN:
                    tx.forecasts.keep([Kept(incident, replace(made, covered=record.covered, judged=record.judged))])
        return replace(made, covered=record.covered, judged=record.judged)


def bins(said: Mapping[int, MinuteTally], since: float, at: float) -> tuple[list[float], float]:
    """Return mentions in bins of five minutes, the first at the onset or shortly before, and the instant they end."""
    end = int(at) // MINUTE * MINUTE
    number = min(max(-int(-(end - since) // SPAN), 0), SEEN + 1)
    first = end - SPAN * number
    found = [0.0] * number
    for start, minute in said.items():
        if first <= start < end:
            found[(start - first) // SPAN] += minute.count
    return found, float(end)


def usually(telling: Telling) -> float:
    """Return the mentions per minute that are usual at the hour of the onset; 0 while nobody knows."""
    volume = next((one for one in telling.detectors if isinstance(one, Surge) and one.name == "volume"), None)
    band = volume.usual(int(telling.figures.since) // MINUTE * MINUTE, MINUTE) if volume else []
    return sum(minute.expected for minute in band) / max(len(band), 1)


def judge(tx: Transaction, incident_id: str, at: float) -> None:
    """Judge the forecasts of an incident that is over by what the archive counted; later if that was just now.

    What went on in another incident, or was a drill, is not judged.
    """
    incident = tx.incidents.get(incident_id)
    end = incident.resolved_at or incident.updated_at
    if at < end + SETTLED:
        return
    if incident.folded_into is not None or incident.drill is not None:
        tx.forecasts.keep(replace(one, judged=True) for one in tx.forecasts.of(incident_id))
        return
    since = incident.since or incident.opened_at
    what = scope(incident.brand, incident.topic) if incident.topic else incident.brand
    counts, until = bins(_said(tx.tallies.read(what, since - SPAN, end, MINUTE)), since, end)
    tx.forecasts.keep(_judged(one, counts, until) for one in tx.forecasts.of(incident_id))


def _said(found: Iterable[MinuteTally]) -> dict[int, MinuteTally]:
    return {int(minute.start): minute for minute in found}


def _judged(one: Kept, counts: list[float], until: float) -> Kept:
    if not counts:
        return replace(one, judged=True)
    came = peak(counts, until, one.forecast.at)
    found = held(one.forecast, came)
    right = (found.time, found.height) if found.ahead else (None, None)
    return replace(
        one, judged=True, peak_at=came.at, peak=round(came.height, 3), time_held=right[0], height_held=right[1]
    )
