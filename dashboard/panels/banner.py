"""The incident banner: on top, in a colour that is never used for data."""

from app.domain.incident import Incident
from app.domain.wall import Screen
from dashboard.audience import named
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.storm import began

SEEN = ("acknowledged", "owned")


class BannerPanel:
    """Says what happened and since when, as long as an incident is open on this wall."""

    name = "banner"
    title = "banner.title"
    slot = "banner"
    pace = 0.25

    def draw(self, view: View) -> Drawing:
        """Return nothing, or the banner of the brand in view, else of the wall's latest incident."""
        incidents = view.around.open_incidents()
        incident = next((one for one in incidents if one.brand == view.brand.id), None) or next(iter(incidents), None)
        if incident is None:
            return Drawing()
        say = words(view.screen.language, view.screen.zone)
        told = _reason(incident, view.screen)
        reason = told or say.say("banner.no_reason", brand=view.around.name(incident.brand))
        demo = (("span", {"class": "demo"}, say.say("liveness.demo")),) if incident.demo else ()
        sentence: Node = ("p", {}, _title(incident, told, view, say), ("span", {"class": "reason"}, f" {reason}"))
        return Drawing((("div", {"class": "alarm", "role": "alert", "key": incident.id}, sentence, *demo),))


def _title(incident: Incident, told: str, view: View, say: Words) -> Node:
    """Return what it is, where and since when; the time only in short where the reason tells it anyway."""
    elsewhere = incident.brand != view.brand.id
    title = say.say("banner.about", brand=view.around.name(incident.brand)) if elsewhere else say.say("banner.title")
    time = say.when(began(incident), view.at)
    since: Node = ("span", {"class": "brief"} if time in told else {}, f" {say.say('banner.since', time=time)}")
    state = f", {say.say('banner.acknowledged')}" if incident.state in SEEN else ""
    return ("b", {}, title, since, f"{state}.")


def _reason(incident: Incident, screen: Screen) -> str:
    """Return the reason; it may name authors, so that only those who may read names get it."""
    if not named(screen):
        return ""
    return incident.reason.get(screen.language) or next(iter(incident.reason.values()), "")
