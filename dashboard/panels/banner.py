"""The incident banner: on top, in a colour that is never used for data; a line where the level is low."""

from app.domain.incident import Incident
from app.domain.wall import Screen
from dashboard.audience import named
from dashboard.brief import Brief
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.scale import named as grade
from dashboard.staging import SEEN
from dashboard.storm import Storm, began, storm_of


class BannerPanel:
    """Says what happened and since when, as long as an incident is open that does not take more of the screen."""

    name = "banner"
    title = "banner.title"
    slot = "banner"
    pace = 0.25

    def draw(self, view: View) -> Drawing:
        """Return the banner, up to level 2 a line, of what comes first on this screen; nothing beside a takeover."""
        storm = storm_of(view)
        if storm is None or storm.stage in ("third", "full"):
            return Drawing()
        incident = storm.incident
        say = words(view.screen.language, view.screen.zone)
        told = _reason(incident, view.screen)
        reason = told or say.say("banner.no_reason", brand=view.around.name(incident.brand))
        sentence: Node = ("p", {}, _title(incident, told, view, say), ("span", {"class": "reason"}, f" {reason}"))
        attributes = {"class": "ticker" if storm.stage == "tile" else "alarm", "role": "alert", "key": incident.id}
        if storm.stage == "banner" and incident.level is not None and incident.state not in SEEN:
            attributes["data-level"] = str(incident.level.value)
        return Drawing((("div", attributes, sentence, *_tags(storm, view, say)),))


def _tags(storm: Storm, view: View, say: Words) -> tuple[Node, ...]:
    """Return that it is a drill, or made of demo mentions: a word, as nobody may take it for real."""
    keys = (("drill.word", storm.incident.drill or view.around.drill), ("liveness.demo", storm.incident.demo))
    return tuple(("span", {"class": "demo", "key": key}, say.say(key)) for key, there in keys if there)


def _title(incident: Incident, told: str, view: View, say: Words) -> Node:
    """Return what it is, where and since when; the time only in short where the reason tells it anyway."""
    elsewhere = incident.brand != view.brand.id
    title = say.say("banner.about", brand=view.around.name(incident.brand)) if elsewhere else say.say("banner.title")
    if incident.level is not None:
        level = incident.level.value
        title = f"{title}, {say.say('level.of', level=level)}, {grade(level, say)}"
    time = say.when(began(incident), view.at)
    comma = "," if incident.level is not None else ""
    since: Node = ("span", {"class": "brief"} if time in told else {}, f"{comma} {say.say('banner.since', time=time)}")
    return ("b", {}, title, since, f"{_state(incident, view, say)}.")


def _state(incident: Incident, view: View, say: Words) -> str:
    brief = view.around.briefs.get(incident.id, Brief())
    if incident.silent_until is not None and incident.quiet(view.at):
        return f", {say.say('takeover.silenced', time=say.when(incident.silent_until, view.at))}"
    if incident.state not in SEEN:
        return ""
    if incident.owner and brief.owner and view.screen.audience != "foyer":
        return f", {say.say('takeover.ours', name=brief.owner)}"
    return f", {say.say('banner.acknowledged')}"


def _reason(incident: Incident, screen: Screen) -> str:
    """Return the reason; it may name authors, so that only those who may read names get it."""
    if not named(screen):
        return ""
    return incident.reason.get(screen.language) or next(iter(incident.reason.values()), "")
