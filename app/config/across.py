"""Mistakes that only show when rows are seen together: ids used twice, references to what is not there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from app import registry
from app.config import period
from app.config.nearest import listed, nearest
from app.config.quick import Path
from app.domain.priority import LEVELS, Thresholds

MOST = 5_000
"""Queries of brands, competitors, topics and campaigns, those that exclude not counted."""


LANGUAGE = "language"
SENTIMENT = ("sentiment", "lexicon", "transformer")
"""Analyzers of which one is enough: each falls back to a simpler one by itself."""


def across(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every such mistake as (path, sentence)."""
    for part in ("brands", "competitors", "topics", "campaigns", "rules", "sources", "walls"):
        yield from _twice(data, part)
    brands, rivals = _ids(data, "brands"), _ids(data, "competitors")
    for index, row in _rows(data, "competitors"):
        if row.get("id") in brands:
            place = f"brands[{list(brands).index(row['id'])}]"
            yield ("competitors", index, "id"), f"the id `{row['id']}` is taken by {place}; every id is used once"
        yield from _absent("brand", row.get("of"), brands, ("competitors", index, "of"))
    for index, row in _rows(data, "sources"):
        if row.get("brand") is not None:
            yield from _absent("brand", (row["brand"],), brands + rivals, ("sources", index, "brand"))
    for part in ("walls", "topics"):
        for index, row in _rows(data, part):
            yield from _absent("brand", row.get("brands"), brands + rivals, (part, index, "brands"))
    yield from _campaigns(data, brands)
    yield from _rules(data, brands)
    yield from _too_many(data)
    yield from _levels(data)
    analysis = data.get("analysis")
    analysis = analysis if isinstance(analysis, dict) else {}
    wanted = analysis.get("analyzers", ())
    names = registry.names("analyzers")
    yield from _absent("analyzer", wanted, names, ("analysis", "analyzers"))
    yield from _order(wanted)
    if isinstance(wanted, tuple) and "transformer" in wanted and not analysis.get("transformer"):
        path = ("analysis", "analyzers", wanted.index("transformer"))
        yield path, "`transformer` needs a model; name it in `analysis.transformer`: {model: …, tokenizer: …}"


def _order(wanted: Any) -> Iterator[tuple[Path, str]]:
    """Yield analyzers named twice, `language` after others, which need it, and a second one that judges sentiment."""
    names = wanted if isinstance(wanted, tuple) else ()
    for place, name in enumerate(names):
        judges = [one for one in names[:place] if one in SENTIMENT]
        said = ""
        if name in names[:place]:
            said = f"`{name}` is named twice; each analyzer runs once"
        elif name == LANGUAGE and place:
            said = f"`{name}` has to come first: the others read a text in its language"
        elif name in SENTIMENT and judges:
            said = f"`{name}` would judge again what `{judges[0]}` has judged; name one of {', '.join(SENTIMENT)}"
        if said:
            yield ("analysis", "analyzers", place), said


def _levels(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield a level that would begin where a graver one has begun already."""
    section = data.get("priority")
    given = section.get("thresholds") if isinstance(section, dict) else None
    if not isinstance(given, dict):
        return
    bounds = {name: given.get(name, getattr(Thresholds(), name)) for name in LEVELS[:-1]}
    for graver, name in pairwise(bounds):
        pair = bounds[graver], bounds[name]
        if all(isinstance(one, int | float) for one in pair) and pair[1] >= pair[0]:
            at = name if name in given else graver
            yield ("priority", "thresholds", at), f"`{name}` ({pair[1]:g}) has to be less than `{graver}` ({pair[0]:g})"


def _campaigns(data: Mapping[str, Any], brands: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield campaigns of nobody, under the id of a topic of their brand, or that end before they start."""
    topics = {str(row.get("id")): (index, row.get("brands")) for index, row in _rows(data, "topics")}
    for index, row in _rows(data, "campaigns"):
        if row.get("brand") is not None:
            yield from _absent("brand", (row["brand"],), brands, ("campaigns", index, "brand"))
        place, among = topics.get(str(row.get("id")), (0, ()))
        if not isinstance(among, tuple) or row.get("brand") in among:
            yield (
                ("campaigns", index, "id"),
                f"the id `{row['id']}` is taken by topics[{place}]; topics and campaigns of a brand need different ids",
            )
        with suppress(ValueError, KeyError, OverflowError):
            if period.end(period.moment(row["end"]), "UTC") <= period.begin(period.moment(row["start"]), "UTC"):
                yield (
                    ("campaigns", index, "end"),
                    "it ends before it starts; the end is the last day, or a later instant",
                )


def _rules(data: Mapping[str, Any], brands: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield rules of brands that are none, or of topics and campaigns that are none."""
    parts = [*_ids(data, "topics"), *_ids(data, "campaigns")]
    for index, row in _rows(data, "rules"):
        yield from _absent("brand", row.get("brands"), brands, ("rules", index, "brands"))
        if isinstance(row.get("topic"), str) and row["topic"] not in parts:
            hint = nearest(row["topic"], parts)
            yield ("rules", index, "topic"), f"there is no topic or campaign `{row['topic']}`;{hint} name one of those"


def _too_many(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    number = 0
    for part in ("brands", "competitors", "topics", "campaigns"):
        for index, _ in _rows(data, part):
            number += 1
            if number == MOST + 1:
                yield (part, index), f"at most {MOST:,} queries are watched at once, of all brands and parts together"


def _ids(data: Mapping[str, Any], part: str) -> list[str]:
    return list(dict.fromkeys(row["id"] for _, row in _rows(data, part) if isinstance(row.get("id"), str)))


def _twice(data: Mapping[str, Any], part: str) -> Iterator[tuple[Path, str]]:
    seen: dict[str, int] = {}
    for index, row in _rows(data, part):
        name = row.get("id")
        if isinstance(name, str) and seen.setdefault(name, index) != index:
            yield (part, index, "id"), f"the id `{name}` is taken by {part}[{seen[name]}]; every id is used once"


def _absent(kind: str, wanted: Any, choices: Sequence[str], path: Path) -> Iterator[tuple[Path, str]]:
    for place, name in enumerate(wanted if isinstance(wanted, tuple) else ()):
        if isinstance(name, str) and name not in choices:
            offer = listed(choices) if choices else f"there are no {kind}s yet"
            yield (
                (path if path[-1] == "brand" else (*path, place)),
                f"there is no {kind} `{name}`;{nearest(name, choices)} {offer}",
            )


def _rows(data: Mapping[str, Any], part: str) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = data.get(part)
    return ((i, row) for i, row in enumerate(rows if isinstance(rows, tuple) else ()) if isinstance(row, dict))
