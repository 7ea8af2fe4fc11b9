import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.config import load, read
from app.errors import ConfigError

FOLDER = Path(__file__).parents[3] / "config"
BAD = sorted(FOLDER.glob("*.yaml"))
WANT = re.compile(r"^# want: (\d+) \| (\S+) \| (.+)$", re.MULTILINE)

GOOD = {
    "site": {"name": "Leitstand", "zone": "Europe/Berlin", "language": "de"},
    "brands": [
        {"id": "nord", "name": "Nord", "query": "nord", "accounts": ["@nord"], "demo": False, "exclude": ["pol"]}
    ],
    "competitors": [
        {"id": "sued", "name": "S", "query": "s", "accounts": ["@s"], "exclude": ["t"], "of": ["nord"], "demo": False}
    ],
    "topics": [{"id": "tarif", "name": "Tarif", "query": "tarif", "brands": ["nord"]}],
    "campaigns": [{"id": "c", "name": "C", "brand": "nord", "query": "c", "start": "2026-11-01", "end": "2026-11-02"}],
    "spam": ["casino"],
    "sources": [
        {
            "id": "a",
            "connector": "tiny",
            "brand": "nord",
            "speed": 2.0,
            "count": 3,
            "url": "wss://example.org/subscribe",
            "words": ["a"],
        }
    ],
    "walls": [{"id": "main", "name": "Main", "brands": ["nord"], "scenes": ["lage"], "dwell": 20.0}],
    "bus": {"partitions": 2, "aof": "always", "lag_limit": 1000, "replicas": 1},
    "ingest": {"spool_limit": 1, "unmatched_limit": 0},
    "analysis": {"languages": ["de"], "analyzers": ["language"], "patience": 5.0},
    "priority": {"weights": {"customer": 20.0}, "thresholds": {"urgent": 70.0}, "urgent_words": ["Rückruf"]},
}


def mistakes(text: str) -> list[tuple[str, int, str]]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return caught.value.mistakes


def test_there_is_a_file_for_many_mistakes():
    assert len(BAD) > 40


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_mistake_is_named_with_path_and_line(path, tiny):
    wanted = WANT.findall(path.read_text())
    with pytest.raises(ConfigError) as caught:
        load(path)
    found = caught.value.mistakes
    assert len(found) == len(wanted) >= 1, str(caught.value)
    for line, where, part in wanted:
        assert any(
            got_where == where and got_line == int(line) and part in sentence for got_where, got_line, sentence in found
        ), f"{line} {where} {part}\n{caught.value}"
    assert "hunter2" not in str(caught.value)


def test_mistakes_come_in_the_order_of_lines(tiny):
    with pytest.raises(ConfigError) as caught:
        load(FOLDER / "five_mistakes.yaml")
    lines = [line for _, line, _ in caught.value.mistakes]
    assert lines == sorted(lines)
    assert str(caught.value).splitlines()[0].startswith(f"{FOLDER / 'five_mistakes.yaml'}:6: site.zone: ")


def test_the_good_file_is_good(tiny):
    assert read(yaml.safe_dump(GOOD)).sources[0].options.speed == 2.0


def places(part: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every key of the good file, by its path."""
    if isinstance(part, dict):
        return [found for key, inner in part.items() for found in [(*path, key), *places(inner, (*path, key))]]
    if isinstance(part, list):
        return [found for index, inner in enumerate(part) for found in places(inner, (*path, index))]
    return []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(place=st.sampled_from(places(GOOD)), data=st.data())
def test_any_misspelt_key_is_named(place, data, tiny):
    key = str(place[-1])
    position = data.draw(st.integers(0, len(key) - 1))
    how = data.draw(st.sampled_from(["drop", "double", "swap", "other"]))
    wrong = {
        "drop": key[:position] + key[position + 1 :],
        "double": key[:position] + key[position] + key[position:],
        "swap": key[:position] + key[position + 1 : position + 2] + key[position] + key[position + 2 :],
        "other": key[:position] + data.draw(st.sampled_from("qxzk")) + key[position + 1 :],
    }[how]
    file = yaml.safe_load(yaml.safe_dump(GOOD))
    row = file
    for step in place[:-1]:
        row = row[step]
    assume(wrong not in row and len(wrong) > 1)
    row[wrong] = row.pop(key)
    found = mistakes(yaml.safe_dump(file))
    assert any(where.endswith(wrong) and f"`{wrong}`" in sentence for where, _, sentence in found), found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.text(alphabet="{}[]:,-#&*!|>'\"%@` \nab1", max_size=80)))
def test_no_text_makes_it_fail_in_another_way(text, tiny):
    try:
        read(text)
    except ConfigError as error:
        assert error.mistakes
        assert all(line >= 1 for _, line, _ in error.mistakes)


def test_nesting_without_end_is_a_mistake():
    assert "nested" in mistakes("a: " + "[" * 5000)[0][2]


def test_a_file_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be read \(No such file"):
        load(tmp_path / "none.yaml")


def test_a_file_that_is_not_text_is_a_mistake(tmp_path):
    (tmp_path / "config.yaml").write_bytes(b"site: {}\nname: \xff\n")
    with pytest.raises(ConfigError, match=":2: file: this is not UTF-8"):
        load(tmp_path / "config.yaml")


def test_a_connector_that_cannot_be_loaded_is_a_mistake(tiny):
    (tiny / "broken-1.0.dist-info").mkdir()
    (tiny / "broken-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (tiny / "broken-1.0.dist-info" / "entry_points.txt").write_text(
        "[emberwatch.connectors]\nbroken = tests.not_there:X\n"
    )
    text = "brands: [{id: n, name: N, query: n}]\nsources: [{id: b, connector: broken}]\n"
    assert "the connector `broken` cannot be loaded" in mistakes(text)[0][2]
