"""The person at a page of ours: on whose behalf a callback of Dash acts."""

from dash.backends._fastapi import get_current_request

from app.domain.actor import Actor
from dashboard.auth import NOBODY


def operator() -> Actor:
    """Return who the request comes from that Dash is answering, as the guard has seen them."""
    actor = getattr(get_current_request().state, "actor", None)
    return actor if isinstance(actor, Actor) else NOBODY
