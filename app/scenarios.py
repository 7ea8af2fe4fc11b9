"""The scenarios of drills that are shipped, read once."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from app.domain.scenario import Calm, Scenario, assert_scenario
from app.errors import NotFound

SHIPPED = Path(__file__).parents[1] / "assets" / "drills"
CALM = "calm.yaml"


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return all that are shipped, by id."""
    return tuple(_read(file) for file in sorted(SHIPPED.glob("*.yaml")) if file.name != CALM)


def scenario(name: str) -> Scenario:
    """Return one by its id; raise `NotFound` with the choices."""
    found = next((one for one in scenarios() if one.id == name), None)
    if found is None:
        choices = ", ".join(one.id for one in scenarios())
        raise NotFound(f"There is no scenario {name[:60]!r}; choose of: {choices}, or name an NDJSON file.")
    return found


@cache
def calm(language: str) -> Calm:
    """Return what is said on any day in `de` or `en`."""
    return msgspec.convert(yaml.safe_load((SHIPPED / CALM).read_text("utf-8")), dict[str, Calm])[language]


def _read(file: Path) -> Scenario:
    made = msgspec.convert(yaml.safe_load(file.read_text("utf-8")), Scenario)
    assert_scenario(made)
    return made
