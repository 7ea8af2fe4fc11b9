"""The newest mentions as cards."""

from app.domain.analysis import AnalysedMention
from app.domain.mention import reach
from app.domain.priority import Level
from dashboard.audience import named, quoted
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.sign import MARKS

MANY = 500
"""Followers from which on they are worth a word."""

CALM = 5.0
"""Seconds in whose steps the age of a card grows."""

ALERTS: dict[Level, str] = {"urgent": "!!", "high": "!"}
"""Levels that are worth a sign on a card."""

LONGEST = 200
"""Characters of a card; the rest is cut with an ellipsis."""


class NewestPanel:
    """Shows at most one new card per 3 s; the rest is counted."""

    name = "newest"
    title = "newest.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return cards, newest first; what does not fit is dropped from the end."""
        say = words(view.screen.language, view.screen.zone)
        cards = view.state.cards.shown if quoted(view.screen) else ()
        recent = sum(1 for card in cards if card.mention.published_at > view.at - 60)
        rest = max(0, view.state.rate(view.at) - recent)
        count: tuple[Node, ...] = (" · ", ("b", {}, say.say("newest.rest", n=say.number(rest)))) if rest else ()
        title: Node = ("h2", {}, say.say(self.title), *count)
        if not cards:
            nothing = say.say("newest.none" if quoted(view.screen) else "newest.unquoted")
            return Drawing((title, ("p", {"class": "than"}, nothing)))
        return Drawing(
            (title, ("div", {"class": "cards", "key": "cards"}, *(_card(c, i, view, say) for i, c in enumerate(cards))))
        )


def _card(card: AnalysedMention, place: int, view: View, say: Words) -> Node:
    mention = card.mention
    text = " ".join(mention.text.split())
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rsplit(" ", 1)[0] + " …"
    level = view.around.urgency.of(card, view.at).level
    about = [say.channel(mention.channel), say.say("newest.ago", age=say.span(_calm(view.at - mention.published_at)))]
    if named(view.screen) and reach(mention) >= MANY:
        about.append(say.count("newest.followers", reach(mention)))
    return (
        "div",
        {"class": f"card {MARKS[card.analysis.sentiment.label]}", "key": mention.key, "data-drop": str(place)},
        ("p", {"class": "quote"}, say.say("newest.quote", text=text)),
        ("p", {"class": "than"}, *_alert(level, say), " · ".join(about)),
    )


def _alert(level: Level, say: Words) -> tuple[Node, ...]:
    """Return sign and word of what cannot wait; the rest stays calm."""
    if level not in ALERTS:
        return ()
    return (("b", {"class": f"alert {level}"}, f"{ALERTS[level]} {say.say(f'priority.{level}')}"), " · ")


def _calm(age: float) -> float:
    """Return an age in steps of 5 s, so that a card does not change every second."""
    return age // CALM * CALM if age >= CALM else max(1.0, age)
