"""Ready-made views, states and deltas for the tests of the dashboard."""

from app.bus.port import Delta, Snapshot
from app.domain.analysis import AnalysedMention, Analysis, Sentiment
from app.domain.brand import Brand
from app.domain.mention import Author, Mention
from app.domain.tally import contribution, profile, reduce
from app.domain.usual import Usual, UsualMinute
from app.domain.wall import Screen
from dashboard.panel import View
from dashboard.state import BrandState, State
from dashboard.surroundings import Surroundings

NOON = 1_795_000_020.0
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht")
OTHER = Brand("other", "Other", "other")


def said(number, at, label="neutral", author="karla", followers=100, terms=(), brands=("nordlicht",), **more):
    mention = Mention(
        "bluesky", str(number), at, more.pop("text", f"Text {number}"), Author(author, None, author, followers),
        key=f"key{number}", brands=brands, **more,
    )  # fmt: skip
    return AnalysedMention(mention, Analysis("de", Sentiment(label, 0.2, 0.6, 0.2), terms=terms))


def delta(seq, mentions=(), watermark=NOON, gone=(), partition=0):
    tally = reduce(contribution(one, one.mention.author.id) for one in mentions)
    profiles = {one.mention.author.id: profile(one.mention.author, one.mention.channel) for one in mentions}
    return Delta(partition, seq, watermark, tally, tuple(mentions), tuple(gone), profiles)


def snapshot(seq, mentions=(), watermark=NOON):
    made = delta(seq, mentions, watermark)
    newest = sorted(mentions, key=lambda one: -one.mention.published_at)
    by_brand = {b: tuple(one for one in newest if b in one.mention.brands) for b in ("nordlicht", "other")}
    return Snapshot({0: seq}, watermark, made.tally, by_brand, made.profiles)


def brand_state(mentions=(), at=NOON):
    state = State([BRAND.id])
    state.load(snapshot(1, list(mentions)), at)
    return state.brands[BRAND.id]


def usual(low=38.0, high=51.0, basis=86_400.0):
    first = int(NOON // 60 * 60) - 3600
    return Usual(
        BRAND.id,
        NOON,
        tuple(UsualMinute(s, low, (low + high) / 2, high) for s in range(first, first + 4500, 60)),
        basis,
    )


def view(state: BrandState | None = None, *, language="de", audience="control", theme="dark", **around):
    around = {"brands": (BRAND, OTHER), "watermark": NOON, "server_time": NOON} | around
    screen = Screen("main", language, "Europe/Berlin", audience, theme)
    return View(BRAND, state or brand_state(), Surroundings(**around), screen, NOON)


def text(nodes) -> str:
    """Return what a drawing says; a space that does not break is a space."""
    if isinstance(nodes, str):
        return nodes.replace("\u00a0", " ")
    if nodes and isinstance(nodes[0], str) and len(nodes) > 1 and isinstance(nodes[1], dict):
        return "".join(text(child) for child in nodes[2:])
    return " ".join(text(node) for node in nodes)
