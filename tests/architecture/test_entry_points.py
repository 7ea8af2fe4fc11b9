import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parents[2]
GROUPS: dict[str, dict[str, str]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
POINTS = [(group, name) for group, points in GROUPS.items() for name in points]


@pytest.mark.parametrize(("group", "name"), POINTS)
def test_every_entry_point_loads(group, name):
    (point,) = entry_points(group=group, name=name)
    assert point.value == GROUPS[group][name], "pyproject.toml changed; reinstall with `make install`"
    assert point.load() is not None


@pytest.mark.parametrize("name", GROUPS["emberwatch.commands"])
def test_every_verb_says_what_it_does(name):
    (point,) = entry_points(group="emberwatch.commands", name=name)
    command = point.load()
    says = command.info.help if isinstance(command, typer.Typer) else command.__doc__
    assert says


@pytest.mark.parametrize("name", GROUPS["emberwatch.services"])
def test_every_service_is_called_as_its_entry_point(name):
    (point,) = entry_points(group="emberwatch.services", name=name)
    assert point.load().name == name
