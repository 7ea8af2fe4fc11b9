"""Extensions by entry point: ours come in by the same door as a stranger's."""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from app.errors import UnknownExtension


@cache
def names(group: str) -> tuple[str, ...]:
    """Return the sorted names in `emberwatch.<group>`."""
    return tuple(sorted({point.name for point in entry_points(group=f"emberwatch.{group}")}))


@cache
def load(group: str, name: str) -> Any:
    """Return the object registered as `name` in `emberwatch.<group>`; raise `UnknownExtension` with the choices."""
    for point in entry_points(group=f"emberwatch.{group}"):
        if point.name == name:
            return point.load()
    choices = ", ".join(names(group)) or "none"
    raise UnknownExtension(
        f"There is no {name!r} in emberwatch.{group}. Choose one of: {choices}. "
        "If you have just added its line to pyproject.toml, reinstall the package: an entry point is seen only then."
    )


def load_all(group: str) -> dict[str, Any]:
    """Return every extension of `emberwatch.<group>` by name."""
    return {name: load(group, name) for name in names(group)}
