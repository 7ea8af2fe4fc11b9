"""Episodes: the minutes at which a rule's condition held, folded into alarms."""

from collections.abc import Iterable

import msgspec

CALM = 1800
"""Seconds without holding after which the next time is another alarm; as long as an incident takes to end."""


class Episode(msgspec.Struct, frozen=True, array_like=True):
    """One alarm of a rule: the first and the last full minute at which its condition held, in seconds."""

    start: int
    end: int
    minutes: int = 1
    """At how many minutes of it the condition held."""


def folded(minutes: Iterable[int], known: Iterable[Episode] = ()) -> list[Episode]:
    """Return episodes with more minutes, oldest first, all after those known."""
    found = list(known)
    for at in minutes:
        last = found[-1] if found else None
        if last is not None and at <= last.end:
            continue
        if last is not None and at - last.end <= CALM:
            found[-1] = Episode(last.start, at, last.minutes + 1)
        else:
            found.append(Episode(at, at))
    return found


def joined(known: Iterable[Episode], more: Iterable[Episode]) -> list[Episode]:
    """Return known episodes with later ones; one that goes on takes the place of what was known of it."""
    found = list(known)
    for one in more:
        last = found[-1] if found else None
        if last is None or one.start - last.end > CALM:
            found.append(one)
        elif one.start <= last.start:
            found[-1] = one if one.end >= last.end else last
        elif one.end > last.end:
            found[-1] = Episode(last.start, one.end, last.minutes + one.minutes)
    return found
