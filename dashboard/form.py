"""The form of a query: labelled fields, a place for mistakes beside each, the buttons."""

from typing import Any

from dash import dcc, html

from app.config import Config
from app.domain.brand import EVERY
from app.domain.saved import Kind
from dashboard.draft import Draft, Slip
from dashboard.i18n import Words
from dashboard.masthead import aria

FIELDS = ("name", "id", "query", "accounts", "exclude", "brands", "brand", "start", "end")
"""What a draft holds, in the order of the form; a field's id is `q-` and its name."""

SHOWN: dict[Kind, frozenset[str]] = {
    "brands": frozenset({"name", "id", "query", "accounts", "exclude"}),
    "competitors": frozenset({"name", "id", "query", "accounts", "exclude", "brands"}),
    "topics": frozenset({"name", "id", "query", "brands"}),
    "campaigns": frozenset({"name", "id", "query", "brand", "start", "end"}),
    "spam": frozenset({"exclude"}),
}
AROUND = 40
"""Characters of a long query shown on each side of a mistake."""


def fields(kind: Kind, draft: Draft, config: Config, say: Words, *, new: bool) -> list[Any]:
    """Return every field; what the kind does not have is there, but hidden, so that one callback serves all kinds."""
    choices = [{"label": brand.name, "value": brand.id} for brand in config.brands]
    among = [one for one in draft.brands if one != EVERY]
    made = {
        "name": dcc.Input(id="q-name", value=draft.name, type="text", maxLength=60, autoComplete="off"),
        "query": _area("q-query", draft.query, 4),
        "accounts": _area("q-accounts", draft.accounts, 2),
        "exclude": _area("q-exclude", draft.exclude, 8 if kind == "spam" else 2),
        "brands": dcc.Checklist(choices, among, id="q-brands"),
        "brand": dcc.RadioItems(choices, draft.brand or config.brands[0].id, id="q-brand"),
        "start": dcc.Input(id="q-start", value=draft.start, type="text", placeholder="2026-11-21"),
        "end": dcc.Input(id="q-end", value=draft.end, type="text", placeholder="2026-11-30"),
        "id": dcc.Input(id="q-id", value=draft.id, type="text", disabled=not new, autoComplete="off"),
    }
    labels = {
        "name": ("query.name_label", ""),
        "query": ("query.label", "query.help"),
        "accounts": ("query.accounts", "query.accounts_help"),
        "exclude": ("admin.kinds.spam", "query.spam_help")
        if kind == "spam"
        else ("query.exclude", "query.exclude_help"),
        "brands": ("query.rivals" if kind == "competitors" else "query.brands", "query.brands_help"),
        "brand": ("query.brand", ""),
        "start": ("query.start", "query.day_help"),
        "end": ("query.end", "query.day_help"),
        "id": ("query.id_label", "query.id_help"),
    }
    return [_field(name, control, *labels[name], say, hidden=name not in SHOWN[kind]) for name, control in made.items()]


def _area(id_: str, value: str, rows: int) -> dcc.Textarea:
    return dcc.Textarea(id=id_, value=value, rows=rows, spellCheck=False, className="code")


def _field(name: str, control: Any, label: str, advice: str, say: Words, *, hidden: bool) -> html.Div:
    group = isinstance(control, dcc.Checklist | dcc.RadioItems)
    naming = (
        html.Span(say.say(label), id=f"q-{name}-label", className="label")
        if group
        else html.Label(say.say(label), htmlFor=f"q-{name}")
    )
    more: dict[str, Any] = {"role": "group", **aria(labelledby=f"q-{name}-label")} if group else {}
    return html.Div(
        [
            naming,
            control,
            html.Div(id=f"q-{name}-slip", className="slip", role="alert"),
            html.P(say.say(advice), id=f"q-{name}-help", className="help") if advice else None,
        ],
        hidden=hidden,
        className=f"field {name}",
        **more,
    )


def pointed(slip: Slip | None, text: str, say: Words) -> list[Any]:
    """Return what stands under a field: its line with a caret at the character, and the sentence."""
    if slip is None:
        return []
    sentence = html.Span(slip.sentence)
    if slip.position is None:
        return [html.P(sentence)]
    written = text.splitlines()
    line, at = slip.line, slip.position
    while line < len(written) - 1 and at > len(written[line]):  # a query may be written over several lines
        at, line = at - len(written[line]) - 1, line + 1
    shown = written[line] if line < len(written) else ""
    first = max(0, at - AROUND)
    place = say.say("query.line", line=line + 1, n=at + 1) if len(written) > 1 else say.say("query.at", n=at + 1)
    cut = ("… " if first else "") + shown[first : at + AROUND]
    caret = " " * (at - first + (2 if first else 0)) + "^"
    return [html.Pre(f"{cut}\n{caret}", **aria(hidden="true")), html.P([html.B(place), " ", sentence])]


def buttons(name: str, say: Words, *, new: bool, over: bool) -> html.Div:
    """Return save, discard, back to config.yaml (for a row saved `over` it), and delete, which asks first, in place."""
    return html.Div(
        [
            html.Button(say.say("query.save"), id="q-save", type="button", className="first", n_clicks=0),
            html.Button(say.say("query.revert"), id="q-revert", type="button", n_clicks=0),
            html.Button(say.say("query.back"), id="q-back", type="button", n_clicks=0, hidden=not over),
            html.Button(say.say("query.delete"), id="q-delete", type="button", n_clicks=0, hidden=new),
            html.Div(
                [
                    html.P(say.say("query.sure", name=name), id="q-sure-text"),
                    html.Button(say.say("query.sure_yes"), id="q-yes", type="button", className="danger", n_clicks=0),
                    html.Button(say.say("query.sure_no"), id="q-no", type="button", n_clicks=0),
                ],
                id="q-sure",
                role="group",
                hidden=True,
                className="sure",
                **aria(labelledby="q-sure-text"),
            ),
        ],
        className="buttons",
    )
