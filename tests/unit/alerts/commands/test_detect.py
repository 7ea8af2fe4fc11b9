"""`emberwatch detect`, as a user calls it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from alerts.commands.detect import command
from alerts.detection.storms import ordinary, storm
from app.errors import WrongInput

START = 1_793_577_600
APP = typer.Typer()
APP.command()(command)


def series(path: Path, counts, step: int = 300) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        f"{np.datetime64(START + step * n, 's')!s},{int(count)}".replace("T", " ") for n, count in enumerate(counts)
    )
    path.write_text("timestamp,value\n" + "\n".join(rows) + "\n")
    return path


def stormy(days: int = 9) -> np.ndarray:
    chance = np.random.default_rng(4)
    counts = ordinary(300, days, chance, bursts=0)
    grown = storm("cascade", 64, 300, 300, 400, chance)
    counts[2100 : 2100 + len(grown)] += grown[: len(counts) - 2100]
    return counts


def detect(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(APP, [str(one) for one in arguments])
    if isinstance(result.exception, WrongInput):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_one_file_gets_its_rows_back_with_expected_risk_and_alarm(tmp_path):
    source = series(tmp_path / "in.csv", stormy())
    said = detect(source, "--out", tmp_path / "out.csv")
    assert "1 of 1 files judged: 2592 rows" in said
    found = rows(tmp_path / "out.csv")
    assert [(row["timestamp"], row["value"]) for row in found] == [(r["timestamp"], r["value"]) for r in rows(source)]
    alarms = [place for place, row in enumerate(found) if row["alarm"] == "1"]
    assert any(2100 <= place < 2130 for place in alarms)
    assert float(found[1800]["expected"]) == pytest.approx(25, rel=0.9)
    assert max(float(row["risk"]) for row in found[2100:2200]) > 2


def test_causal_a_file_cut_short_says_the_same_of_what_is_left(tmp_path):
    counts = stormy()
    detect(series(tmp_path / "whole.csv", counts), "--out", tmp_path / "a.csv")
    detect(series(tmp_path / "part.csv", counts[:2110]), "--out", tmp_path / "b.csv")
    assert rows(tmp_path / "a.csv")[:2110] == rows(tmp_path / "b.csv")


def test_a_folder_keeps_its_names_and_other_files_are_left_alone(tmp_path):
    for name in ("b.csv", "A.CSV"):
        series(tmp_path / "in" / name, stormy(2))
    (tmp_path / "in" / "windows.json").write_text("{}")
    (tmp_path / "in" / "deeper.csv").mkdir()
    said = json.loads(detect(tmp_path / "in", "--out", tmp_path / "out", "--json"))
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["A.CSV", "b.csv"]
    assert [one["rows"] for one in said["files"]] == [576, 576]
    assert {one["step"] for one in said["files"]} == {300}


def test_a_larger_budget_raises_more_often(tmp_path):
    source = series(tmp_path / "in.csv", ordinary(300, 40, np.random.default_rng(1), bursts=1.0))
    counts = [
        json.loads(detect(source, "--out", tmp_path / "out.csv", "--budget", budget, "--json"))["files"][0]["alarms"]
        for budget in (0.1, 1, 30)
    ]
    assert counts[0] <= counts[1] < counts[2]


def test_bad_rows_gaps_and_doubles_are_told_with_file_and_line_and_every_row_comes_back(tmp_path):
    source = series(tmp_path / "in.csv", stormy(2))
    lines = source.read_text().splitlines()
    lines[10] = "nonsense,4"
    del lines[20:23]
    lines.insert(40, lines[39])
    source.write_text("\n".join(lines) + "\n")
    said = detect(source, "--out", tmp_path / "out.csv", code=2)
    assert f"{source}:11: timestamp 'nonsense' is no moment" in said
    assert f"{source}:21: 3 rows are missing before this one." in said
    assert f"{source}:41: this moment comes again; its first row counts." in said
    found = rows(tmp_path / "out.csv")
    assert len(found) == len(lines) - 1
    assert (found[9]["expected"], found[9]["risk"], found[9]["alarm"]) == ("", "0.0000", "0")
    assert found[39]["risk"] == found[38]["risk"]


def test_only_so_many_mistakes_are_printed_but_json_has_them_all(tmp_path):
    source = series(tmp_path / "in.csv", stormy(2))
    source.write_text(source.read_text() + "bad,1\n" * 9)
    assert "4 more bad rows; --json lists them all." in detect(source, "--out", tmp_path / "out.csv", code=2)
    said = json.loads(detect(source, "--out", tmp_path / "out.csv", "--json", code=2))
    assert len(said["files"][0]["bad"]) == 9


def test_a_file_that_is_no_series_is_refused_and_the_others_are_judged(tmp_path):
    series(tmp_path / "in" / "good.csv", stormy(2))
    (tmp_path / "in" / "other.csv").write_text("name,colour\nx,red\n")
    (tmp_path / "in" / "empty.csv").write_text("timestamp,value\n")
    said = detect(tmp_path / "in", "--out", tmp_path / "out", code=2)
    assert "other.csv:1: the first line must name the columns timestamp,value" in said
    assert "empty.csv: has no rows below its first line." in said
    assert "1 of 3 files judged" in said
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["good.csv"]


@pytest.mark.parametrize(("said", "step"), [("600", 600), ("10m", 600), ("1h", 3600), ("30s", 30)])
def test_the_step_may_be_said(tmp_path, said, step):
    source = series(tmp_path / "in.csv", [3, 4, 5], step=step)
    found = json.loads(detect(source, "--out", tmp_path / "out.csv", "--step", said, "--json"))
    assert found["files"][0]["step"] == step
    assert len(rows(tmp_path / "out.csv")) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none", "--out", "x"), "there is no such file or folder"),
        (("in", "--out", "in"), "is what is read"),
        (("in", "--out", "in.csv"), "is a file; name a folder"),
        (("in.csv", "--out", "in"), "is a folder; name the file"),
        (("hollow", "--out", "x"), "holds no .csv file"),
        (("in.csv", "--out", "x", "--zone", "Mars/Base"), "there is no time zone"),
        (("in.csv", "--out", "x", "--step", "soon"), "write seconds such as 300"),
        (("in.csv", "--out", "x", "--step", "2h"), "1 s to 1 h"),
    ],
)
def test_a_wrong_call_is_answered_with_what_to_do(tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    series(tmp_path / "in" / "a.csv", [1, 2])
    series(tmp_path / "in.csv", [1, 2])
    (tmp_path / "hollow").mkdir()
    with pytest.raises(WrongInput, match=says):
        detect(*arguments)


def test_a_second_of_a_storm_and_an_hour_of_it(tmp_path):
    counts = ordinary(1, 1, np.random.default_rng(2), mean=60.0, bursts=0)[:20_000]
    counts[15_000:16_000] += 40
    source = series(tmp_path / "in.csv", counts, step=1)
    assert json.loads(detect(source, "--out", tmp_path / "out.csv", "--json"))["files"][0]["step"] == 1
    assert any(row["alarm"] == "1" for row in rows(tmp_path / "out.csv")[15_000:16_000])
