"""Why it is an incident and what speaks against it: evidence, doubts, drivers, authors, channels, voices."""

from app.domain.reasoning import checks
from app.explained import Explained, Leader, Part, Post, Strong
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.room.case import Case
from dashboard.sign import MARKS, SIGNS

SAFE = ("https://", "http://")
"""How an address begins that a page may lead to."""
HOLDS = {True: ("✓", "p"), False: ("✕", "n"), None: ("?", "s")}


def blocks(case: Case, say: Words) -> tuple[Node, ...]:
    """Return the blocks of the explanation; while there is none, that it is being looked for."""
    told = case.told
    if told is None:
        return (("section", {"key": "why"}, ("h2", {}, say.say("room.why")), ("p", {}, say.say("room.no_why"))),)
    return (
        _why(case, told, say),
        _evidence(told, case, say),
        _against(told, say),
        *((_conditions(told.level, say),) if told.level else ()),
        _people(told, say),
    )


def _why(case: Case, told: Explained, say: Words) -> Node:
    drivers = [f"{one.term} ({say.number(one.count)})" for one in told.drivers]
    drove: tuple[Node, ...] = ()
    if drivers:
        drove = (("p", {"key": "drivers"}, ("b", {}, f"{say.say('sentiment.drivers')}: "), ", ".join(drivers)),)
    return (
        "section",
        {"key": "why", "class": "case-why"},
        ("h2", {"key": "title"}, say.say("room.why")),
        ("p", {"key": "reason"}, case.incident.reason.get(say.language, "")),
        ("p", {"key": "compared"}, told.compared),
        *drove,
        *((("p", {"key": "copied"}, told.copied),) if told.copied else ()),
    )


def _evidence(told: Explained, case: Case, say: Words) -> Node:
    posts = [_post(one, case, say) for one in told.evidence]
    nothing: Node = ("p", {"key": "none", "class": "than"}, say.say("room.no_evidence"))
    return (
        "section",
        {"key": "evidence", "class": "case-evidence"},
        ("h2", {"key": "title"}, say.say("takeover.proofs")),
        *(posts or [nothing]),
    )


def _post(one: Post, case: Case, say: Words) -> Node:
    who = [one.author or "", say.channel(one.channel), say.when(one.published_at, case.now)]
    if one.followers:
        who.append(say.count("newest.followers", one.followers))
    about = " · ".join(filter(None, who))
    link: tuple[Node, ...] = ()
    if one.url and one.url.startswith(SAFE):
        address = {"href": one.url, "rel": "noopener noreferrer", "target": "_blank"}
        link = (" ", ("a", address, say.say("room.open_post")))
    sign: Node = ("i", {"class": "sign", "aria-hidden": "true"}, SIGNS[one.label])
    return (
        "article",
        {"key": one.key, "class": f"post {MARKS[one.label]}"},
        ("p", {"class": "than"}, sign, f" {say.say(f'label.{one.label}')} · {one.reason}"),
        ("p", {"class": "text"}, one.text),
        ("p", {"class": "than"}, about, *link),
    )


def _against(told: Explained, say: Words) -> Node:
    """Return what was tried against it, what it does not stand first."""
    order = sorted(told.counters, key=lambda one: (one.holds is not False, one.holds is None))
    lines = [
        (
            "li",
            {"key": one.doubt, "class": HOLDS[one.holds][1]},
            ("i", {"class": "sign", "aria-hidden": "true"}, HOLDS[one.holds][0]),
            f" {one.reason}",
        )
        for one in order
    ]
    shown: Node = (
        ("ul", {"key": "list", "class": "doubts"}, *lines) if lines else ("p", {"key": "none"}, say.say("room.untried"))
    )
    title: Node = ("h2", {"key": "title"}, checks((one.holds for one in told.counters), say.language))
    return ("section", {"key": "against", "class": "case-against"}, title, shown)


def _conditions(level: Strong, say: Words) -> Node:
    lines = [
        (
            "li",
            {"key": f"{one.level}{one.condition}", "class": "p" if one.met else "s"},
            ("i", {"class": "sign", "aria-hidden": "true"}, "✓" if one.met else "○"),
            f" {say.say('level.of', level=one.level)}: {one.reason}",
        )
        for one in level.conditions
    ]
    return (
        "section",
        {"key": "level", "class": "case-conditions"},
        ("h2", {"key": "title"}, say.say("room.conditions", level=level.value, name=level.name)),
        ("ul", {"key": "list", "class": "doubts"}, *lines),
        ("p", {"key": "source", "class": "than"}, level.source),
    )


def _people(told: Explained, say: Words) -> Node:
    leaders = [_leader(one, say) for one in told.leads]
    channels = [_channel(one, say) for one in told.channels]
    return (
        "section",
        {"key": "people", "class": "case-people"},
        ("h2", {"key": "authors"}, say.say("room.authors")),
        ("ol", {"key": "leads", "class": "ranks"}, *leaders)
        if leaders
        else ("p", {"key": "noleads"}, say.say("room.no_authors")),
        ("h2", {"key": "channels"}, say.say("room.channels")),
        ("ol", {"key": "parts", "class": "ranks"}, *channels),
        *_voices(told, say),
    )


def _leader(one: Leader, say: Words) -> Node:
    name: Node = one.name or one.handle or one.key
    if one.url and one.url.startswith(SAFE):
        name = ("a", {"href": one.url, "rel": "noopener noreferrer", "target": "_blank"}, name)
    about = f"{say.channel(one.channel)} · {say.say('influencers.reason.reach', n=say.short(one.reach))}"
    return _rank(one.key, ("span", {}, name, ("small", {}, f" {about}")), one.share, say)


def _channel(one: Part, say: Words) -> Node:
    return _rank(
        one.channel, ("span", {}, say.channel(one.channel), ("small", {}, f" {say.number(one.posts)}")), one.share, say
    )


def _rank(key: str, name: Node, share: float, say: Words) -> Node:
    bar: Node = ("span", {"class": "meter"}, ("i", {"class": "fill s", "style": {"width": f"{100 * share:.0f}%"}}))
    return ("li", {"key": key}, name, ("b", {}, say.share(round(100 * share), 100)), bar)


def _voices(told: Explained, say: Words) -> tuple[Node, ...]:
    """Return the shares of different posts, reposts and of what looks like one hand, each against all posts."""
    one = told.resonance
    if one is None or not one.posts:
        return ()
    shares = [("voices", one.voices / one.posts), ("reposts", one.reposts)]
    if told.bots is not None:
        shares.append(("bots", told.bots))
    rows = [_rank(name, ("span", {}, say.say(f"room.share.{name}")), min(share, 1.0), say) for name, share in shares]
    title: Node = ("h2", {"key": "shares"}, say.say("room.shares", n=say.number(one.posts)))
    return (title, ("ol", {"key": "voices", "class": "ranks"}, *rows))
