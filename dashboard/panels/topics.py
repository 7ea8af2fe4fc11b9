"""Topics: what stands out now, by how many people, since when, in what tone, with an example."""

from app.domain.analysis import Label
from app.domain.repertoire import Said
from app.domain.topics import DRIVES, Topic
from app.topics import Found
from dashboard.audience import quoted
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.sign import MARKS, SIGNS
from dashboard.topics import allowed

SHOWN = 4
LONGEST = 160
"""Characters of an example."""
ROWS, QUOTES = (1, 3, 5, 6), (2, 4, 7, 8)
"""What is given up when room is short, the highest first: the later examples, then the later topics."""
LEANS = 0.15
"""Net sentiment from which a topic leans to a side."""


class TopicsPanel:
    """Shows the topics that stand out of the last hour, emerging ones first."""

    name = "topics"
    title = "topics.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return up to four topics, each with its figures, and an example where the audience may see one."""
        say = words(view.screen.language, view.screen.zone)
        title: Node = ("h2", {}, say.say(self.title))
        found = view.around.topics.get(view.brand.id, Found())
        told = [(one, said) for one, said in allowed(found, view.screen.audience) if one.score >= DRIVES]
        told.sort(key=lambda pair: (not pair[0].emerging, -pair[0].score))
        if not quoted(view.screen):
            return Drawing((title, ("p", {"class": "than"}, say.say("newest.unquoted"))))
        if not found.enough:
            return Drawing((title, ("p", {"class": "answer"}, say.say("topics.unknown"))))
        if not told:
            return Drawing((title, ("p", {"class": "answer"}, say.say("topics.none"))))
        rows = [_row(one, said, place, view, say) for place, (one, said) in enumerate(told[:SHOWN])]
        return Drawing((title, ("ol", {"class": "topics", "key": "list"}, *rows)))


def _row(one: Topic, said: Said | None, place: int, view: View, say: Words) -> Node:
    label: Label = "negative" if one.net <= -LEANS else "positive" if one.net >= LEANS else "neutral"
    usual = say.say("topics.usual", n=say.figure(one.expected)) if one.expected >= 1 else say.say("topics.nobody")
    since = say.say("topics.since", time=say.when(one.since, view.at))
    figures = (say.count("topics.people", one.people), usual, since)
    quote: tuple[Node, ...] = ()
    if said is not None:
        shown = say.say("newest.quote", text=_short(said.text))
        quote = (("p", {"class": "quote than", "data-drop": str(QUOTES[place])}, shown),)
    return (
        "li",
        {"key": one.term, "data-drop": str(ROWS[place])},
        (
            "span",
            {"class": f"who {MARKS[label]}"},
            ("i", {"class": "sign"}, SIGNS[label]),
            " ",
            ("b", {"class": "name"}, one.term),
            *((" ", ("span", {"class": "tag"}, say.say("topics.emerging"))) if one.emerging else ()),
        ),
        ("small", {}, say.say("topics.negative", share=say.share(one.negative, one.mentions))),
        ("p", {"class": "than"}, " · ".join(figures)),
        *quote,
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + " …"
