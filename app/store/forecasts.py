"""Forecasts of incidents as they were made, and what came of them."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.forecast import Kept
from app.store.alerting import forecast
from app.store.schema import incident
from app.store.statements import replacing, write


class Record(NamedTuple):
    """How earlier forecasts did: the share of intervals that held, None before there are any, and of how many."""

    covered: float | None
    judged: int


class Forecasts:
    """Keeps forecasts and their score within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, some: Iterable[Kept]) -> None:
        """Keep forecasts as they are now; one of the same incident and instant is replaced."""
        rows = [
            (one.incident, one.forecast.at, int(one.judged), one.held, msgspec.json.encode(one).decode())
            for one in some
        ]
        write(self._connection, replacing(self._connection.dialect, forecast), rows)

    def of(self, incident_id: str) -> list[Kept]:
        """Return the forecasts of an incident, oldest first."""
        query = select(forecast.c.document).where(forecast.c.incident == incident_id).order_by(forecast.c.at)
        return [msgspec.json.decode(document, type=Kept) for document in self._connection.scalars(query)]

    def latest(self, incident_id: str) -> float | None:
        """Return when an incident was forecast last."""
        query = select(func.max(forecast.c.at)).where(forecast.c.incident == incident_id)
        at: float | None = self._connection.scalar(query)
        return at

    def unjudged(self) -> list[str]:
        """Return the incidents that are over and whose forecasts are not judged."""
        query = (
            select(forecast.c.incident)
            .distinct()
            .join(incident, incident.c.id == forecast.c.incident)
            .where(forecast.c.judged == 0, incident.c.state == "resolved")
        )
        return sorted(self._connection.scalars(query))

    def record(self) -> Record:
        """Return how the forecasts of past incidents did."""
        query = select(func.avg(forecast.c.held), func.count(forecast.c.held))
        covered, judged = self._connection.execute(query).one()
        return Record(None if covered is None else round(float(covered), 4), judged)
