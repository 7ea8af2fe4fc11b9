"""The chart of a mail as a PNG: mentions a minute of the last hours against the usual band. Drawn in a thread."""

import math
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.notification.words import WORDS
from app.domain.spoken import Language
from app.domain.tally import MinuteTally

STEP = 300
"""Seconds of one bar."""
APART, MOST = (900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400), 7
"""Seconds between two labels of the time, and how many of them fit."""
_alone = Lock()


class Curve(NamedTuple):
    """What is drawn: minutes, the usual band per minute, when it began, where its reader lives."""

    minutes: Sequence[MinuteTally]
    low: float
    high: float
    since: float
    zone: str
    language: Language


def chart(curve: Curve, folder: Path) -> bytes:
    """Return the PNG, 1168 pixels wide for a place of 584; `folder` keeps matplotlib's list of fonts."""
    os.environ.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))
    with _alone:  # matplotlib makes no promises to threads
        return _drawn(curve)


def known(minutes: Sequence[MinuteTally], since: float) -> list[MinuteTally]:
    """Return the minutes from the first of which anything is known, or from an hour before it began."""
    first = next((minute.start for minute in minutes if minute.count), since)
    return [minute for minute in minutes if minute.start >= min(first, since - 3600)]


def bars(minutes: Sequence[MinuteTally]) -> list[tuple[int, float, float]]:
    """Return (start, mentions a minute, negative ones) of every five minutes, those without any included.

    The last is of the minutes that are over so far, so that it does not look as if a storm were ending.
    """
    found: dict[int, list[int]] = {}
    for minute in minutes:
        place = found.setdefault(minute.start // STEP * STEP, [0, 0])
        place[0] += minute.count
        place[1] += minute.negative
    if not found:
        return []
    end = max(minute.start for minute in minutes) + 60
    starts = range(min(found), max(found) + STEP, STEP)
    sums = ((start, min(STEP, end - start) / 60, *found.get(start, (0, 0))) for start in starts)
    return [(start, count / width, negative / width) for start, width, count, negative in sums]


def ticks(first: float, last: float, zone: str) -> tuple[list[float], list[str]]:
    """Return where the hours stand below the chart, seven at most, and what they are called there."""
    apart = next(step for step in APART if (last - first) / step <= MOST or step == APART[-1])
    offset = (datetime.fromtimestamp(first, ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds()
    begin = math.ceil((first + offset) / apart) * apart - offset
    places = [begin + number * apart for number in range(int((last - begin) // apart) + 1)]
    return places, [f"{datetime.fromtimestamp(place, ZoneInfo(zone)):%H:%M}" for place in places]


def _drawn(curve: Curve) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    say = WORDS[curve.language]
    figure = Figure(figsize=(5.84, 2.4), dpi=200, facecolor="#FFFFFF", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shown = bars(known(curve.minutes, curve.since))
    when = [start + STEP / 2 for start, _, _ in shown]
    width = STEP * 0.9
    negative = [bad for _, _, bad in shown]
    rest = [count - bad for _, count, bad in shown]
    axes.axhspan(curve.low, max(curve.high, curve.low), color="#D9E0E7", label=say["usual"], zorder=0)
    axes.bar(when, negative, width, color="#C25E00", label=say["negative"], zorder=2)
    axes.bar(when, rest, width, bottom=negative, color="#78838F", label=say["others"], zorder=2)
    if curve.since:
        axes.axvline(curve.since, color="#8E0016", linewidth=1.2, zorder=3)
    if when:
        axes.set_xlim(when[0] - STEP / 2, when[-1] + STEP / 2)
        axes.set_xticks(*ticks(when[0], when[-1], curve.zone))
    axes.tick_params(colors="#3D4853", labelsize=8, length=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#D3DAE1")
    axes.set_ylim(bottom=0)
    figure.legend(loc="outside upper left", fontsize=8, frameon=False, ncols=3, labelcolor="#12181E")
    held = BytesIO()
    figure.savefig(held, format="png", metadata={"Software": None})
    return held.getvalue()
