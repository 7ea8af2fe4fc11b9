"""Mistakes that only show when rows are seen together: ids used twice, references to what is not there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app import registry
from app.config.lines import Path
from app.config.nearest import listed, nearest


def across(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every such mistake as (path, sentence)."""
    for part in ("brands", "sources", "walls"):
        yield from _twice(data, part)
    brands = list(dict.fromkeys(row["id"] for _, row in _rows(data, "brands") if isinstance(row.get("id"), str)))
    for index, row in _rows(data, "sources"):
        if row.get("brand") is not None:
            yield from _absent("brand", (row["brand"],), brands, ("sources", index, "brand"))
    for index, row in _rows(data, "walls"):
        yield from _absent("brand", row.get("brands"), brands, ("walls", index, "brands"))
    analysis = data.get("analysis")
    wanted = analysis.get("analyzers") if isinstance(analysis, dict) else ()
    names = registry.names("analyzers")
    yield from _absent("analyzer", wanted, names, ("analysis", "analyzers"))


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
