"""One configuration out of config.yaml and what was saved over it: the last change wins wherever it was made."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from app.config.model import Config, Source
from app.domain.brand import EVERY, Brand, Campaign, Topic
from app.domain.rule import Rule
from app.domain.saved import Kind, Row, Saved, id_of, kind_of, mark
from app.domain.wall import Wall

Part = TypeVar("Part", Brand, Topic, Campaign, Rule)
Place = tuple[Kind, str]
"""Part of the watchlist and id."""


class Merged(NamedTuple):
    """What is in force, which rows of it were saved, and what was left out because it does not fit with the others."""

    config: Config
    saved: frozenset[Place]
    unfit: dict[Place, str]
    """Where → why, as a sentence."""


def row_of(config: Config, kind: Kind, name: str) -> Row | None:
    """Return a row of a configuration, None if it has no such row."""
    if kind == "spam":
        return config.spam or None
    rows: Sequence[Brand | Topic | Campaign | Rule] = getattr(config, kind)
    return next((row for row in rows if row.id == name), None)


def merged(file: Config, saved: Iterable[Saved]) -> Merged:
    """Put what was saved over a file; a row of the file that is not the one that was saved over wins.

    What was saved as the file states it is the file's own. What does not fit any more, such as a campaign whose brand
    went, is left out.
    """
    rows: dict[Place, Row] = {(kind_of(row), id_of(row)): row for row in _rows(file)}
    over = [one for one in saved if one.replaced == mark(rows.get((one.kind, one.id))) and not _as_stated(one, rows)]
    for one in over:
        if one.row:
            rows[one.kind, one.id] = one.row
        else:
            rows.pop((one.kind, one.id), None)
    unfit: dict[Place, str] = {}
    brands = _of(rows, "brands", Brand)
    if not brands:
        unfit["brands", ""] = "No brand would be left; those of config.yaml stay."
        brands = file.brands
    ours = {brand.id for brand in brands}
    rivals = tuple(_rivals(_of(rows, "competitors", Brand), ours, unfit))
    known = ours | {rival.id for rival in rivals}
    topics = tuple(_topics(_of(rows, "topics", Topic), known, unfit))
    campaigns = tuple(_campaigns(_of(rows, "campaigns", Campaign), ours, topics, unfit))
    rules = tuple(
        _ruling(
            _of(rows, "rules", Rule),
            ours,
            {topic.id for topic in topics} | {campaign.id for campaign in campaigns},
            unfit,
        )
    )
    spam = rows.get(("spam", ""), ())
    update = {
        "brands": brands,
        "competitors": rivals,
        "topics": topics,
        "campaigns": campaigns,
        "rules": rules,
        "spam": spam,
        "sources": tuple(_sources(file.sources, known, unfit)),
        "walls": tuple(_wall(wall, tuple(brand.id for brand in brands), known) for wall in file.walls),
    }
    kept = frozenset((one.kind, one.id) for one in over if one.row)
    return Merged(file.model_copy(update=update), kept, unfit)


def _as_stated(saved: Saved, rows: dict[Place, Row]) -> bool:
    return saved.row == rows.get((saved.kind, saved.id), () if saved.kind == "spam" else None)


def _rows(file: Config) -> Iterator[Row]:
    yield from file.brands
    yield from file.competitors
    yield from file.topics
    yield from file.campaigns
    yield from file.rules
    if file.spam:
        yield file.spam


def _of(rows: dict[Place, Row], kind: Kind, part: type[Part]) -> tuple[Part, ...]:
    return tuple(row for (one, _), row in rows.items() if one == kind and isinstance(row, part))


def _rivals(rivals: Iterable[Brand], ours: set[str], unfit: dict[Place, str]) -> Iterator[Brand]:
    for rival in rivals:
        left = tuple(one for one in rival.rivals if one == EVERY or one in ours)
        if rival.id in ours:
            unfit["competitors", rival.id] = f"The competitor {rival.id} has the id of a brand; one needs another."
        elif not left:
            unfit["competitors", rival.id] = f"The competitor {rival.id} is of brands that are not watched any more."
        else:
            yield replace(rival, rivals=left)


def _topics(topics: Iterable[Topic], known: set[str], unfit: dict[Place, str]) -> Iterator[Topic]:
    for topic in topics:
        left = tuple(one for one in topic.brands if one in known)
        if topic.brands and not left:
            unfit["topics", topic.id] = f"The topic {topic.id} is of brands that are not watched any more."
        else:
            yield replace(topic, brands=left)


def _campaigns(
    campaigns: Iterable[Campaign], ours: set[str], topics: Iterable[Topic], unfit: dict[Place, str]
) -> Iterator[Campaign]:
    taken = {topic.id: topic.brands for topic in topics}
    for one in campaigns:
        among = taken.get(one.id)
        if one.brand not in ours:
            unfit["campaigns", one.id] = f"The campaign {one.id} is of the brand {one.brand}, which is not watched."
        elif among is not None and (not among or one.brand in among):
            unfit["campaigns", one.id] = f"The campaign {one.id} has the id of a topic of {one.brand}; take another."
        else:
            yield one


def _ruling(rules: Iterable[Rule], ours: set[str], parts: set[str], unfit: dict[Place, str]) -> Iterator[Rule]:
    for rule in rules:
        left = tuple(one for one in rule.brands if one in ours)
        if rule.brands and not left:
            unfit["rules", rule.id] = f"The rule {rule.id} is of brands that are not watched any more."
        elif rule.topic is not None and rule.topic not in parts:
            unfit["rules", rule.id] = f"The rule {rule.id} is of {rule.topic}, which is no topic or campaign any more."
        else:
            yield replace(rule, brands=left)


def _sources(sources: Iterable[Source], known: set[str], unfit: dict[Place, str]) -> Iterator[Source]:
    for source in sources:
        if source.brand is None or source.brand in known:
            yield source
        else:
            unfit["brands", source.brand] = (
                f"The source {source.id} is bound to the brand {source.brand}, which is not watched any more."
            )


def _wall(wall: Wall, ours: tuple[str, ...], known: set[str]) -> Wall:
    """Return a wall with the brands it can show; if none of them is left, with all of ours."""
    left = tuple(one for one in wall.brands if one in known)
    return replace(wall, brands=ours if wall.every or not left else left)
