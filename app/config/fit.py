"""Whether a row can be put on the watchlist, or taken off it, with all the others that are there."""

from collections.abc import Mapping
from typing import Any

from app.config.across import MOST
from app.config.merged import Merged, Place
from app.domain import condition_reading
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.query import parse
from app.domain.rule import Rule, hours
from app.domain.saved import Row
from app.errors import Conflict, QueryError, WrongInput

QUERIES = ("query", "exclude", "queries")
"""Keys whose values are queries."""
MANY = 10
"""Choices that are enough."""


def assert_sound(row: Row) -> None:
    """Raise `QueryError` for the first query of a row that cannot be read, `WrongInput` for a campaign without time."""
    if isinstance(row, Rule):
        assert_queries({"when": row.when})
        if row.quiet and hours(row.quiet) is None:
            raise WrongInput("quiet: quiet hours are written from-to, as in 22:00-06:00.")
        return
    assert_queries({"queries": row} if isinstance(row, tuple) else {name: getattr(row, name, ()) for name in QUERIES})
    if isinstance(row, Campaign) and row.end <= row.start:
        raise WrongInput("end: it ends before it starts; the end is the last day, or a later instant.")


def assert_queries(data: Mapping[str, Any]) -> None:
    """Raise `QueryError` for the first query of a row as it was stated that cannot be read, saying which it is."""
    if isinstance(data.get("when"), str):
        condition_reading.parse(data["when"])
    for name in QUERIES:
        stated = data.get(name, ())
        for place, query in enumerate((stated,) if isinstance(stated, str) else stated):
            try:
                parse(str(query))
            except QueryError as error:
                sentence = str(error) if name == "query" else f"{name}[{place}]: {error}"
                raise QueryError(sentence, error.position) from None


def assert_fits(before: Merged, after: Merged, place: Place, row: Row | None) -> None:
    """Raise `WrongInput` if a row does not fit in, `Conflict` if others need what would go."""
    ours = [brand.id for brand in after.config.brands]
    rivals = [rival.id for rival in after.config.competitors] if isinstance(row, Topic) else []
    if missing := [one for one in _named(row) if one not in {*ours, *rivals}]:
        choices = ", ".join([*ours, *rivals][:MANY])
        raise WrongInput(f"There is no brand {', '.join(missing)[:80]!r}; choose of: {choices}.")
    if place in after.unfit:
        raise WrongInput(after.unfit[place])
    if others := [sentence for where, sentence in after.unfit.items() if where not in before.unfit]:
        raise Conflict(f"Something on the watchlist needs it. {' '.join(others)}")
    watched = after.config.watched
    if row is not None and len(watched.brands) + len(watched.topics) + len(watched.campaigns) > MOST:
        raise WrongInput(f"At most {MOST:,} queries are watched at once; take one off first.")


def _named(row: Row | None) -> tuple[str, ...]:
    """Return the brands a row says it belongs to."""
    if isinstance(row, Brand):
        return tuple(one for one in row.rivals if one != EVERY)
    if isinstance(row, Topic | Rule):
        return row.brands
    return (row.brand,) if isinstance(row, Campaign) else ()
