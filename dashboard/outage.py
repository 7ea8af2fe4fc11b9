"""Plain words for sources that do not listen."""

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.source import SourceState, hushed_since
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


SPOKEN = {"credential", "quota", "server", "setting"}
"""Causes that a connector names and that need no closer look."""


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
    told = told_cause(worst)
    return Outage(
        names=tuple(dict.fromkeys(say.channel(one.connector, one.id) for one in alike)),
        state=say.say(f"liveness.state.{state}"),
        since=say.say("liveness.since", time=say.when(_since(worst), now)),
        cause=say.say(f"liveness.reason.{told}") if told else "",
        others=len(dead) - len(alike),
    )


def told_cause(one: SourceState) -> str | None:
    """Return the key of two words for why a source is silent: the cause it names, of a network the exact way."""
    if one.cause in SPOKEN:
        return one.cause
    return cause(one.reason) or (one.cause if one.cause == "network" else None)


def cause(reason: str) -> str | None:
    """Return the cause behind a connector's sentence; None where it is none of the usual ones."""
    said = reason.lower()
    return next((name for name, marks in CAUSES if any(mark in said for mark in marks)), None)


def _state(one: SourceState) -> str:
    if one.status not in ALIVE | {"starting"}:
        return one.status
    return "silent" if hushed_since(one, one.reported_at) is None else "hushed"


def _since(one: SourceState) -> float:
    hushed = hushed_since(one, one.reported_at)
    if hushed is not None:
        return hushed
    return one.since if _state(one) != "silent" else one.reported_at
