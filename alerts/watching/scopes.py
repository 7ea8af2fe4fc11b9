"""What is watched: each brand as a whole, and beside it its topics and campaigns."""

from typing import NamedTuple

from alerts.detector import Detector, Scope, scopes
from app.config import Config
from app.domain.brand import Brand, scope
from app.registry import load_all


class Watched(NamedTuple):
    """A scope: whose it is, and of what kind."""

    brand: Brand
    kind: Scope


def watched(config: Config) -> dict[str, Watched]:
    """Return what is watched by its id, a brand before its parts."""
    found: dict[str, Watched] = {}
    for brand in config.brands:
        found[brand.id] = Watched(brand, "brand")
        for topic in config.topics:
            if not topic.brands or brand.id in topic.brands:
                found[scope(brand.id, topic.id)] = Watched(brand, "topic")
        for campaign in config.campaigns:
            if campaign.brand == brand.id:
                found[scope(brand.id, campaign.id)] = Watched(brand, "campaign")
    return found


def detectors(kind: Scope) -> list[type[Detector]]:
    """Return the kinds of detectors made for a kind of scope."""
    return [one for one in load_all("detectors").values() if kind in scopes(one)]
