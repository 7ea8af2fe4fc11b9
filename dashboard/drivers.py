"""Driver terms of the brand in view: what is said in this hour and was not said in the hours before."""

from app.domain.brand import Brand
from app.domain.terms import drivers as strongest
from app.domain.terms import written
from dashboard.state import HOUR, BrandState

BEFORE = 6 * HOUR
"""Seconds before the last hour that say what is usual to talk about."""


def drivers(brand: Brand, state: BrandState, at: float, limit: int = 3) -> list[str]:
    """Return the driver terms of the last hour, strongest first, written as people write them."""
    now = {term: measures.get("n", 0) for term, measures in state.terms(at).items()}
    longer = {term: measures.get("n", 0) for term, measures in state.terms(at, HOUR + BEFORE).items()}
    before = {term: count - now.get(term, 0) for term, count in longer.items()}
    own = {word.lstrip("@#") for name in (brand.name, brand.id, *brand.accounts) for word in name.split()}
    texts = [one.mention.text for one in state.newest]
    found = strongest(now, before, limit, own=own)
    return [written(driver.term, texts) for driver in found]
