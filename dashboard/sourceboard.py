"""The board of sources at a desk: everything known of each in plain words, with what can be done about it."""

from app.domain.alarm import Alarm
from app.domain.source import SourceState
from dashboard import connectors
from dashboard.i18n import Words
from dashboard.panel import Node
from dashboard.reason import retold
from dashboard.standing import MARKS, SIGNS, Standing, called, pace, standings, why

LATE = 5.0
"""Seconds since the last answer below which a source simply answers."""


def board(sources: tuple[SourceState, ...], alarms: tuple[Alarm, ...], say: Words, now: float) -> tuple[Node, ...]:
    """Return one article a source, those that need somebody first."""
    silent = {one.source: one for one in alarms if one.resolved_at is None}
    found = standings(sources, now)
    if not found:
        return (("p", {"key": "none"}, say.say("sources.none")),)
    return tuple(_article(one, silent.get(one.one.id), sources, say, now) for one in found)


def _article(stands: Standing, alarm: Alarm | None, among: tuple[SourceState, ...], say: Words, now: float) -> Node:
    one = stands.one
    mark = MARKS.get(stands.kind, "s")
    sign: Node = ("i", {"class": "sign", "aria-hidden": "true"}, SIGNS[stands.kind])
    state: Node = ("span", {"class": f"state {mark}"}, sign, f" {say.say(f'sources.state.{stands.kind}')}")
    heading: Node = ("h2", {"id": f"source-{one.id}"}, called(one, say, among), " ", ("small", {}, one.id), " ", state)
    attributes = {"key": one.id, "class": "source", "aria-labelledby": f"source-{one.id}"}
    return (
        "article",
        attributes,
        heading,
        *_alarmed(alarm, say),
        *_reason(stands, say, now),
        ("dl", {"key": "facts"}, *facts(stands, say, now)),
        *_deeds(stands, say),
    )


def _alarmed(alarm: Alarm | None, say: Words) -> tuple[Node, ...]:
    if alarm is None:
        return ()
    told = alarm.reason.get(say.language) or next(iter(alarm.reason.values()), "")
    return (("p", {"key": "alarm", "class": "raised"}, ("b", {}, say.say("liveness.alarm")), f" {told}"),)


def _reason(stands: Standing, say: Words, now: float) -> tuple[Node, ...]:
    """Return why it is silent in a few words, then in the sentence of the connector, which knows the details."""
    told = why(stands, say, now)
    if not told:
        return ()
    since = say.say("sources.since", span=say.span(now - stands.since)) if stands.kind != "quiet" else ""
    ours = f"{since}: {told}" if since else told
    own: tuple[Node, ...] = ()
    if stands.one.reason and stands.kind in {"deaf", "waits"}:
        own = (" ", ("span", {"class": "own"}, *retold(stands.one.reason, say)))
    return (("p", {"key": "why", "class": "why"}, f"{ours[:1].upper()}{ours[1:].rstrip('.')}.", *own),)


def facts(stands: Standing, say: Words, now: float) -> list[Node]:
    """Return what is known of a source as pairs of a word and what stands behind it."""
    one = stands.one
    told = {
        "heard": _ago(one.heard_at or one.last_item_at, say, now, "sources.never"),
        "proved": _ago(one.proved_at, say, now, "sources.unproved"),
        "rate": pace(stands, say) or say.say("sources.no_rate"),
        "usual": "" if one.usual is not None or one.rate is None else say.say("sources.no_usual"),
        "lag": "" if one.lag is None else say.say("sources.seconds", n=say.figure(one.lag)),
        "quota": _quota(one, say, now),
        "items": say.say("sources.counted", received=say.number(one.received), matched=say.number(one.matched)),
        "unreadable": say.number(one.unreadable) if one.unreadable else "",
        "reconnects": say.number(one.reconnects) if one.reconnects else "",
    }
    pairs = [_pair(key, value, say) for key, value in told.items() if value]
    return [*pairs, *_gaps(one, say, now), *_terms(one, say)]


def _pair(key: str, value: str, say: Words) -> Node:
    return ("div", {"key": key}, ("dt", {}, say.say(f"sources.fact.{key}")), ("dd", {}, value))


def _ago(at: float | None, say: Words, now: float, otherwise: str) -> str:
    return say.say(otherwise) if at is None else say.say("sources.ago", span=say.span(now - at))


def _quota(one: SourceState, say: Words, now: float) -> str:
    if one.quota is None:
        return ""
    left, limit = say.number(one.quota.left), say.number(one.quota.limit)
    if one.quota.resets_at is None or one.quota.resets_at <= now:
        return say.say("sources.quota", left=left, limit=limit)
    return say.say("sources.quota_until", left=left, limit=limit, time=say.when(one.quota.resets_at, now))


def _gaps(one: SourceState, say: Words, now: float) -> list[Node]:
    if not one.gaps:
        return []
    each = [
        ("li", {"key": str(gap.since)}, f"{say.when(gap.since, now)} \u2013 {say.when(gap.until, now)}: ",
         *retold(gap.reason, say))
        for gap in one.gaps
    ]  # fmt: skip
    return [("div", {"key": "gaps"}, ("dt", {}, say.say("sources.fact.gaps")), ("dd", {}, ("ul", {}, *each)))]


def _terms(one: SourceState, say: Words) -> list[Node]:
    terms = connectors.terms_of(one.connector)
    if terms is None:
        return []
    kept = say.say("sources.days", n=say.figure(terms["days"])) if terms["days"] is not None else ""
    deleted = say.choose(f"sources.deletions.{terms['deletions']}", "")
    ours = say.choose(f"terms.{one.connector}", "")
    stored: Node = ours or ("span", {"lang": "en"}, terms["stored"])
    told: tuple[Node, ...] = (stored, " ", " ".join(filter(None, (kept, deleted))))
    return [("div", {"key": "terms", "class": "wide"}, ("dt", {}, say.say("sources.fact.terms")), ("dd", {}, *told))]


def _deeds(stands: Standing, say: Words) -> tuple[Node, ...]:
    one = stands.one
    held = stands.kind == "held"
    act = "resume" if held else "pause"

    def button(deed: str) -> Node:
        words = say.say(f"sources.{deed}")
        kept = "hold" if deed == act else deed  # one button, so that the focus stays on it when it turns
        attributes = {"key": kept, "type": "button", "data-act": deed, "data-source": one.id}
        return ("button", {**attributes, "aria-label": f"{words}: {one.id}"}, words)

    page = {"key": "docs", "href": f"{connectors.page_of(one.connector)}?lang={say.language}"}
    kind = "told" if one.passive else "rewinds" if connectors.rewinds(one.connector) else "lost"
    return (
        (
            "div",
            {"key": "deeds", "class": "buttons"},
            button("test"),
            button(act),
            ("a", page, say.say("sources.docs")),
        ),
        ("p", {"key": "effect", "class": "help"}, "" if held else say.say(f"sources.effect.{kind}")),
        ("p", {"key": "said", "class": "said figure", "id": f"said-{one.id}", "role": "status"}),
    )
