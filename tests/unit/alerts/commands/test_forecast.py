"""`emberwatch forecast`, as a user calls it."""

import csv
import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from alerts.commands.forecast import COLUMNS, command
from alerts.detection.storms import storm
from app.errors import WrongInput

START = 1_793_577_600
APP = typer.Typer()
APP.command()(command)


@pytest.fixture
def folder(tmp_path):
    chance = np.random.default_rng(4)
    counts = chance.poisson(0.2, 900)
    more = storm("cascade", 32, 30, 300, 400, chance).astype(int)
    counts[400 : 400 + len(more)] += more
    write(tmp_path / "counts" / "storm.csv", counts)
    return tmp_path / "counts"


def write(path, counts, step=300):
    path.parent.mkdir(exist_ok=True)
    rows = (f"{np.datetime64(START + step * place, 's')!s}Z,{count}" for place, count in enumerate(counts))
    path.write_text("time_utc,count\n" + "\n".join(rows) + "\n")


def forecast(*arguments, code=0):
    result = CliRunner().invoke(APP, [str(one) for one in arguments])
    if isinstance(result.exception, WrongInput):
        assert code == 2
        return str(result.exception)
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def test_it_says_what_held_by_file_by_lead_and_by_and_large(folder):
    said = forecast(folder)
    assert "storm.csv: " in said
    assert "60 min after the alarm: 1 forecasts" in said
    assert "All, while the peak was to come: " in said
    assert "Said to be over: " in said


def test_every_forecast_for_machines_and_as_a_table(folder, tmp_path):
    told = json.loads(forecast(folder, "--json", "--out", tmp_path / "all.csv"))
    assert 0 <= told["height"] <= 1
    assert told["made"] >= told["refused"]
    assert [one["minutes_after_alarm"] for one in told["leads"]] == [0, 15, 30, 60, 120, 240]
    with (tmp_path / "all.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(told["files"][0]["forecasts"])
    said = [row for row in rows if not row["refused"]]
    assert all(row["peak_from"] <= row["peak_to"] and float(row["low"]) < float(row["high"]) for row in said)


def test_minutes_are_summed_to_bins_of_five(folder, tmp_path):
    with (folder / "storm.csv").open() as file:
        counts = [int(row["count"]) for row in csv.DictReader(file)]
    write(tmp_path / "minutes.csv", [one for count in counts for one in (count, 0, 0, 0, 0)], step=60)
    files = [json.loads(forecast(path, "--json"))["files"][0] for path in (tmp_path / "minutes.csv", folder)]
    assert files[0]["forecasts"] == files[1]["forecasts"]


def test_what_cannot_be_read_is_said(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "holds no .csv" in forecast(tmp_path / "empty", code=2)
    assert "no such file" in forecast(tmp_path / "nowhere", code=2)
    assert "cannot be written" in forecast(folder, "--out", tmp_path / "nowhere" / "x.csv", code=2)
    write(folder / "hourly.csv", [1, 2, 3], step=3600)
    (folder / "words.csv").write_text("timestamp,value\n")
    said = forecast(folder, code=2)
    assert "divide 5 minutes" in said
    assert "storm.csv: " in said
    said = forecast(folder / "words.csv", code=2)
    assert len(said.splitlines()) == 1, "figures of nothing say nothing"


def test_a_calm_series_has_nothing_to_forecast(tmp_path):
    write(tmp_path / "calm" / "calm.csv", [0] * 400)
    assert "calm.csv: 0 forecasts, 0 refused" in forecast(tmp_path / "calm")
