"""Mentions per minute: the number, what is usual, and the last hour as a curve."""

import math
from typing import Any

from dashboard.hearing import Hearing, hearing
from dashboard.i18n import Words, words
from dashboard.outage import outage
from dashboard.panel import Drawing, Node, View
from dashboard.storm import began, incident_of
from dashboard.theme import PALETTES, Palette
from dashboard.usual import Band, band, basis, known

QUARTER = 15 * 60
SPAN = 3600
MUCH = 1.4
"""How many times the expected is worth a factor."""

DASH = "–"  # noqa: RUF001 # the sign of a figure that nobody knows


class VolumePanel:
    """Shows the rate of the last 60 s against the usual band, and the hour before it."""

    name = "volume"
    title = "volume.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return the number with its comparison, and the curve."""
        say = words(view.screen.language, view.screen.zone)
        rate, listeners = view.state.rate(view.at), hearing(view.brand, view.state, view.around)
        heard = None if listeners.deaf and not rate else rate
        told = compare(rate, band(view), view, say) if heard is not None else _deaf(listeners, view, say)
        parts = enumerate(told, 1)
        number: Node = ("span", {"class": "big", "key": "n"}, DASH if heard is None else say.number(heard))
        words_ = (
            ("p", {"class": "than", "key": str(place), "data-drop": str(place), "data-late": "1"}, part)
            for place, part in parts
        )
        figure: Node = (
            "div",
            {"class": "figure", "id": "volume-curve", "key": "curve", "data-drop": "3", "data-late": "2"},
        )
        nodes: tuple[Node, ...] = (
            ("h2", {}, say.say(self.title)),
            (
                "div",
                {"class": "pair", "key": "pair"},
                ("div", {"class": "rate", "key": "rate"}, number, *words_),
                figure,
            ),
        )
        return Drawing(nodes, {"volume-curve": _curve(view, heard, say)})


def _deaf(listeners: Hearing, view: View, say: Words) -> tuple[str, str]:
    return say.say("volume.deaf"), outage(listeners.dead, say, view.around.server_time).since


def compare(rate: int, usual: Band | None, view: View, say: Words) -> tuple[str, str]:
    """Return the comparison with what is usual, in words."""
    if usual is None:
        return say.say("volume.no_habit"), say.say("volume.basis", basis=say.hours(basis(view)))
    range_ = say.say("volume.usual", low=say.figure(usual.low), high=say.figure(usual.high))
    if rate > MUCH * usual.expected > 0 and rate > usual.high:
        return range_, say.say("volume.times", factor=say.number(rate / usual.expected, 1))
    return range_, say.say(f"volume.{'above' if rate > usual.high else 'below' if rate < usual.low else 'inside'}")


def _curve(view: View, rate: int | None, say: Words) -> dict[str, Any]:
    palette = PALETTES[view.screen.theme]
    points = [((start + 60 - view.at) / 60, n) for start, n in view.state.curve(view.at)]
    xs, ys = [round(x, 2) for x, _ in points], [n for _, n in points]
    if rate is None:  # nobody listens: the line ends with the last mention instead of running on at zero
        last = max((place for place, n in enumerate(ys, 1) if n), default=0)
        xs, ys, tip = xs[:last], ys[:last], []
    else:
        xs, ys, tip = [*xs, 0.0], [*ys, rate], [_tip(rate, palette)]
    lower = [(round((m.start + 30 - view.at) / 60, 2), m.low, m.high) for m in _minutes(view)]
    top = _ceiling(max([*ys, *(high for _, _, high in lower), 4]))
    data = [*_band(lower, palette), _line(xs, ys, palette), *tip]
    return {"data": data, "layout": _layout(view, top, lower, say, palette)}


def _minutes(view: View) -> list[Any]:
    return [m for m in known(view) if view.at - SPAN - 60 <= m.start <= view.at + 60]


def _band(lower: list[tuple[float, float, float]], palette: Palette) -> list[dict[str, Any]]:
    if not lower:
        return []
    xs = [x for x, _, _ in lower]
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": xs}
    return [
        {**edge, "y": [round(low, 1) for _, low, _ in lower]},
        {**edge, "y": [round(high, 1) for _, _, high in lower], "fill": "tonexty", "fillcolor": palette.band},
    ]


def _line(xs: list[float], ys: list[int], palette: Palette) -> dict[str, Any]:
    line = {"color": palette.text, "width": 0.12, "shape": "linear", "simplify": False}
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _tip(rate: int, palette: Palette) -> dict[str, Any]:
    marker = {"size": 0.42, "color": palette.text, "line": {"width": 0}}
    return {"type": "scatter", "mode": "markers", "x": [0], "y": [rate], "marker": marker, "cliponaxis": False}


def _layout(
    view: View, top: float, lower: list[tuple[float, float, float]], say: Words, palette: Palette
) -> dict[str, Any]:
    shapes, notes = _start(view, say, palette)
    if lower:
        notes.append(_note(-59.5, lower[0][2], say.say("volume.band"), palette, xanchor="left", yanchor="bottom"))
    font = {"family": '"IBM Plex Sans Condensed", sans-serif', "size": 1.0, "color": palette.second}
    axis = {"fixedrange": True, "zeroline": False, "tickfont": font, "ticks": "", "automargin": False}
    return {
        "font": font,
        "margin": {"l": 2.0, "r": 1.3, "t": 0.75, "b": 1.4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": {**axis, "range": [-60, 0], "showgrid": False, "tickangle": 0, **_hours(view.at, say)},
        "yaxis": {**axis, "range": [0, top * 1.01], "gridcolor": palette.line, "gridwidth": 0.04, **_steps(top, say)},
        "shapes": shapes,
        "annotations": notes,
    }


def _start(view: View, say: Words, palette: Palette) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    incident = incident_of(view)
    if incident is None or began(incident) < view.at - SPAN:
        return [], []
    x = round((began(incident) - view.at) / 60, 2)
    line = {"color": palette.second, "width": 0.07, "dash": "dash"}
    shape = {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}
    side = "right" if x > -SPAN / 120 else "left"
    text = f"\u00a0{say.say('volume.start', time=say.clock(began(incident)))}\u00a0"
    return [shape], [_note(x, 1, text, palette, xanchor=side, yanchor="top", yref="paper")]


def _note(x: float, y: float, text: str, palette: Palette, **place: str) -> dict[str, Any]:
    font = {"size": 1.0, "color": palette.second}
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": font, "borderpad": 0, **place}


def _hours(at: float, say: Words) -> dict[str, Any]:
    """Return ticks at quarter hours with the time of the screen's zone, and "now" at the right."""
    first = math.ceil((at - SPAN + 180) / QUARTER) * QUARTER
    marks = [mark for mark in range(int(first), int(at), QUARTER) if mark < at - 720]
    values = [round((mark - at) / 60, 2) for mark in marks]
    return {"tickvals": [*values, 0], "ticktext": [*(say.clock(mark) for mark in marks), say.say("volume.now")]}


def _steps(top: float, say: Words) -> dict[str, Any]:
    values = [0.0, top / 2, top]
    return {"tickvals": values, "ticktext": [say.short(int(v)) if v == int(v) else say.number(v, 1) for v in values]}


def _ceiling(highest: float) -> float:
    """Return the next round number above; it moves seldom, so that the curve does not breathe."""
    power = 10.0 ** math.floor(math.log10(highest))
    return next(float(step * power) for step in (1, 2, 3, 4, 6, 8, 10, 20) if step * power >= highest * 1.08)
