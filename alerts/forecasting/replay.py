"""Replay: storms found in a series of counts, forecast at standing instants, each from what was there by then."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from alerts.forecasting.library import AHEAD, HOUR, SPAN, Numbers
from alerts.forecasting.peak import forecast
from alerts.forecasting.score import Held, held, peak
from app.domain.forecast import Forecast

LEADS = (0, 15, 30, 60, 120, 240)
"""Minutes from the alarm at which is forecast."""
HALF = HOUR // 2
LEAST = 12.0
"""Mentions in half an hour that are an alarm at least …"""
TIMES = 4.0
"""… and how many times those of the day before."""
FAINT = 0.1
"""Share of the alarm's half hour that a half hour before it needs to belong to the storm."""
BACK = 6 * HOUR
"""Bins the onset lies before the alarm at most."""
LASTS = 36 * HOUR
"""Bins after which a storm is over; only then another one begins."""
Forecaster = Callable[[Sequence[float], float, float], Forecast]
"""Returns a forecast from bins of five minutes since the onset, the instant they end, and what is usual a minute."""


class Storm(NamedTuple):
    """Bins of a storm in its series, and mentions a bin that were usual before it."""

    onset: int
    alarm: int
    end: int
    usual: float


def storms(counts: Numbers) -> list[Storm]:
    """Return the storms of a series by a simple alarm, which sees what came before it only."""
    total = np.concatenate([[0.0], np.cumsum(counts)])
    found, place = [], 0
    while place < len(counts):
        before = max(place + 1 - HALF, 0)
        half = total[place + 1] - total[before]
        begin = max(before - 24 * HOUR, 0)
        usual = (total[before] - total[begin]) / max(24 * HOUR, 1)
        if half >= LEAST and half > TIMES * HALF * usual:
            onset = _onset(total, place, max(FAINT * half, 2 * HALF * usual))
            found.append(Storm(onset, place, min(place + LASTS, len(counts)), float(usual)))
            place += LASTS
        else:
            place += 1
    return found


def _onset(total: Numbers, alarm: int, enough: float) -> int:
    onset = alarm
    while onset > 0 and alarm - onset < BACK and total[onset] - total[max(onset - HALF, 0)] > enough:
        onset -= 1
    return onset


def plainly(counts: Sequence[float], at: float, usual: float) -> Forecast:
    """Return the forecast of ours."""
    return forecast(counts, at, usual)


def replay(counts: Numbers, start: float, forecaster: Forecaster = plainly) -> list[Held]:
    """Return what was forecast of every storm of a series that begins at `start`, against what came."""
    found = []
    for storm in storms(counts):
        bins = counts[storm.onset : storm.end]
        end, begin = start + SPAN * storm.end, start + SPAN * storm.onset
        for lead in LEADS:
            seen = storm.alarm - storm.onset + 1 + lead * 60 // SPAN
            if seen >= len(bins):
                break
            at = begin + SPAN * seen
            said = forecaster(bins[:seen].tolist(), at, storm.usual * 60 / SPAN)
            found.append(held(said, peak(bins[: seen + AHEAD].tolist(), min(end, at + SPAN * AHEAD), at), lead * 60))
    return found
