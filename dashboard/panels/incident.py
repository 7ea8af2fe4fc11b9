"""The level of the storm, 0 while it is calm: how strong it blows, what is missing to the next, who has it."""

from app.domain.incident import Incident, Signal
from app.domain.level import HIGHEST, Level
from dashboard.brief import Brief
from dashboard.hearing import hearing
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.scale import missing, named
from dashboard.storm import began, incident_of
from dashboard.unrest import unrest


class IncidentPanel:
    """Shows the open incident of the brand in view, or that there is none and when the last one was."""

    name = "incident"
    title = "incident.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return level, severity, age, peak and the strongest signal; the title leads to the incident's page."""
        say = words(view.screen.language, view.screen.zone)
        incident = incident_of(view)
        title: Node = ("h2", {}, say.say(self.title))
        if incident is not None:
            name: Node = say.say(self.title)
            if view.screen.audience == "control":
                name = ("a", {"href": f"/incident/{incident.id}?lang={say.language}"}, name)
            title = ("h2", {"class": "raised"}, name)
        return Drawing((title, *(_open(incident, view, say) if incident else _none(view, say))))


def _none(view: View, say: Words) -> tuple[Node, ...]:
    if hearing(view.brand, view.state, view.around).deaf:
        return (
            ("div", {"class": "word s", "key": "word"}, say.say("incident.unknown")),
            ("p", {"class": "low", "key": "state"}, say.say("incident.deaf")),
        )
    last = view.around.last_resolved(view.brand.id)
    if last is None:
        past = say.say("incident.never")
    else:
        length = say.span((last.resolved_at or last.updated_at) - began(last))
        past = say.say("incident.last", when=say.when(began(last), view.at), length=length)
    level = unrest(view)
    return (
        _grade(level, say),
        _steps(level.value),
        ("p", {"class": "low", "key": "state"}, say.say("incident.none_open")),
        ("p", {"class": "than", "key": "past"}, past),
    )


def _open(incident: Incident, view: View, say: Words) -> tuple[Node, ...]:
    strongest = max(incident.signals, key=lambda signal: signal.risk, default=None)
    running = say.say("incident.running", length=say.span(view.at - began(incident)))
    peak = say.say("incident.peak", n=say.number(_peak(incident, view)))
    why = (("p", {"class": "than", "key": "why", "data-drop": "3"}, _why(strongest, say)),) if strongest else ()
    level = incident.level
    if level is None:
        word: Node = ("div", {"class": "word n", "key": "word"}, say.say("incident.unmeasured"))
    else:
        word = _grade(level, say)
    return (
        word,
        _steps(level.value if level else 0),
        ("p", {"class": "low", "key": "state"}, _state(incident, view, say)),
        ("p", {"key": "age"}, running, ("span", {"key": "peak", "data-drop": "1"}, f" · {peak}")),
        *_burst(incident, say),
        *why,
    )


def _grade(level: Level, say: Words) -> Node:
    """Return the figure of the level, its name, and what is missing to the next."""
    lacks = missing(level, say)
    more: tuple[Node, ...] = (("span", {"class": "than", "key": "lacks", "data-drop": "4"}, lacks),) if lacks else ()
    name: Node = ("b", {"key": "name"}, named(level.value, say))
    mark = "n" if level.value else ""
    figure: Node = ("span", {"class": f"big {mark}".strip(), "key": "level"}, str(level.value))
    return ("div", {"class": "scale", "key": "word"}, figure, ("p", {"key": "words"}, name, *more))


def _state(incident: Incident, view: View, say: Words) -> str:
    """Return how grave it is and who has it; names of our people are not for visitors."""
    brief = view.around.briefs.get(incident.id, Brief())
    severity = say.say(f"incident.severity.{incident.severity}")
    if incident.owner and brief.owner and view.screen.audience != "foyer":
        return f"{severity}, {say.say('takeover.ours', name=brief.owner)}"
    return f"{severity}, {say.say(f'incident.state.{incident.state}')}"


def _burst(incident: Incident, say: Words) -> tuple[Node, ...]:
    """Return how many accounts the strongest marked burst has; nothing without one. Steps and peak give way to it."""
    bursts = incident.resonance.bursts if incident.resonance else ()
    if not bursts:
        return ()
    return (("p", {"class": "burst", "key": "burst"}, say.say("incident.burst", n=say.number(bursts[0].authors))),)


def _peak(incident: Incident, view: View) -> float:
    """Return the highest mentions per minute: as reported, or as seen since then."""
    seen = [n for start, n in view.state.curve(view.at) if start + 60 > began(incident)]
    return max(incident.peak, view.state.rate(view.at), *seen)


def _steps(on: int) -> Node:
    bars = (("i", {"class": "on" if step <= on else "off", "key": str(step)}) for step in range(1, HIGHEST + 1))
    return ("div", {"class": "steps", "key": "steps", "data-drop": "2"}, *bars)


def _why(signal: Signal, say: Words) -> str:
    key = signal.detector if signal.detector in {"volume", "negative"} else "other"
    return say.say(
        f"incident.detector.{key}",
        detector=signal.detector,
        actual=say.number(signal.actual),
        expected=say.figure(signal.expected),
        window=say.span(signal.window),
    )
