"""Combining: what all detectors of a scope say together, as one risk and one severity."""

from collections.abc import Iterable, Mapping, Sequence
from math import expm1, log10

import numpy as np
from msgspec.structs import replace

from alerts.detection.hourly import Said
from alerts.detection.surge import Limits, Surge
from alerts.detection.tone import Numbers as Levels
from alerts.detector import Detector, alone
from app.domain.incident import Severity, Signal
from app.domain.threshold import SEVERITIES

AGREEING = 0.75
"""Weight of the second among the series, that of the first is the rest: a storm shows in several, spam in one."""
TRUST = 0.6
"""How much of the risk of a window is believed: tails are heavier than any that is fitted."""
LOOKS = {"sentiment": 24.0, "campaign": 24.0, "fault": 48.0}
"""Detector → looks of a day that do not say the same, one where it is not named."""
SURGE_LOOKS = 144.0
PLAIN_RATIO, PLAIN = 8.0, 3.0
"""Against blindness: so many times the usual, where a detector raises anyhow, is as much as once in 1,000 days."""

Bars = Mapping[Severity, float]
"""Severity → the risk it takes."""


def believed(budget: float) -> float:
    """Return the risk that a brand nobody has heard of shows as often in thirty days as the budget allows."""
    return max(-log10(-expm1(-budget / 30.0)), LOWEST)


LOWEST = 0.1
"""Risk below which nothing is worth a note, whatever the budget."""


def daily(detector: Detector, signal: Signal) -> float:
    """Return the risk of a signal as -log10 of the share of days that reach it; below 0: several times a day."""
    if isinstance(detector, Surge):
        limits = detector.limits
        beyond = signal.actual - signal.expected
        if not signal.alarm and (beyond < limits.least or signal.actual < limits.ratio * signal.expected):
            return -log10(SURGE_LOOKS)
        risk = TRUST * signal.risk - log10(SURGE_LOOKS)
        rare = float(getattr(detector, "rare", 0.0))
        risk = max(risk, rare) if rare > 0 else risk
        plain = signal.alarm and signal.actual >= PLAIN_RATIO * max(signal.expected, limits.least / 2)
        return max(risk, PLAIN) if plain else risk
    if detector.name == "unanswered":
        return signal.risk - LATE if signal.risk else -log10(SURGE_LOOKS)
    return signal.risk - log10(LOOKS.get(detector.name, 1.0))


LATE = 2.8
"""What is taken off the risk of a post that waits, which is stated and not measured: just late is a note."""


CEILING = 4.0
"""Risk beyond which a single series says nothing more: by itself it is never enough."""


def combined(said: Iterable[tuple[Detector, Signal]]) -> float:
    """Return the risk of a scope: what two of its series say, or one post that is enough by itself.

    Monotone in every signal. A weighted mean of the two largest -log10 p, as truncated products of p do (Zaykin and
    others, "Truncated product method for combining P-values", 2002), with most of the weight on the second.
    """
    series, single = [-log10(SURGE_LOOKS)] * 2, 0.0
    for detector, signal in said:
        risk = daily(detector, signal)
        if alone(detector):
            single = max(single, risk)
        else:
            series.append(min(risk, CEILING))
    second, first = sorted(series)[-2:]
    return max((1.0 - AGREEING) * first + AGREEING * second, single, 0.0)


def all_daily(limits: Limits, said: Said) -> Levels:
    """Return `daily` of a surge at the end of each bin; where nothing is told, as little as if nothing was said."""
    least = -log10(SURGE_LOOKS)
    with np.errstate(invalid="ignore"):
        beyond = said.actual - said.expected
        plenty = (beyond >= limits.least) & (said.actual >= limits.ratio * said.expected)
        risk = np.where(said.rare > 0, np.maximum(TRUST * said.risk + least, said.rare), TRUST * said.risk + least)
        plain = said.alarm & (said.actual >= PLAIN_RATIO * np.maximum(said.expected, limits.least / 2))
    risk = np.where(plain, np.maximum(risk, PLAIN), risk)
    found: Levels = np.nan_to_num(np.where(said.alarm | plenty, risk, least), nan=least)
    return found


def looked(name: str, risk: Levels) -> Levels:
    """Return `daily` of a detector that is none of those of counts, from its risks."""
    return risk - log10(LOOKS.get(name, 1.0))


def all_combined(series: Sequence[Levels]) -> Levels:
    """Return `combined` of the daily risks of series, none of which is alone, at the end of each bin."""
    nothing = np.full(len(series[0]), -log10(SURGE_LOOKS))
    second, first = np.sort([nothing, nothing, *(np.minimum(one, CEILING) for one in series)], axis=0)[-2:]
    found: Levels = np.maximum((1.0 - AGREEING) * first + AGREEING * second, 0.0)
    return found


def severity(risk: float, bars: Bars) -> Severity | None:
    """Return the highest severity whose bar is reached; None if none is."""
    return next((one for one in reversed(SEVERITIES) if risk >= bars[one]), None)


def raising(said: Iterable[tuple[Detector, Signal]], bar: float) -> tuple[Signal, ...]:
    """Return the signals with those that alone would reach a bar as alarms."""
    return tuple(
        replace(signal, alarm=True) if not signal.alarm and daily(detector, signal) >= bar else signal
        for detector, signal in said
    )
