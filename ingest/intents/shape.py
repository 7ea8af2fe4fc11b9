"""The shape of a text that no single word tells: who speaks to whom, how it asks, how it is built."""

import re

from ingest.intents.spelling import LONG, parted


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SELF = _set("ich mir mich mein meine meinen meinem meiner meines i me my mine i'm i've i'd i'll im ive id")
_GROUP = _set("wir uns unser unsere unseren unserem unserer we us our ours we're we've we'd")
_FIRM = _set("ihr euch euer eure euren eurem eurer sie ihnen ihre ihren du dein deine you your yours u ur you're")
_PLEASE = _set("bitte please pls plz kindly")
_MAYBE = _set(
    "waere waeren koennte koenntet koennten wuerde wuerden sollte sollten solltet faende haette haetten "
    "would could should might wish"
)
_HEDGE = _set("aber allerdings dafuer jedoch but though although however")
_FEW, _SOME, _MANY, _CROWD = 4, 8, 16, 32
"""Words of a text by which its length is told."""
_FIGURES, _PARTS = 5, 2
"""More digits, more listed parts or sentences than these are many."""
_STARS = re.compile(
    r"[★⭐☆🌟]|\d\s?/\s?(?:5|10)\b|\b\d (?:von|out of) (?:5|10)\b|\b\d\s?(?:[Ss]terne?|stars?|Stars?)\b"
)
_TITLE = re.compile(r"\A[^.!?:@#\n]{2,48}(?::| [\u2013-]) ")
_RATED = ("★", "⭐", "☆", "🌟", "/", "von", "out of", "tern", "tar")
"""Every text with a rating has one of these."""
_QUOTES = '"„“”«»'
_CAPITALS = re.compile(r"[A-ZÄÖÜ](?<!\w[A-ZÄÖÜ])[A-ZÄÖÜ]{3,}\b")
_MONEY = _set("euro euros eur chf pounds dollars quid")

NAMES = (
    "asks", "asks_last", "asks_twice", "asks_first", "tells_then_asks", "shouts", "shouts_much", "trails_off",
    "unstopped", "shortest", "short", "middle", "long", "longest", "self", "group", "firm", "nobody", "please",
    "maybe", "hedge", "stars", "title", "money", "quote", "link", "handle_first", "handle", "tag", "number",
    "many_numbers", "loud", "lower", "listed", "sentences", "self_and_firm", "self_asks", "firm_asks",
    "please_self", "maybe_firm", "maybe_nobody",
)  # fmt: skip
"""What each column of a shape says."""


def shape(text: str, plain: str) -> tuple[bool, ...]:
    """Return one truth value per name for a text; `plain` is its spelled form."""
    text = text[:LONG]
    words = parted(plain).split()
    bag = set(words)
    asks = plain.count("?")
    end = plain.rstrip(" |")[-1:]
    own, group, firm = not bag.isdisjoint(_SELF), not bag.isdisjoint(_GROUP), not bag.isdisjoint(_FIRM)
    please, maybe = not bag.isdisjoint(_PLEASE), not bag.isdisjoint(_MAYBE)
    us = own or group
    size = len(words)
    first_stop = min((at for at in (plain.find("."), plain.find("?")) if at >= 0), default=-1)
    asks_first = first_stop >= 0 and plain[first_stop] == "?"
    signs = set(text)
    digits = [sign for sign in signs if sign.isdecimal()]
    listed = text.count(",") + text.count(";") + text.count("\u2013") + text.count(". ")
    stops = plain.count(".") + asks
    money = not signs.isdisjoint("€$£%") or not bag.isdisjoint(_MONEY)
    stars = not signs.isdisjoint("★⭐🌟") or (bool(digits) and _rated(text))
    return (
        asks > 0, end == "?", asks > 1, asks_first, asks > 0 and not asks_first, "!" in signs,
        "!!" in text or "?!" in text, "..." in text or "…" in text, end not in ".?",
        size <= _FEW, _FEW < size <= _SOME, _SOME < size <= _MANY, _MANY < size <= _CROWD, size > _CROWD,
        own, group, firm, not (us or firm), please, maybe, not bag.isdisjoint(_HEDGE),
        stars, _TITLE.match(text) is not None, money,
        not signs.isdisjoint(_QUOTES), "http" in text or "www." in text,
        text.startswith("@"), "@" in signs, "#" in signs,
        bool(digits), sum(map(text.count, digits)) > _FIGURES, len(_CAPITALS.findall(text)) > 1, text == text.lower(),
        listed > _PARTS, stops > _PARTS,
        us and firm, us and asks > 0, firm and asks > 0, please and us, maybe and firm, maybe and not (us or firm),
    )  # fmt: skip


def _rated(text: str) -> bool:
    """Say whether a text with figures says how many stars."""
    return any(map(text.__contains__, _RATED)) and _STARS.search(text) is not None
