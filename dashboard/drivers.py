"""Driver terms of the brand in view: what is said in this hour and was not said in the hours before."""

import re
from collections import Counter

from app.domain.brand import Brand
from app.domain.terms import drivers as strongest
from dashboard.state import HOUR, BrandState

BEFORE = 6 * HOUR
"""Seconds before the last hour that say what is usual to talk about."""


def drivers(brand: Brand, state: BrandState, at: float, limit: int = 3) -> list[str]:
    """Return the driver terms of the last hour, strongest first, written as people write them."""
    now = {term: measures.get("n", 0) for term, measures in state.terms(at).items()}
    longer = {term: measures.get("n", 0) for term, measures in state.terms(at, HOUR + BEFORE).items()}
    before = {term: count - now.get(term, 0) for term, count in longer.items()}
    own = {word.lstrip("@#") for name in (brand.name, brand.id, *brand.accounts) for word in name.split()}
    texts = " ".join(one.mention.text for one in state.newest)
    return [_written(driver.term, texts) for driver in strongest(now, before, limit, own=own)]


def _written(term: str, texts: str) -> str:
    """Return a folded term in the spelling that most of the newest mentions use."""
    pattern = r"\s+".join(re.escape(word) for word in term.split())
    spellings = Counter(re.findall(rf"(?<!\w){pattern}(?!\w)", texts, re.IGNORECASE))
    return spellings.most_common(1)[0][0] if spellings else term
