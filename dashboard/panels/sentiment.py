"""Sentiment of the last hour: shares in fixed order with sign and word, and the driver terms."""

from app.domain.analysis import Label
from dashboard.audience import quoted
from dashboard.drivers import drivers
from dashboard.i18n import Words, words
from dashboard.panel import Drawing, Node, View
from dashboard.sign import MARKS, SIGNS
from dashboard.state import Shares

ORDER: tuple[Label, ...] = ("negative", "uncertain", "neutral", "positive")


class SentimentPanel:
    """Shows to which side a brand's mentions lean, and what drives them."""

    name = "sentiment"
    title = "sentiment.title"
    slot = "main"

    def draw(self, view: View) -> Drawing:
        """Return the bar with its words, then the drivers."""
        say = words(view.screen.language, view.screen.zone)
        shares = view.state.shares(view.at)
        title: Node = ("h2", {}, say.say(self.title))
        if not shares.total:
            return Drawing((title, ("p", {"class": "than"}, say.say("sentiment.none"))))
        said = _drivers(drivers(view), say) if quoted(view.screen) else ()
        return Drawing((title, _bar(shares), *_words(shares, say), *_voices(view, say), *said))


def _bar(shares: Shares) -> Node:
    parts = [
        ("i", {"class": f"fill {MARKS[label]}", "key": label, "style": {"flexGrow": getattr(shares, label)}})
        for label in ORDER
        if getattr(shares, label)
    ]
    return ("div", {"class": "bars", "key": "bars"}, *parts)


def _words(shares: Shares, say: Words) -> tuple[Node, Node]:
    def one(label: Label) -> Node:
        figure = say.share(getattr(shares, label), shares.total)
        sign: Node = ("i", {"class": "swatch"}) if label == "uncertain" else ("i", {"class": "sign"}, SIGNS[label])
        return (
            "span",
            {"class": MARKS[label], "key": label},
            sign,
            f" {say.say(f'label.{label}')} ",
            ("b", {}, figure),
        )

    return (
        ("div", {"class": "key", "key": "poles"}, one("negative"), one("positive")),
        ("div", {"class": "key", "key": "middle"}, one("neutral"), one("uncertain")),
    )


def _voices(view: View, say: Words) -> tuple[Node, ...]:
    """Return how many voices are behind the posts; nothing where nobody looks for copies.

    Where room is short the title of the drivers gives way, then the drivers: in a storm the headline names them.
    """
    found = view.state.resonance.at(view.at)
    if not found.told:
        return ()
    posts = say.count("sentiment.posts", found.posts)
    voices = say.count("sentiment.voices", found.voices)
    return (("p", {"class": "than", "key": "voices"}, f"{posts} · {voices}"),)


def _drivers(terms: list[str], say: Words) -> tuple[Node, Node]:
    named = " · ".join(terms) if terms else say.say("sentiment.no_drivers")
    return (
        ("h2", {"class": "low", "data-drop": "2", "key": "drivers"}, say.say("sentiment.drivers")),
        ("div", {"class": "terms low" if terms else "than low", "data-drop": "1", "key": "terms"}, named),
    )
