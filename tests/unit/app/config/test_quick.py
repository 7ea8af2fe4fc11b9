"""The quick way through YAML says what the slow way says, or leaves the file to it."""

from pathlib import Path

import pytest

from app.config import quick
from app.config.lines import read_carefully, read_yaml
from app.config.quick import read_quickly

PLAIN = (
    "",
    "a",
    "# only a comment\n",
    "- a\n- b: 1\n  c: [1, 2.5, yes, ~, 2026-11-01, 0x10]\n",
    "a: !!str 1\nb: !!int '3'\nc: ! 1\nd: '1'\ne: |\n  text\n  more\n",
    "a:\nb:\n- \n- x\n",
    "1: a\ntrue: c\n",
    "\ufeffk: {a, b: [c: d, '#e']}\n",
)
UNUSUAL = (
    "a: &x 1\nb: *x",
    "a: 1\na: 2",
    "'1': a\n1: b",
    "? [a]\n: 1",
    "a:\t1",
    "a: 1\n---\nb: 2\n",
    "a: !!binary x\n",
    "a: !foo x",
    "a: 2026-99-99",
    "a: b: c",
    "a: @b",
    "a: \x07",
    "a: \ud800",
    "[" * 20_000,
    "- " * 20_000,
    "{a: " * 60 + "1" + "}" * 60,
)
FILES = sorted((Path(__file__).parents[3] / "config").glob("*.yaml"))


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_is_read_quickly_with_the_same_lines(text):
    assert read_quickly(text) is not None
    assert read_yaml(text) == read_carefully(text)
    assert repr(read_yaml(text).data) == repr(read_carefully(text).data)


@pytest.mark.parametrize("text", UNUSUAL, ids=range(len(UNUSUAL)))
def test_what_is_not_is_left_to_the_slow_way_however_deep_it_nests(text):
    assert read_quickly(text) is None
    assert read_yaml(text) == read_carefully(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_is_found_as_before(path):
    text = path.read_bytes().decode("utf-8", "replace")
    assert read_yaml(text) == read_carefully(text)


def test_without_libyaml_everything_goes_the_slow_way(monkeypatch):
    monkeypatch.setattr(quick.yaml, "__with_libyaml__", False)
    assert read_quickly("a: 1") is None
    assert read_yaml("a: 1").data == {"a": 1}
