"""The figures of a reason: since when, how many instead of how many, how much of it negative. Pure."""

from collections.abc import Callable, Mapping, Sequence

from alerts.detection.surge import Surge
from alerts.detector import Detector, alone
from alerts.explanation.wording import THIN, Figures
from app.domain.incident import Incident, Signal
from app.domain.tally import MinuteTally
from app.domain.usual import UsualMinute

HOUR = 3600
LOOK = 300
"""Seconds the figures of the reason cover at most: what is now, not what was."""
PAUSE = 900.0
"""Seconds of quiet behind which a series that surges again is another storm."""
TOLD_RATIO = 2.0
"""Multiple of the usual from which the sentence speaks of all mentions, though only the negative ones raised."""
Said = Mapping[int, MinuteTally]
"""Start → minute."""


def figures(at: float, since: float | None, said: Said, teller: Surge) -> Figures:
    """Count from the onset on, at most the last five minutes; mentions if they surge, too, else what raised."""
    since = onset(at, said, teller) if since is None else since
    begin = max(int(since) // 60 * 60, int(at - LOOK) // 60 * 60)
    covered = max(at - begin, 60.0) / 60
    taken = [said[start] for start in range(begin, int(at) + 1, 60) if start in said]
    mentions = sum(minute.count for minute in taken)
    band = teller.usual(begin, int(at - begin) // 60 + 1)
    return Figures(
        since=since,
        actual=sum(teller.measure(minute) for minute in taken) / covered,
        expected=sum(minute.expected for minute in band) / max(len(band), 1),
        share=sum(minute.negative for minute in taken) / max(mentions, 1),
        negative=teller.name == "negative",
        basis=min(teller.baseline.basis, THIN),
        at=at,
    )


def begun(
    incident: Incident | None, signals: Sequence[Signal], detectors: Sequence[Detector], found: Callable[[], float]
) -> float | None:
    """Return since when an incident is; None where what raises now is another storm, whose onset is to be found.

    Another than single posts and rules told of before, or, in a note, than series that were over for `PAUSE`.
    """
    if incident is None:
        return None
    series = {one.name for one in detectors if not alone(one)}
    if not any(one.alarm and one.detector in series for one in signals):
        return incident.since
    scope = incident.brand if incident.topic is None else f"{incident.brand}/{incident.topic}"
    before = [one.at for one in incident.signals if one.alarm and one.detector in series and one.brand == scope]
    if not before:
        return None if found() > incident.since else incident.since
    return None if incident.severity == "note" and found() > max(before) + PAUSE else incident.since


def ratio(at: float, span: int, said: Said, teller: Surge) -> float:
    """Return how many times the usual the last `span` seconds brought."""
    begin = int(at - span) // 60 * 60
    usual = sum(minute.expected for minute in teller.usual(begin, span // 60))
    counted = sum(teller.measure(said[start]) for start in range(begin, int(at), 60) if start in said)
    return counted / max(usual, 1.0)


def teller_of(detectors: Sequence[Detector], volume: Surge, signals: Sequence[Signal]) -> Surge:
    """Return whose measure the sentence speaks of: mentions if they surge, else the negative ones if those do."""
    surging = {one.detector for one in signals if one.alarm or one.actual >= TOLD_RATIO * one.expected}
    raised = {one.detector for one in signals if one.alarm}
    if volume.name in surging or "negative" not in raised:
        return volume
    return next((one for one in detectors if isinstance(one, Surge) and one.name == "negative"), volume)


def onset(at: float, said: Said, teller: Surge) -> float:
    """Return the start of the first minute beyond the band, one ordinary minute in between allowed."""
    current = int(at) // 60 * 60
    band: list[UsualMinute] = teller.usual(current - HOUR, 61)
    found, missed = current, 0
    for minute in reversed(band):
        there = said.get(minute.start)
        if there is not None and teller.measure(there) > minute.high:
            found, missed = minute.start, 0
        elif minute.start < current:
            missed += 1
        if missed > 1:
            break
    return float(found)


def peak(at: float, since: float, said: Said) -> float:
    """Return the highest mentions per minute since an instant."""
    return float(max((minute.count for start, minute in said.items() if since <= start <= at), default=0))
