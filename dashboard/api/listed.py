"""Rows of the watchlist as the API shows them; `saved` tells those that were saved over config.yaml."""

from typing import Any

from pydantic import AwareDatetime

from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.instant import rfc3339
from app.domain.saved import Row, id_of, kind_of
from app.watchlist import InForce
from dashboard.api import shape


class ListedBrand(shape.Shape):
    """A brand of ours."""

    id: str
    name: str
    query: str
    accounts: list[str]
    exclude: list[str]
    demo: bool
    saved: bool


class ListedCompetitor(ListedBrand):
    """A competitor; `of` is null if it competes with all our brands."""

    of: list[str] | None


class ListedTopic(shape.Shape):
    """A topic; `brands` is null if it is looked for among the mentions of all brands."""

    id: str
    name: str
    query: str
    brands: list[str] | None
    saved: bool


class ListedCampaign(shape.Shape):
    """A campaign from `start` until `end`, which is the first instant after it."""

    id: str
    name: str
    brand: str
    query: str
    start: AwareDatetime
    end: AwareDatetime
    saved: bool


class Watchlist(shape.Shape):
    """Everything that is listened for; `revision` changes whenever anything of it does."""

    brands: list[ListedBrand]
    competitors: list[ListedCompetitor]
    topics: list[ListedTopic]
    campaigns: list[ListedCampaign]
    spam: list[str]
    revision: str


def watchlist(now: InForce) -> dict[str, Any]:
    """Return the whole watchlist."""
    config = now.config
    return {
        "brands": [listed(one, now) for one in config.brands],
        "competitors": [listed(one, now) for one in config.competitors],
        "topics": [listed(one, now) for one in config.topics],
        "campaigns": [listed(one, now) for one in config.campaigns],
        "spam": list(config.spam),
        "revision": now.word,
    }


def listed(row: Brand | Topic | Campaign, now: InForce) -> dict[str, Any]:
    """Return one row."""
    common = {"id": row.id, "name": row.name, "query": row.query, "saved": (kind_of(row), id_of(row)) in now.saved}
    return common | _own(row)


def _own(row: Row) -> dict[str, Any]:
    if isinstance(row, Brand):
        of = {"of": None if EVERY in row.rivals else list(row.rivals)} if row.rivals else {}
        return {"accounts": list(row.accounts), "exclude": list(row.exclude), "demo": row.demo, **of}
    if isinstance(row, Topic):
        return {"brands": list(row.brands) or None}
    if isinstance(row, Campaign):
        return {"brand": row.brand, "start": rfc3339(row.start), "end": rfc3339(row.end)}
    return {}
