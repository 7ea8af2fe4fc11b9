"""Lists in ascending order, read page after page by their own order, never by page numbers alone.

While a list is read, what is edited moves to its end and everything behind it moves one place up: page numbers skip
an item then. So each page begins at the instant of the last item of the one before; a number is used only among items
of the same instant.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ingest.wires.heard import Heard


@dataclass
class Stretch(Heard):
    """One page of a list in ascending order."""

    last: float | None = None
    """The instant by which its last item is ordered."""
    more: bool = False
    """Whether the list goes on behind it."""


S = TypeVar("S", bound=Stretch)


async def walk(
    ask: Callable[[float, int], Awaitable[S]], since: float, *, margin: float = 0.0, most: int = 1_000
) -> AsyncIterator[S]:
    """Yield stretch after stretch of a list from `since` on, `most` of them.

    `ask(since, page)` asks for what lies at or behind an instant; `margin` is 1.0 where a channel answers only
    with what lies strictly behind it, in whole seconds. Raises what `ask` raises.
    """
    page = 1
    for _ in range(most):
        found = await ask(since, page)
        yield found
        if not found.more:
            return
        if found.last is not None and found.last - margin > since:
            since, page = found.last - margin, 1
        else:
            page += 1
