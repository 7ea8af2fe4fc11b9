"""The page of `emberwatch bench --html`: every figure against what is asked of it, readable in light and dark."""

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

from plotly.offline import get_plotlyjs

from benchmarks.report import Report, Row, Series

COLOURS = {"aim": "#2a9d5c", "must": "#4a90d9", "missed": "#d1495b", None: "#8a8f98"}
STYLE = """
:root { color-scheme: light dark; --ink: #1b1e23; --paper: #fbfbfa; --line: #d8dade; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14161a; --line: #33373e; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
.aim { color: #2a9d5c; } .must { color: #4a90d9; } .missed { color: #d1495b; font-weight: 700; }
.plot { height: 22rem; margin: 1rem 0; }
.wide { overflow-x: auto; }
"""
SCRIPT = """
const dark = window.matchMedia("(prefers-color-scheme: dark)");
function draw() {
  const ink = dark.matches ? "#e6e8eb" : "#1b1e23", line = dark.matches ? "#33373e" : "#d8dade";
  for (const [id, plot] of Object.entries(PLOTS)) {
    const axis = { gridcolor: line, zerolinecolor: line, automargin: true };
    const layout = { ...plot.layout, font: { color: ink, size: 14 }, paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)", margin: { t: 40, r: 20 },
      xaxis: { ...axis, ...plot.layout.xaxis }, yaxis: { ...axis, ...plot.layout.yaxis } };
    Plotly.react(id, plot.data, layout, { responsive: true, displaylogo: false });
  }
}
dark.addEventListener("change", draw);
draw();
"""


def page(reports: Sequence[Report]) -> str:
    """Return one HTML page that needs nothing else: tables, bars of ratios against must and aim, and the series."""
    plots: dict[str, Any] = {}
    body = "".join(_section(report, plots) for report in reports)
    machine = reports[0].machine if reports else {}
    told = " · ".join(f"{html.escape(name)} {html.escape(value)}" for name, value in machine.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Emberwatch, measured</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><h1>Emberwatch, measured</h1><p>{told}</p>{body}<script>{get_plotlyjs()}</script>"
        f"<script>const PLOTS = {_safe(plots)};{SCRIPT}</script></body></html>"
    )


def _section(report: Report, plots: dict[str, Any]) -> str:
    said = [f'<section id="{html.escape(report.name)}"><h2>{html.escape(report.title)}</h2>', _table(report.rows)]
    drawings = [drawing for drawing in (_bars(report.rows), *_curves(report.series)) if drawing]
    for number, drawing in enumerate(drawings):
        place = f"{report.name}-{number}"
        plots[place] = drawing
        said.append(f'<div class="plot" id="{html.escape(place)}"></div>')
    said += [f"<p>{html.escape(note)}</p>" for note in report.notes]
    return "".join([*said, "</section>"])


def _table(rows: Iterable[Row]) -> str:
    head = "<tr><th>figure<th>value<th class=text>limit<th><th>ratio<th>must<th>aim<th class=text>reached</tr>"
    return f"<div class=wide><table>{head}{''.join(map(_line, rows))}</table></div>"


def _line(row: Row) -> str:
    cells = [_number(row.value, row.unit), _number(row.limit_value, row.unit), *map(_number, (row.ratio, row.must))]
    reached = row.reached or ""
    return (
        f"<tr><td>{html.escape(row.what)}<td>{cells[0]}<td class=text>{html.escape(row.limit)}<td>{cells[1]}"
        f'<td>{cells[2]}<td>{cells[3]}<td>{_number(row.aim)}<td class="text {reached}">{reached}</tr>'
    )


def _number(value: float | None, unit: str = "") -> str:
    return "" if value is None else html.escape(f"{value:,.4g} {unit}".strip())


def _bars(rows: Iterable[Row]) -> dict[str, Any] | None:
    """Return bars of what is asked for: 1 is the must, whichever way is better."""
    asked = [row for row in rows if row.must]
    if not asked:
        return None
    names = [row.what for row in asked]
    ours = {
        "type": "bar",
        "orientation": "h",
        "name": "reached",
        "y": names,
        "x": [row.judged / row.must for row in asked if row.must],
        "text": [f"{row.judged:.3g}" for row in asked],
        "marker": {"color": [COLOURS[row.reached] for row in asked]},
    }
    aims = {
        "type": "scatter",
        "mode": "markers",
        "name": "aim",
        "y": [row.what for row in asked if row.aim is not None],
        "x": [row.aim / row.must for row in asked if row.must and row.aim is not None],
        "marker": {"symbol": "line-ns-open", "size": 22, "color": "#e0a030", "line": {"width": 3}},
    }
    line = {"type": "line", "x0": 1, "x1": 1, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": "#d1495b"}}
    axis = {"title": {"text": "as a multiple of the must (red line)"}, "rangemode": "tozero"}
    layout = {"shapes": [line], "xaxis": axis, "yaxis": {"autorange": "reversed"}, "showlegend": True}
    return {"data": [ours, aims], "layout": layout}


def _curves(series: Iterable[Series]) -> list[dict[str, Any]]:
    """Return one plot for all series that share their axes."""
    plots: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in series:
        curve = {"type": "scatter", "mode": "lines+markers", "name": one.name, "x": one.x, "y": one.y}
        plots.setdefault((one.x_title, one.y_title), []).append(curve)
    return [
        {"data": curves, "layout": {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}}
        for (x, y), curves in plots.items()
    ]


def _safe(plots: dict[str, Any]) -> str:
    """Return JSON that may stand in a script: no tag ends in it, numbers that are none are null."""
    plain = json.loads(json.dumps(plots), parse_constant=lambda _: None)
    return json.dumps(plain).replace("<", "\\u003c")
