"""The HTML of a mail: one column, no remote pictures, no scripts, readable on light and dark ground."""

from collections.abc import Iterator
from html import escape

from alerts.notification.message import Facts, clock, next_step, quoted, rows, sentence, stamp, subject, why
from alerts.notification.words import WORDS
from app.domain.reasoning import checks

SIGNS: dict[bool | None, str] = {True: "✓", False: "✗", None: "?"}
"""Before a counter-check: it holds, does not, cannot be told; the sentence behind says so in words."""
CHART = "chart"
"""Content-ID of the chart."""
COLOURS = {"note": "#004A8F", "warning": "#743600", "crisis": "#8E0016"}
"""White text on them holds 7:1."""
STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; background: #EDF0F3; color: #12181E; }
.card { background: #FFFFFF; color: #12181E; }
.soft { color: #3D4853; }
.line { border-top: 1px solid #D3DAE1; }
a { color: #004A8F; }
@media (prefers-color-scheme: dark) {
  body, .ground { background: #0F1419 !important; }
  .card { background: #1A222B !important; color: #E6EDF3 !important; }
  .soft { color: #AAB4BE !important; }
  .line { border-top-color: #2A3540 !important; }
  .card a { color: #6DB7FF !important; }
  .card a.button { color: #FFFFFF !important; }
}
@media (max-width: 480px) {
  .pad { padding: 16px !important; }
  .what { display: block !important; width: auto !important; padding-bottom: 0 !important; }
  .value { display: block !important; padding-top: 2px !important; }
}
"""
FONT = "font-family:'IBM Plex Sans','Segoe UI',Helvetica,Arial,sans-serif"


def html(facts: Facts, *, chart: bool) -> str:
    """Return the page; `chart` says whether a picture of that Content-ID comes with it."""
    return "".join(_page(facts, chart=chart))


def _page(facts: Facts, *, chart: bool) -> Iterator[str]:
    ground = COLOURS[facts.severity] if facts.incident and facts.incident.state != "resolved" else "#3D4853"
    yield (
        f'<!doctype html><html lang="{facts.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(subject(facts))}</title><style>{STYLE}</style></head>"
        f'<body class="ground" style="margin:0;{FONT};font-size:16px;line-height:1.45">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="ground"><tr>'
        '<td align="center" style="padding:16px 8px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
        'style="max-width:640px;table-layout:fixed;overflow-wrap:anywhere;word-break:break-word">'
        f'<tr><td class="pad" style="background:{ground};color:#FFFFFF;padding:20px 28px">'
        f'<h1 style="margin:0;font-size:20px;line-height:1.3;color:#FFFFFF">{escape(subject(facts))}</h1></td></tr>'
        '<tr><td class="card pad" style="padding:24px 28px">'
    )
    yield from _body(facts, chart=chart)
    yield (
        f'<p class="soft line" style="margin:24px 0 0;padding-top:12px;font-size:14px">{escape(facts.house)}, '
        f"{escape(clock(facts.at, facts))}</p></td></tr></table></td></tr></table></body></html>"
    )


def _body(facts: Facts, *, chart: bool) -> Iterator[str]:
    say = WORDS[facts.language]
    yield f'<p style="margin:0 0 12px;font-size:18px;font-weight:600">{escape(stamp(facts) + sentence(facts))}</p>'
    if why(facts):
        yield f'<p class="soft" style="margin:0 0 12px">{escape(why(facts))}</p>'
    yield from _doors(facts)
    if chart:
        yield (
            f'<p style="margin:20px 0"><img src="cid:{CHART}" width="584" alt="{escape(say["chart"])}" '
            'style="display:block;width:100%;max-width:584px;height:auto;border:0;border-radius:4px"></p>'
        )
    found = [*rows(facts), (say["step"], next_step(facts))]
    yield '<table role="presentation" width="100%" cellpadding="0" cellspacing="0">'
    for what, value in found:
        if value:
            yield (
                f'<tr><td class="soft what" valign="top" style="padding:4px 16px 4px 0;width:130px">{escape(what)}</td>'
                f'<td class="value" valign="top" style="padding:4px 0">{escape(value)}</td></tr>'
            )
    yield "</table>"
    if facts.quotes:
        yield _heading(say["evidence"])
        yield from (f'<p style="margin:0 0 10px">{_link(quoted(one, facts), one.url)}</p>' for one in facts.quotes)
    if facts.objections:
        yield _heading(checks((holds for holds, _ in facts.objections), facts.language))
        for holds, said in facts.objections:
            yield f'<p style="margin:0 0 10px"><strong aria-hidden="true">{SIGNS[holds]}</strong> {escape(said)}</p>'


def _doors(facts: Facts) -> Iterator[str]:
    say = WORDS[facts.language]
    if facts.acknowledge:
        yield (
            f'<p style="margin:16px 0 8px"><a class="button" href="{escape(facts.acknowledge)}" '
            'style="display:inline-block;background:#004A8F;color:#FFFFFF;text-decoration:none;font-weight:600;'
            f'padding:12px 24px;border-radius:4px">{escape(say["acknowledge"])}</a></p>'
            f'<p class="soft" style="margin:0 0 8px;font-size:14px">{escape(say["ack_note"])}</p>'
        )
    if facts.link:
        word = say["open"] if facts.incident else say["open_system"]
        yield f'<p style="margin:8px 0"><a href="{escape(facts.link)}">{escape(word)}</a></p>'


def _heading(text: str) -> str:
    return f'<h2 class="line" style="margin:24px 0 10px;padding-top:16px;font-size:17px">{escape(text)}</h2>'


def _link(text: str, url: str | None) -> str:
    """Return a line that leads to where it was said; only the web is linked."""
    good = url is not None and url.startswith(("https://", "http://"))
    return (
        f'<a href="{escape(str(url))}" style="text-decoration:none" rel="noreferrer">{escape(text)}</a>'
        if good
        else escape(text)
    )
