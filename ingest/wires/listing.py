"""A page of a listing: what channels answer that are asked for what is new, newest first."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from app.domain.mention import Deletion, Mention

FAULTY = (
    *(msgspec.MsgspecError, UnicodeError, RecursionError),
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError),
)
"""What reading something broken may raise."""

Entry = Mention | Deletion


class Page(msgspec.Struct, frozen=True):
    """What one answer holds; `next` is what to ask with for the page behind it."""

    events: tuple[Entry, ...] = ()
    next: str | None = None
    received: int = 0
    unreadable: int = 0
    fault: str = ""
    broken: bool = False
    """Nothing of it could be read, so that nobody knows what it held."""
    unchanged: bool = False
    """The channel says that it is as it was the last time (304)."""


def page(
    items: Iterable[msgspec.Raw],
    read: Callable[[msgspec.Raw], Entry | Iterator[Entry] | None],
    *,
    what: str,
    following: str | None = None,
) -> Page:
    """Return the page of `items`, each as `read` has it; what cannot be read is counted and called `what`."""
    events: list[Entry] = []
    received = unreadable = 0
    for item in items:
        received += 1
        try:
            found = read(item)
            if isinstance(found, Entry):
                events.append(found)
            elif found is not None:
                events += list(found)
        except FAULTY:
            unreadable += 1
    fault = f"{what} that cannot be read" if unreadable else ""
    return Page(tuple(events), following or None, received, unreadable, fault)


def broken(what: str) -> Page:
    """Return the page of an answer that is not what was asked for."""
    return Page(received=1, unreadable=1, fault=f"an answer without {what}", broken=True)
