"""What budgets of false alarms come to, who set them, and the record of risks behind them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.domain.threshold import SEVERITIES, Threshold, Wanted
from app.store.alerting import threshold
from app.store.statements import replacing, write

WANTED, RECORD = "wanted", "record"
"""Kinds of rows beside those of severities."""
CHUNK = 500


class Thresholds:
    """Puts and reads thresholds within one transaction, one row a severity."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, kept: Threshold) -> None:
        """Keep a threshold instead of the one before."""
        self._put(kept.brand, kept.severity, kept.at, msgspec.json.encode(kept).decode())

    def of(self, brand: str) -> list[Threshold]:
        """Return the thresholds of a brand, the lightest severity first; empty while none was worked out."""
        query = select(threshold.c.document).where(threshold.c.brand == brand, threshold.c.severity.in_(SEVERITIES))
        found = [msgspec.json.decode(document, type=Threshold) for document in self._connection.scalars(query)]
        return sorted(found, key=lambda one: SEVERITIES.index(one.severity))

    def want(self, brand: str, wanted: Wanted) -> None:
        """Keep the budget somebody set for a brand."""
        self._put(brand, WANTED, wanted.at, msgspec.json.encode(wanted).decode())

    def wanted(self) -> dict[str, Wanted]:
        """Return by brand the budgets that were set."""
        query = select(threshold.c.brand, threshold.c.document).where(threshold.c.severity == WANTED)
        return {row.brand: msgspec.json.decode(row.document, type=Wanted) for row in self._connection.execute(query)}

    def keep_record(self, scope: str, at: float, document: str) -> None:
        """Keep the record of a scope as its owner writes it."""
        self._put(scope, RECORD, at, document)

    def records(self, scopes: Sequence[str]) -> dict[str, str]:
        """Return by scope the records that are kept."""
        found: dict[str, str] = {}
        for start in range(0, len(scopes), CHUNK):
            here = threshold.c.brand.in_(list(scopes[start : start + CHUNK]))
            query = select(threshold.c.brand, threshold.c.document).where(threshold.c.severity == RECORD, here)
            found |= {row.brand: row.document for row in self._connection.execute(query)}
        return found

    def _put(self, brand: str, kind: str, at: float, document: str) -> None:
        write(self._connection, replacing(self._connection.dialect, threshold), [(brand, kind, at, document)])
