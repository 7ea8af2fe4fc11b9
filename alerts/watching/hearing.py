"""Whether anybody listens: the silence of a source is no lull, and teaches nothing."""

from collections.abc import Iterable, Mapping, Sequence

from app.config import Source
from app.domain.brand import Brand
from app.domain.source import LISTENING, SourceState, hushed_since
from app.domain.tally import MinuteTally

FRESH = 30.0
"""Seconds after which a source that reports every 5 s no longer counts as listening."""
GONE = 86_400.0
"""Seconds after which a source that does not listen no longer belongs to what is usual."""
OUTAGE = 1800
"""Seconds of silence that may be an outage …"""
MISSED = 30.0
"""… if the pace before and after would have brought this many mentions."""


def heard(brand: Brand, sources: Sequence[Source], states: Mapping[str, SourceState], at: float) -> bool:
    """Tell whether all that tells us of a brand listens at `at`; a source away for a day is no longer waited for."""
    mine = [states[source.id] for source in sources if source.brand in {None, brand.id} and source.id in states]
    kin = [state for state in mine if state.demo == brand.demo] or mine
    listening = [state for state in kin if _listens(state, at)]
    missing = [state for state in kin if state not in listening and at - _since(state, at) < GONE]
    return bool(listening) and not missing


def _listens(state: SourceState, at: float) -> bool:
    """Tell whether a source listens; one that brings nothing where much is usual is not believed to."""
    fresh = state.status in LISTENING and at - state.reported_at <= FRESH
    return fresh and hushed_since(state, at) is None


def _since(state: SourceState, at: float) -> float:
    hushed = hushed_since(state, at)
    if hushed is not None:
        return hushed
    return state.reported_at if state.status in LISTENING else state.since


def stretches(history: Iterable[MinuteTally]) -> list[list[MinuteTally]]:
    """Cut minutes, oldest first, where a silence began and ended too abruptly to be a lull: nobody listened then."""
    found: list[list[MinuteTally]] = []
    minutes = list(history)
    begin = 0
    for place in range(1, len(minutes)):
        gap = minutes[place].start - minutes[place - 1].start - 60
        if gap >= OUTAGE and _missed(minutes, place, gap) >= MISSED:
            found.append(minutes[begin:place])
            begin = place
    if minutes:
        found.append(minutes[begin:])
    return found


def _missed(minutes: Sequence[MinuteTally], place: int, gap: int) -> float:
    """Return the mentions a silence swallowed at the lower of the paces in the hour before and the hour after it."""
    last, first = minutes[place - 1].start, minutes[place].start
    before = sum(minute.count for minute in minutes[max(place - 60, 0) : place] if minute.start > last - 3600)
    after = sum(minute.count for minute in minutes[place : place + 60] if minute.start < first + 3600)
    return min(before, after) * gap / 3600
