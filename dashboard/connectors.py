"""What a connector says of itself: its terms, whether it rewinds, where its page stands."""

from typing import Any

from app import registry
from app.errors import UnknownExtension


def kind_of(connector: str) -> Any:
    """Return the class of a connector, None where it is not installed here."""
    try:
        return registry.load("connectors", connector)
    except (UnknownExtension, ImportError):
        return None


def terms_of(connector: str) -> dict[str, Any] | None:
    """Return the terms of a connector's channel; None where it states none."""
    terms = getattr(kind_of(connector), "terms", None)
    if terms is None:
        return None
    return {name: getattr(terms, name) for name in ("stored", "days", "deletions", "page")}


def rewinds(connector: str) -> bool:
    """Tell whether a connector can ask again for what was said while it did not listen."""
    return bool(getattr(kind_of(connector), "rewinds", True))


def page_of(connector: str) -> str:
    """Return the address of the page that describes a connector."""
    return f"/admin/channels/{connector}"
