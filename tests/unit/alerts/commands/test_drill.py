"""`emberwatch drill` from its first word to its last, in this process: one that somebody stopped before it began."""

import logging

import msgspec
import pytest
import structlog
import typer
from prometheus_client import values

from alerts.commands import drill as verb
from alerts.drill import conductor
from app.clock import SystemClock
from app.domain.drill import Drill
from app.domain.person import Person, Way
from app.errors import WrongInput
from app.installation import open_archive
from app.marking import space_of
from tests.fixtures.system import CONFIG, TRACED

CLOCK, HERE = SystemClock(), "https://drill.example.org"


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch):
    """Put back what a command sets up for a process of its own."""
    for name in ("PROMETHEUS_MULTIPROC_DIR", "REDIS_URL", "DATABASE_URL", TRACED):
        monkeypatch.setenv(name, "")  # so that it is put back, whatever the command does with it
        monkeypatch.delenv(name)
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.basicConfig(handlers=[], force=True)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What is asked for: a drill that was stopped before it began, in an installation where Anna has a way."""
    monkeypatch.setattr(conductor, "LOOK", 0.05)
    (tmp_path / "config.yaml").write_text(CONFIG)
    data = tmp_path / "data"
    real = open_archive(data, CLOCK)
    with real.transaction() as tx:
        tx.people.put(Person("anna", "Anna", ways=(Way("w1", "mail", "anna@example.org"),)))
        tx.drills.save(Drill("d9", CLOCK.now(), "data-leak", "nord", "de", state="stopping"))
    yield {"what": "data-leak", "to": ["anna"], "name": "d9", "config": tmp_path / "config.yaml", "data": data}
    real.close()


def test_one_that_was_stopped_says_so_keeps_its_row_and_leaves_no_folder(asked, capfd):
    with pytest.raises(typer.Exit) as ended:
        verb.command(**asked)
    assert ended.value.exit_code == 1
    told = capfd.readouterr().out
    assert "ÜBUNG/DRILL data-leak · Nord: http://127.0.0.1:80" in told
    assert "No mail will arrive" in told
    assert told.rstrip().endswith("It was stopped before it began.")
    assert not space_of(asked["data"], "d9").exists()
    real = open_archive(asked["data"], CLOCK)
    with real.reading() as tx:
        kept, audit = tx.drills.get("d9"), tx.audit.find().items
    real.close()
    assert (kept.state, kept.recipients, kept.score) == ("failed", ("anna",), None)
    assert [(row.verb, row.detail["recipients"]) for row in audit] == [("drill.run", "anna")]


def test_for_another_program_it_is_told_as_json_and_a_folder_that_is_kept_stays(asked, capfd, tmp_path):
    recording = tmp_path / "storm.ndjson"
    recording.touch()
    with pytest.raises(typer.Exit):
        verb.command(**asked | {"what": str(recording), "address": HERE}, keep=True, as_json=True)
    told = msgspec.json.decode(capfd.readouterr().out, type=Drill)
    assert (told.state, told.scenario, told.minutes) == ("failed", str(recording), verb.RECORDED)
    assert told.address == HERE
    assert (space_of(asked["data"], "d9") / "drill.json").exists()


def test_without_a_free_port_one_has_to_be_named(asked, taken_port, monkeypatch):
    monkeypatch.setattr(verb, "FIRST", taken_port)
    monkeypatch.setattr(verb, "LAST", taken_port + 1)
    with pytest.raises(WrongInput, match=f"No port from {taken_port} to {taken_port} is free"):
        verb.command(**asked)
