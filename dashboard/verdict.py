"""Does everybody listen, and if not, who does not and why: in one sentence."""

from app.domain.wall import Screen
from dashboard.i18n import Words, words
from dashboard.standing import ABLE, Standing, called, standings, why
from dashboard.surroundings import Surroundings

NAMED = 3
"""Sources whose silence is told one by one."""


def answer(around: Surroundings, screen: Screen) -> tuple[str, str, str]:
    """Return the verdict, who or why, and the class of its colour."""
    say, now = words(screen.language, screen.zone), around.server_time
    found = standings(around.sources, now)
    bad = [one for one in found if one.bad]
    able = [one for one in found if one.kind in ABLE]
    rest = say.count("hearing.rest", len(able)) if able else ""
    if not found:
        return say.say("hearing.none"), say.say("hearing.none_why"), "s"
    if len(bad) == 1:
        return _of_one(around, say, bad[0]), f"{why(bad[0], say, now).rstrip('.?')}. {rest}".strip(), "n"
    if bad:
        each = ", ".join(
            say.say("hearing.each", name=called(one.one, say, around.sources), span=say.span(now - one.since))
            for one in bad[:NAMED]
        )
        return say.say("hearing.many", n=len(bad), of=len(found)), f"{each}.", "n"
    held = [called(one.one, say, around.sources) for one in found if one.kind == "held"]
    told = say.say("hearing.held", name=", ".join(held)) if held else ""
    if not able:
        return told or say.say("hearing.starting"), "", "s"
    listens = say.count("hearing.rest" if held else "hearing.all", len(able))
    return listens, told or say.say("hearing.all_why"), ""


def _of_one(around: Surroundings, say: Words, bad: Standing) -> str:
    now = around.server_time
    key = "hearing.hushed" if bad.kind == "hushed" else "hearing.one"
    return say.say(key, name=called(bad.one, say, around.sources), span=say.span(now - bad.since))
