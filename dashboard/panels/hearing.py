"""The answer of the scene of sources: does everybody listen, and if not, who does not and why."""

from dashboard.i18n import words
from dashboard.panel import Drawing, View
from dashboard.standing import ABLE, Standing, called, standings, why

NAMED = 3
"""Sources whose silence is told one by one."""


class HearingPanel:
    """Says in one sentence whether silence means that nothing was said."""

    name = "hearing"
    title = "hearing.title"
    slot = "head"

    def draw(self, view: View) -> Drawing:
        """Return the sentence: the verdict, then who or why."""
        verdict, reason, mark = _answer(view)
        lead = ("span", {"class": "lead", "key": "lead"}, ("b", {"class": mark}, verdict))
        return Drawing((("h1", {"key": "answer"}, lead, " ", ("span", {"class": "hint", "data-drop": "1"}, reason)),))


def _answer(view: View) -> tuple[str, str, str]:
    say, now = words(view.screen.language, view.screen.zone), view.around.server_time
    found = standings(view.around.sources, now)
    bad = [one for one in found if one.bad]
    able = [one for one in found if one.kind in ABLE]
    rest = say.count("hearing.rest", len(able)) if able else ""
    if not found:
        return say.say("hearing.none"), say.say("hearing.none_why"), "s"
    if len(bad) == 1:
        return _of_one(view, bad[0]), f"{why(bad[0], say, now).rstrip('.?')}. {rest}".strip(), "n"
    if bad:
        each = ", ".join(
            say.say("hearing.each", name=called(one.one, say, view.around.sources), span=say.span(now - one.since))
            for one in bad[:NAMED]
        )
        return say.say("hearing.many", n=len(bad), of=len(found)), f"{each}.", "n"
    held = [called(one.one, say, view.around.sources) for one in found if one.kind == "held"]
    told = say.say("hearing.held", name=", ".join(held)) if held else ""
    if not able:
        return told or say.say("hearing.starting"), "", "s"
    listens = say.count("hearing.rest" if held else "hearing.all", len(able))
    return listens, told or say.say("hearing.all_why"), ""


def _of_one(view: View, bad: Standing) -> str:
    say, now = words(view.screen.language, view.screen.zone), view.around.server_time
    key = "hearing.hushed" if bad.kind == "hushed" else "hearing.one"
    return say.say(key, name=called(bad.one, say, view.around.sources), span=say.span(now - bad.since))
