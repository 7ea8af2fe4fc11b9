"""Whether a row can be put on the watchlist, or taken off it, with all the others that are there."""

from app.config.across import MOST
from app.config.merged import Merged, Place, row_of
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.query import parse
from app.domain.saved import Row
from app.errors import Conflict, QueryError, WrongInput


def assert_readable(row: Row) -> None:
    """Raise `QueryError` for the first query of a row that cannot be read, saying which it is."""
    queries = {f"spam[{place}]": one for place, one in enumerate(row)} if isinstance(row, tuple) else _queries(row)
    for name, query in queries.items():
        try:
            parse(query)
        except QueryError as error:
            sentence = str(error) if name == "query" else f"{name}: {error}"
            raise QueryError(sentence, error.position) from None


def assert_fits(before: Merged, after: Merged, place: Place, row: Row | None) -> None:
    """Raise `WrongInput` if a row does not fit in, `Conflict` if others need what would go."""
    if place in after.unfit:
        raise WrongInput(after.unfit[place])
    others = [sentence for where, sentence in after.unfit.items() if where not in before.unfit]
    if others:
        raise Conflict(f"Something on the watchlist needs it. {' '.join(others)}")
    if row is None:
        return
    kept = row_of(after.config, *place)
    missing = sorted(_named(row) - _named(kept))
    if missing:
        brands = ", ".join(brand.id for brand in after.config.brands)
        raise WrongInput(f"There is no brand {', '.join(missing)[:80]}; choose of: {brands}.")
    watched = after.config.watched
    if len(watched.brands) + len(watched.topics) + len(watched.campaigns) > MOST:
        raise WrongInput(f"At most {MOST:,} queries are watched at once; take one off first.")


def _queries(row: Brand | Topic | Campaign) -> dict[str, str]:
    exclude = row.exclude if isinstance(row, Brand) else ()
    return {"query": row.query, **{f"exclude[{place}]": one for place, one in enumerate(exclude)}}


def _named(row: Row | None) -> set[str]:
    """Return the brands a row says it belongs to."""
    if isinstance(row, Brand):
        return set(row.rivals) - {EVERY}
    return set(row.brands) if isinstance(row, Topic) else set()
