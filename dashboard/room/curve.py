"""The curve of an incident: what was said, what is usual, what is expected, and when we answered."""

from typing import Any

from app.domain.forecast import Forecast, Point
from app.domain.wall import Theme
from app.effects import said_at
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room.case import Case
from dashboard.theme import PALETTES, Palette

ROOM = 0.45
"""Share of the lines' width that is left to their right, for their names on a phone."""
APART = 0.13
"""Share of the height by which names stand apart."""
EDGE = 0.07
"""Share of the width at both ends where no tick fits."""


def block(case: Case, say: Words) -> Node:
    """Return the place of the curve with its title, and what it says in words."""
    return (
        "section",
        {"key": "curve", "class": "case-curve"},
        ("h2", {"key": "title"}, say.say("room.curve")),
        (
            "div",
            {"key": "figure", "class": "figure", "id": "case-curve", "role": "img", "aria-label": _words(case, say)},
        ),
        ("p", {"key": "expected", "class": "than"}, expected(case, say)),
    )


def _words(case: Case, say: Words) -> str:
    told = case.told
    return f"{say.say('room.curve')}. {told.compared if told else ''}"


def expected(case: Case, say: Words) -> str:
    """Return in words when the peak is expected and how high, or why nobody can say."""
    told = case.incident.forecast
    if told is None or not case.incident.alive:
        return ""
    if told.refused is not None:
        return say.say(f"room.refused.{told.refused}")
    if told.peak_from is None or told.peak_to is None or told.low is None or told.high is None:
        return ""
    interval = say.say(
        "takeover.expected",
        from_=say.when(told.peak_from, case.now),
        to=say.when(told.peak_to, case.now),
        low=say.number(told.low),
        high=say.number(told.high),
    )
    score = ""
    if told.covered is not None:
        score = f" {say.say('room.score', share=say.share(round(100 * told.covered), 100), n=say.number(told.judged))}"
    return f"{say.say('takeover.peak')}: {interval}.{score}"


def figure(case: Case, say: Words, theme: Theme) -> dict[str, Any]:
    """Return the figure for Plotly; lengths are in units of u, times are minutes since it began."""
    palette = PALETTES[theme]
    forecast = case.incident.forecast if case.incident.alive else None
    counted, negative = _counts(case)
    band = _band(case)
    data = [*_area(band, palette.band), *_without(case, palette), *_outlook(case, forecast, palette)]
    if negative:
        data.append(_line(negative, palette.negative, 0.1))
    data.append(_line(counted, palette.text, 0.14))
    high = max([1.0, *(y for _, y in counted), *(y for _, _, y in band), *_top(case, forecast)])
    return {"data": data, "layout": _layout(case, high, counted, (negative, band), say, palette)}


def _minutes(case: Case, at: float) -> float:
    return round((at - case.began) / 60, 2)


def _counts(case: Case) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return mentions a minute, all and negative ones; the last span that is not over is left out, gaps are zero."""
    found = {int(one.start): one for one in case.minutes}
    if not found:
        return [], []
    last = int(case.ended if case.incident.alive else max(found)) // case.step * case.step
    whole: list[tuple[float, float]] = []
    bad: list[tuple[float, float]] = []
    for start in range(min(found), last + (0 if case.incident.alive else case.step), case.step):
        one, x = found.get(start), _minutes(case, start + case.step / 2)
        whole.append((x, round((one.count if one else 0) * 60 / case.step, 2)))
        bad.append((x, round((one.negative if one else 0) * 60 / case.step, 2)))
    return whole, bad


def _band(case: Case) -> list[tuple[float, float, float]]:
    """Return what is usual: by the minute where that is known, else as it was when the incident was told."""
    if case.usual is not None:
        return [
            (_minutes(case, one.start + 30), round(one.low, 2), round(one.high, 2))
            for one in case.usual.minutes
            if case.began - 3600 <= one.start <= case.ended + 60
        ]
    told = case.incident.explanation
    if told is None:
        return []
    return [(x, round(told.low, 2), round(told.high, 2)) for x in (-60.0, _minutes(case, case.ended))]


def _area(band: list[tuple[float, float, float]], colour: str) -> list[dict[str, Any]]:
    if not band:
        return []
    xs = [x for x, _, _ in band]
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": xs}
    return [
        {**edge, "y": [low for _, low, _ in band]},
        {**edge, "y": [high for _, _, high in band], "fill": "tonexty", "fillcolor": colour},
    ]


def _outlook(case: Case, forecast: Forecast | None, palette: Palette) -> list[dict[str, Any]]:
    if forecast is None or not forecast.curve:
        return []
    return _expected(case, forecast.curve, palette)


def _without(case: Case, palette: Palette) -> list[dict[str, Any]]:
    """Return what was expected after each statement of ours without it, where that can be compared."""
    told = [one for one in case.effects if one.verdict != "unknown"]
    return [trace for one in told for trace in _expected(case, one.band, palette)]


def _expected(case: Case, points: tuple[Point, ...], palette: Palette) -> list[dict[str, Any]]:
    band = [(_minutes(case, one.start + 150), one.low, one.high) for one in points]
    middle = [(_minutes(case, one.start + 150), one.middle) for one in points]
    line = _line(middle, palette.second, 0.1)
    line["line"]["dash"] = "dash"
    return [*_area(band, palette.line), line]


def _top(case: Case, forecast: Forecast | None) -> list[float]:
    without = [point.high for one in case.effects if one.verdict != "unknown" for point in one.band]
    return [*without, *(one.high for one in forecast.curve)] if forecast else without


def _line(points: list[tuple[float, float]], colour: str, width: float) -> dict[str, Any]:
    line = {"color": colour, "width": width, "simplify": False}
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _layout(
    case: Case,
    high: float,
    counted: list[tuple[float, float]],
    others: tuple[list[tuple[float, float]], list[tuple[float, float, float]]],
    say: Words,
    palette: Palette,
) -> dict[str, Any]:
    font = {"family": '"IBM Plex Sans Condensed", sans-serif', "size": 1.0, "color": palette.second}
    axis = {"fixedrange": True, "zeroline": False, "tickfont": font, "ticks": "", "automargin": False}
    forecast = case.incident.forecast if case.incident.alive else None
    last = _minutes(case, forecast.curve[-1].start + 300) if forecast and forecast.curve else None
    left, newest = (counted[0][0], counted[-1][0]) if counted else (-60.0, others[1][-1][0] if others[1] else 0.0)
    left = min(left, -1.0)
    right = max(last or 0.0, newest + ROOM * (newest - left), 5.0)
    shapes, notes = _marks(case, say, palette, (left, right))
    notes += _names(counted, *others, high, say, palette)
    values = _ticks(case, left, right)
    texts = [say.clock(round(case.began + 60 * value)) for value in values]
    return {
        "font": font,
        "margin": {"l": 2.4, "r": 1.2, "t": 1.4, "b": 1.5},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": {
            **axis,
            "range": [left, right],
            "showgrid": False,
            "tickvals": values,
            "ticktext": texts,
            "tickangle": 0,
        },
        "yaxis": {**axis, "range": [0, high * 1.12], "gridcolor": palette.line, "gridwidth": 0.05, "nticks": 4},
        "shapes": shapes,
        "annotations": notes,
    }


def _ticks(case: Case, left: float, right: float) -> list[float]:
    """Return ticks at round times of the clock, about five of them, none in the corners."""
    fits = (step for step in (5, 10, 15, 30, 60, 120, 240, 360, 720) if step >= (right - left) / 6)
    step = 60 * next(fits, 1440)
    edge = EDGE * (right - left)
    first = int((case.began + 60 * (left + edge)) // step + 1) * step
    return [_minutes(case, at) for at in range(first, int(case.began + 60 * (right - edge)), step)]


def _marks(
    case: Case, say: Words, palette: Palette, span: tuple[float, float]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return where it began and where we said something; statements carry the number they have in the list."""
    said = [
        (_minutes(case, said_at(event)), str(place), palette.positive)
        for place, event in enumerate(case.statements(), 1)
    ]
    marks = [(0.0, say.say("room.began"), palette.second), *said]
    shapes, notes = [], []
    for x, text, colour in marks:
        if span[0] <= x <= span[1]:
            line = {"color": colour, "width": 0.1, "dash": "dot"}
            shapes.append(
                {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}
            )
            font = {"size": 1.0, "color": palette.positive_text if colour == palette.positive else palette.second}
            note = {
                "x": x,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": text,
                "showarrow": False,
                "font": font,
            }
            notes.append(note)
    return shapes, notes


def _names(
    counted: list[tuple[float, float]],
    negative: list[tuple[float, float]],
    band: list[tuple[float, float, float]],
    high: float,
    say: Words,
    palette: Palette,
) -> list[dict[str, Any]]:
    """Return the names of the lines and the band at their right ends, the lowest first, none on another."""
    if not counted and not band:
        return []
    x = (counted or band)[-1][0]
    names = [(counted[-1][1], say.say("room.all"), palette.text)] if counted else []
    if negative:
        names.append((negative[-1][1], f"▼ {say.say('label.negative')}", palette.negative_text))
    if band:
        names.append(((band[-1][1] + band[-1][2]) / 2, say.say("volume.band"), palette.second))
    names.sort(key=lambda one: one[0])
    notes, least = [], 0.0
    for place, (y, text, colour) in enumerate(names):
        most = high * (1.1 - APART * (len(names) - place))
        at = max(min(y, most), least)
        notes.append(_note((x, round(at, 2)), f"\u00a0{text}", colour))
        least = at + APART * high
    return notes


def _note(point: tuple[float, float], text: str, colour: str) -> dict[str, Any]:
    font = {"size": 1.0, "color": colour}
    return {
        "x": point[0],
        "y": point[1],
        "text": text,
        "showarrow": False,
        "font": font,
        "xanchor": "left",
        "yanchor": "middle",
    }
