import json

import pytest
from redis import Redis

from app import cli
from ingest.commands import import_table
from ingest.playback import Playback

ROWS = [f"21.11.2025 18:{n:02d};Anna;Nordlicht {n}" for n in range(30)]


@pytest.fixture
def emberwatch(redis_server, tmp_path, monkeypatch, capsys):
    """Return a function that imports on a running system and returns exit code, output and complaints."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    config = tmp_path / "config.yaml"
    config.write_text("brands: [{id: nordlicht, name: Nordlicht, query: nordlicht}]", "utf-8")

    def run(*arguments):
        given = ["import", *map(str, arguments), "--config", str(config), "--data", str(tmp_path / "data")]
        with pytest.raises(SystemExit) as ended:
            cli.main(given)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def table(tmp_path):
    def made(*rows):
        path = tmp_path / "export.csv"
        path.write_text("\n".join(["Datum;Autor;Text", *rows]), "cp1252")
        return path

    return made


def test_importing_twice_doubles_nothing(emberwatch, table):
    path = table(*ROWS)
    assert emberwatch(path) == (0, "30 accepted, 0 duplicates, 0 edited, 0 deleted, 0 unmatched, 0 rejected\n", "")
    code, out, _ = emberwatch(path, "--json")
    assert (code, json.loads(out)["duplicates"], json.loads(out)["rejected"]) == (0, 30, 0)


def test_rejected_rows_stand_in_a_file(emberwatch, table):
    path = table(ROWS[0], "gestern;Anna;Nordlicht", ROWS[1], "21.11.2025;Anna;")
    code, out, err = emberwatch(path)
    assert (code, out.startswith("2 accepted"), "2 rejected" in out) == (2, True, True)
    report = path.with_name("export.rejected.csv")
    assert str(report) in err
    lines = report.read_text().splitlines()
    assert lines[0] == "row,field,column,reason"
    assert [line.split(",")[:3] for line in lines[1:]] == [["3", "published_at", "Datum"], ["5", "text", "Text"]]
    assert emberwatch(path, "--rejected", path.parent / "no" / "where")[0] == 2


def test_a_dry_run_shows_the_mapping_and_imports_nothing(emberwatch, table):
    path = table(*ROWS[:7], "gestern;Anna;Nordlicht")
    code, out, err = emberwatch(path, "--dry-run", "--map", "author.name=", "--map", "author.handle=Autor")
    assert code == 0
    assert "published_at         = Datum   (as in '21.11.2025 18:00')" in out
    assert "author.handle        = Autor" in out
    assert "2025-11-21T17:00:00.000Z  Anna: Nordlicht 0" in out
    assert "1 of the first 8 rows would be rejected" in out
    assert "row 9: published_at" in err
    code, out, _ = emberwatch(path, "--dry-run", "--json", "--map", "author.name=")
    said = json.loads(out)
    assert (said["map"]["text"], said["tried"], said["rejected"][0]["row"]) == ("Text", 8, 9)
    code, out, _ = emberwatch(path, "--dry-run", "--map", "author.name=")
    assert "left out: Autor" in out
    assert emberwatch(path)[1].startswith("7 accepted")


def test_what_was_broken_off_goes_on_there(emberwatch, table, monkeypatch):
    monkeypatch.setattr("ingest.playback.BATCH", 10)
    path = table(*ROWS)
    known, calls = Playback._publish, 0

    async def fails(self, batch):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError("planted")
        await known(self, batch)

    monkeypatch.setattr(Playback, "_publish", fails)
    assert emberwatch(path)[0] == 1
    monkeypatch.setattr(Playback, "_publish", known)
    code, out, err = emberwatch(path)
    assert (code, out.split(",")[0]) == (0, "10 accepted")
    assert "Going on behind row 21" in err
    assert emberwatch(path)[1].startswith("0 accepted, 30 duplicates")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--map", "text"), "FIELD=COLUMN"),
        (("--map", "text=Nichts"), "columns are Datum"),
        (("--zone", "Mars"), "Europe/Berlin"),
        (("--delimiter", "ab"), "one character"),
        (("--encoding", "klingon"), "cp1252"),
    ],
)
def test_wrong_input_gets_a_sentence(emberwatch, table, arguments, word):
    code, _, err = emberwatch(table(*ROWS), *arguments)
    assert code == 2
    assert word in err


def test_tabs_may_be_named():
    assert import_table._delimiter("tab") == "\t"
    assert import_table._delimiter(None) is None
