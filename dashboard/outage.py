"""Plain words for sources that do not listen."""

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.source import SourceState
from dashboard.hearing import ALIVE
from dashboard.i18n import Words

CAUSES = (
    ("name", ("dns", "by name", "resolv", "getaddrinfo", "name or service", "nodename")),
    ("refused", ("refused", "abgelehnt")),
    ("timeout", ("timed out", "timeout", "no answer", "does not answer")),
    ("network", ("unreachable", "no route", "network")),
    ("closed", ("closed", "reset", "disconnect", "broken")),
)
"""Cause → what the connector's sentence holds then; a wall has room for two words of it, in its own language."""


class Outage(NamedTuple):
    """What is to be said of the sources that are down."""

    names: tuple[str, ...]
    """How people call the sources in the same state as the one that is down longest, that one first."""
    state: str
    since: str
    cause: str
    others: int
    """How many more are down in another way."""


def outage(dead: Sequence[SourceState], say: Words, now: float) -> Outage:
    """Return what is to be said of sources that are down; `dead` holds at least one."""
    worst = min(dead, key=_since)
    state = _state(worst)
    alike = sorted((one for one in dead if _state(one) == state), key=_since)
    told = cause(worst.reason)
    return Outage(
        names=tuple(dict.fromkeys(say.choose(f"channel.{one.connector}", one.id) for one in alike)),
        state=say.say(f"liveness.state.{state}"),
        since=say.say("liveness.since", time=say.when(_since(worst), now)),
        cause=say.say(f"liveness.reason.{told}") if told else "",
        others=len(dead) - len(alike),
    )


def cause(reason: str) -> str | None:
    """Return the cause behind a connector's sentence; None where it is none of the usual ones."""
    said = reason.lower()
    return next((name for name, marks in CAUSES if any(mark in said for mark in marks)), None)


def _state(one: SourceState) -> str:
    return one.status if one.status not in ALIVE | {"starting"} else "silent"


def _since(one: SourceState) -> float:
    return one.since if _state(one) != "silent" else one.reported_at
