"""What is to be done now: the playbook of the level as a list to tick off, and what we say in public."""

import re
from collections.abc import Mapping

import msgspec

from app.crisis.record import ticked
from app.domain.events import IncidentEvent
from app.domain.playbook import Step
from app.effects import said_at
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room.case import Case
from dashboard.room.deeds import button, field, shown_key

MINUTE = 60
NEXT = 6
"""Steps to do that are shown; nobody does thirty things at once."""
TERMS = 2


def plan(case: Case, say: Words) -> Node:
    """Return the steps of the playbook, each with a box to tick: the next ones, what is done, the rest folded away."""
    done = ticked(case.events)
    number = sum(step.id in done for step in case.steps)
    left = [step for step in case.steps if step.id not in done]
    shown_first = [*left[:NEXT], *(step for step in case.steps if step.id in done)]
    lines = [_step(step, done, case, say) for step in shown_first]
    rest = [_step(step, done, case, say) for step in left[NEXT:]]
    title: Node = (
        "h2",
        {"key": "title"},
        say.say("room.plan"),
        " ",
        ("small", {}, say.say("takeover.done", n=number, of=len(case.steps))),
    )
    nothing: Node = ("p", {"key": "none", "class": "than"}, say.say("room.no_plan"))
    shown: Node = ("ul", {"key": "steps"}, *lines) if lines else nothing
    more: tuple[Node, ...] = ()
    if rest:
        fold: Node = ("summary", {}, say.say("room.later", n=len(rest)))
        more = (("details", {"key": "rest", "class": "deed"}, fold, ("ul", {}, *rest)),)
    return ("section", {"key": "plan", "class": "case-plan"}, title, shown, *more)


def short(step: str) -> str:
    """Return the first sentence of a step, for where room is short."""
    return re.split(r"[.:?] ", step.replace("`", ""))[0].rstrip(".:")


def upcoming(case: Case) -> Step | None:
    """Return the next step that nobody has done."""
    done = ticked(case.events)
    return next((step for step in case.steps if step.id not in done), None)


def _step(step: Step, done: Mapping[str, IncidentEvent], case: Case, say: Words) -> Node:
    event = done.get(step.id)
    about = [step.role] if step.role else []
    if event is not None:
        about.append(say.say("room.ticked", who=case.called(event.actor), time=say.when(event.at, case.now)))
    elif step.within is not None:
        due = case.began + MINUTE * step.within
        late = case.incident.alive and due < case.now
        about.append(say.say("room.late" if late else "room.due", time=say.when(due, case.now)))
    attributes = {
        "key": "tick",
        "type": "button",
        "role": "checkbox",
        "aria-checked": str(event is not None).lower(),
        "aria-labelledby": f"step-{step.id}",
        "data-verb": "tick",
        "data-body": msgspec.json.encode({"step": step.id, "done": event is None}).decode(),
    }
    return (
        "li",
        {"key": step.id, "class": "done" if event else "todo"},
        ("button", attributes, "✓" if event else ""),
        (
            "div",
            {"id": f"step-{step.id}"},
            ("p", {}, step.text.replace("`", "")),
            ("p", {"class": "than"}, " · ".join(about)),
        ),
    )


def statement(case: Case, say: Words) -> Node:
    """Return the draft of what we say, and what we have said with its number on the curve."""
    said = [_said(event, place, case, say) for place, event in enumerate(case.statements(), 1)]
    terms = ", ".join(case.incident.terms[:TERMS]) or case.name
    draft: tuple[Node, ...] = ()
    if case.incident.alive:
        template = say.say("room.template", terms=terms, time=say.clock(case.now + 3600))
        text = (
            "textarea",
            {
                "name": "text",
                "rows": "5",
                "maxlength": "4000",
                "data-draft": case.incident.id,
                "data-template": template,
            },
        )
        draft = (
            (
                "div",
                {"key": "draft", "class": "deed", "id": "deed-statement"},
                ("label", {"key": "text"}, ("span", {}, say.say("room.draft"), *shown_key("statement")), text),
                field("url", "input", say),
                ("p", {"class": "help", "key": "help"}, say.say("room.draft_help")),
                button("statement", "room.do.statement", say),
            ),
        )
    if not said and not draft:
        return ("div", {"key": "statement", "class": "none"})
    title: Node = ("h2", {"key": "title"}, say.say("room.statement"))
    listed: tuple[Node, ...] = (("ol", {"key": "said", "class": "said-list"}, *said),) if said else ()
    return ("section", {"key": "statement", "class": "case-statement"}, title, *listed, *draft)


def _said(event: IncidentEvent, place: int, case: Case, say: Words) -> Node:
    url = str(event.detail.get("url") or "")
    link: tuple[Node, ...] = ()
    if url.startswith(("https://", "http://")):
        link = (" ", ("a", {"href": url, "rel": "noopener noreferrer", "target": "_blank"}, say.say("room.open_post")))
    found = case.effects[place - 1] if place <= len(case.effects) else None
    effect: tuple[Node, ...] = (("p", {"class": "than"}, found.reason[say.language]),) if found else ()
    about = f"{place} · {say.when(said_at(event), case.now)} · {case.called(event.actor)}"
    return (
        "li",
        {"key": str(event.number)},
        ("small", {}, about, *link),
        ("p", {"class": "text"}, str(event.detail.get("text") or "")),
        *effect,
    )
