"""The manual of rules: what it shows can be read, and it names every figure."""

import re
from pathlib import Path

import pytest

from app.domain.condition_reading import parse
from app.domain.figures import FIGURES
from app.errors import QueryError

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
SHOWN = re.compile(r"```rule\n(.*?)```", re.DOTALL)


def unreadable(text: str) -> list[str]:
    found = []
    for line in "".join(SHOWN.findall(text)).splitlines():
        try:
            assert parse(str(parse(line))) == parse(line)
        except QueryError:
            found.append(line)
    return found


def unnamed(text: str) -> list[str]:
    return [name for name in FIGURES if f"`{name}`" not in text]


def test_the_examples_can_be_read() -> None:
    assert unreadable(PAGE.read_text("utf-8")) == []


def test_every_figure_is_named() -> None:
    assert unnamed(PAGE.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("check", "planted"), [(unreadable, "```rule\nmention(15m) > 5\n```"), (unnamed, "`mentions`")]
)
def test_planted_faults_are_caught(check, planted) -> None:  # type: ignore[no-untyped-def] # two checkers of one shape
    assert check(planted)
