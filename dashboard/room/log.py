"""The log of an incident in words: what detectors said, what persons did, and who was told with which proof."""

from collections.abc import Mapping

from app.domain.delivery import Delivery
from app.domain.events import IncidentEvent
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.reason import retold
from dashboard.room.case import Case
from dashboard.room.deeds import button, shown_key
from dashboard.room.head import actor
from dashboard.room.plan import short
from dashboard.scale import named

SHOWN = 60
"""Lines of the log, the latest first; older ones are counted."""
TEXTS = {"commented": "text", "statement": "text", "handed_over": "note", "silenced": "reason", "resolved": "reason"}
"""Kind → what our own people wrote with it."""


def log(case: Case, say: Words) -> Node:
    """Return the comment field and the log, the latest first."""
    events = sorted(case.events, key=lambda event: -event.number)
    lines = [_line(event, case, say) for event in events[:SHOWN]]
    rest = len(events) - SHOWN
    more: tuple[Node, ...] = (
        (("p", {"key": "rest", "class": "than"}, say.say("room.rest", n=rest)),) if rest > 0 else ()
    )
    write: Node = (
        "div",
        {"key": "write", "class": "deed case-write", "id": "deed-comment"},
        (
            "label",
            {"key": "text"},
            ("span", {}, say.say("room.comment"), *shown_key("comment")),
            ("textarea", {"name": "text", "rows": "2", "maxlength": "4000"}),
        ),
        button("comment", "room.do.comment", say),
    )
    title: Node = ("h2", {"key": "title"}, say.say("room.log"))
    return ("section", {"key": "log", "class": "case-log"}, title, write, ("ol", {"key": "lines"}, *lines), *more)


def _line(event: IncidentEvent, case: Case, say: Words) -> Node:
    text = str(event.detail.get(TEXTS.get(event.kind, ""), "") or "")
    words: tuple[Node, ...] = (("p", {"class": "text"}, text),) if text else ()
    return (
        "li",
        {"key": str(event.number), "class": event.kind},
        ("small", {}, f"{say.when(event.at, case.now)} · {actor(case, event.actor, say)}"),
        ("p", {}, told(event, case, say)),
        *words,
    )


def told(event: IncidentEvent, case: Case, say: Words) -> str:
    """Return one event as a sentence."""
    detail = event.detail
    values: dict[str, object] = {
        "level": event.level,
        "name": named(event.level, say),
        "severity": say.say(f"incident.severity.{event.severity}"),
        "to": case.called(str(detail.get("owner") or "")),
        "peak": say.number(_figure(detail.get("peak"))),
        "was": int(_figure(detail.get("was_level"))),
        "until": say.when(_figure(detail.get("until")), case.now) if detail.get("until") else "",
        "at": say.when(_figure(detail.get("at")), case.now) if detail.get("at") else "",
        "step": _step_text(case, detail.get("step")),
        "verdict": say.choose(f"room.verdict.{detail.get('verdict')}", ""),
        "what": _raised(detail, say),
    }
    kind = f"{event.kind}_undone" if event.kind == "ticked" and not detail.get("done") else event.kind
    return say.say(f"room.event.{kind}", **values)


def _raised(detail: Mapping[str, object], say: Words) -> str:
    """Return what raises too, detectors by what they look at."""
    detectors = [one for one in str(detail.get("detectors") or "").split(", ") if one]
    named = [say.choose(f"room.detector.{one}", one) for one in detectors]
    return ", ".join([*named, *(str(detail[name]) for name in ("rules", "scopes") if detail.get(name))])


def _step_text(case: Case, step: object) -> str:
    """Return a step of the playbook in short; its id where that is no longer in it."""
    return short(case.known.get(str(step), str(step or "")))


def _figure(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def deliveries(case: Case, say: Words) -> Node:
    """Return who was told by which way, with what the other side answered."""
    lines = [_delivery(one, case, say) for one in sorted(case.deliveries, key=lambda one: -one.planned_at)]
    nothing: Node = ("p", {"key": "none", "class": "than"}, say.say("room.nobody_told"))
    shown: Node = ("ol", {"key": "lines"}, *lines) if lines else nothing
    title: Node = ("h2", {"key": "title"}, say.say("room.told"))
    return ("section", {"key": "told", "class": "case-told"}, title, shown)


def _delivery(one: Delivery, case: Case, say: Words) -> Node:
    last = one.attempts[-1] if one.attempts else None
    at = last.at if last else one.due_at
    proof: tuple[Node, ...] = ()
    if last or one.reason:
        proof = (("p", {"class": "than"}, *retold((last.proof if last else "") or one.reason, say)),)
    state = say.say(f"room.delivery.{one.state}")
    mark = {"delivered": "p", "given_up": "n", "failed": "n", "unclear": "n"}.get(one.state, "s")
    return (
        "li",
        {"key": one.id, "class": mark},
        ("small", {}, f"{say.when(at, case.now)} · {say.say(f'room.way.{one.kind}')}"),
        ("p", {}, f"{case.called(one.person)}: ", ("b", {}, state)),
        *proof,
    )
