"""The incident banner: on top, in a colour that is never used for data."""

from app.domain.incident import Incident
from app.domain.wall import Screen
from dashboard.audience import named
from dashboard.i18n import words
from dashboard.panel import Drawing, View
from dashboard.storm import began


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
        time = say.when(began(incident), view.at)
        brand = view.around.name(incident.brand)
        if incident.brand != view.brand.id:
            since = say.say("banner.about", brand=brand, time=time)
        else:
            since = say.say("banner.acknowledged" if incident.state == "acknowledged" else "banner.since", time=time)
        reason = _reason(incident, view.screen) or say.say("banner.no_reason", brand=brand)
        demo = (("span", {"class": "demo"}, say.say("liveness.demo")),) if incident.demo else ()
        return Drawing(
            (
                (
                    "div",
                    {"class": "alarm", "role": "alert", "key": incident.id},
                    ("p", {}, ("b", {}, since), *demo),
                    ("p", {"class": "reason"}, reason),
                ),
            )
        )


def _reason(incident: Incident, screen: Screen) -> str:
    """Return the reason; it may name authors, so that only those who may read names get it."""
    if not named(screen):
        return ""
    return incident.reason.get(screen.language) or next(iter(incident.reason.values()), "")
