"""What brands' corrections have taught: weights and figures of each training run, newest last."""

from typing import NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.domain.actor import Actor
from app.domain.schooling import Schooling
from app.store.schema import brand_model

_json = msgspec.json.Encoder()
_schooling = msgspec.json.Decoder(Schooling)


class Run(NamedTuple):
    """One training run: its number among the brand's, when, by whom, and what came of it."""

    brand: str
    number: int
    at: float
    actor: str
    schooling: Schooling


class BrandModels:
    """Writes and reads training runs within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, brand: str, schooling: Schooling, weights: bytes | None, actor: Actor, at: float) -> int:
        """Keep what came of a run; return its number. `weights` None: the shipped model alone."""
        row = brand_model.c
        last = self._connection.scalar(select(func.max(row.number)).where(row.brand == brand)) or 0
        self._connection.execute(
            brand_model.insert().values(
                brand=brand,
                number=last + 1,
                at=at,
                actor_kind=actor.kind,
                actor=actor.id,
                in_force=schooling.in_force,
                schooling=_json.encode(schooling).decode(),
                weights=weights,
            )
        )
        return last + 1

    def in_force(self) -> dict[str, int]:
        """Return by brand the number of the run it is judged by."""
        row = brand_model.c
        query = select(row.brand, func.max(row.number)).where(row.in_force).group_by(row.brand)
        found = self._connection.execute(query).all()
        return {brand: number for brand, number in found}  # noqa: C416 - rows are no pairs to mypy

    def weights(self, brand: str, number: int) -> bytes | None:
        """Return what a run learned; None if it learned nothing or took everything back."""
        row = brand_model.c
        query = select(row.weights).where(row.brand == brand, row.number == number)
        found: bytes | None = self._connection.scalar(query)
        return found

    def runs(self, brand: str | None = None, limit: int = 20) -> list[Run]:
        """Return the last runs, newest first, of one brand or of all."""
        row = brand_model.c
        query = select(row.brand, row.number, row.at, row.actor, row.schooling).order_by(
            row.at.desc(), row.number.desc()
        )
        if brand is not None:
            query = query.where(row.brand == brand)
        found = self._connection.execute(query.limit(limit))
        return [Run(name, number, at, actor, _schooling.decode(told)) for name, number, at, actor, told in found]
