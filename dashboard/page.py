"""A page as a port: found by entry point in `emberwatch.pages` as `page(context) -> Page`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.service import Context


@dataclass(frozen=True)
class Page:
    """One Dash page: `layout` gets the variables of the path and of the query as keyword arguments."""

    name: str
    path: str
    """Such as `/wall/<wall>`, as Dash writes path templates."""
    layout: Callable[..., Any]
    title: Callable[..., str]
    exists: Callable[..., bool] = lambda **_: True
    """Tells whether there is such a page; if not it is sent with 404, its layout says what there is instead."""


PageMaker = Callable[[Context], Page]
