import io
import json
import logging
import re
import sys

import pytest
import structlog

from app import log
from app.domain.analysis import NOT_ANALYSED, AnalysedMention
from app.domain.mention import Author, Mention
from app.domain.tally import Profile
from app.errors import StoreUnavailable

NINA = Author("did:plc:nina", "nina.example", "Nina Beispiel", 30)
MENTION = Mention("forum", "1", 60.0, "Strom weg", NINA, key="abc")
PERSONAL = ("Nina", "nina", "Strom weg", "hunter2")


@pytest.fixture
def out():
    stream = io.StringIO()
    log.configure(terminal=stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.basicConfig(handlers=[], force=True)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_pipe_gets_json_lines(out):
    structlog.get_logger("x").info("batch done", source="live", count=3, known={"b": [1]})
    (line,) = lines(out)
    assert {key: line[key] for key in ("event", "source", "count", "known", "level")} == {
        "event": "batch done",
        "source": "live",
        "count": 3,
        "known": {"b": [1]},
        "level": "info",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", str(line["timestamp"]))


@pytest.mark.parametrize(
    "planted",
    [
        {"text": "Strom weg"},
        {"author": NINA},
        {"authors": [NINA]},
        {"handle": "nina.example"},
        {"name": "Nina Beispiel"},
        {"token": "hunter2"},
        {"api_key": "hunter2"},
        {"access_token": "hunter2"},
        {"smtp_password": "hunter2"},
        {"Authorization": "Bearer hunter2"},
        {"mention": MENTION},
        {"what": MENTION},
        {"what": [AnalysedMention(MENTION, NOT_ANALYSED)]},
        {"what": {"deep": {"name": "Nina"}}},
        {"what": {"deep": (Profile("forum", "Nina", "nina", 3),)}},
    ],
    ids=str,
)
def test_personal_data_and_secrets_never_reach_a_log(out, planted):
    structlog.get_logger("x").warning("planted", **planted)
    logging.getLogger("library").warning(
        "planted", extra={f"{k}" if k != "name" else "handle": v for k, v in planted.items()}
    )
    assert len(lines(out)) == 2
    assert not any(word in out.getvalue() for word in PERSONAL), out.getvalue()


def test_the_redaction_would_miss_nothing_if_it_were_gone(monkeypatch):
    """The planted fault: without the processor the same lines do give people away."""
    monkeypatch.setattr(log, "without_personal_data", lambda _, __, event: event)
    stream = io.StringIO()
    log.configure(terminal=stream)
    structlog.get_logger("x").warning("planted", handle="nina.example")
    logging.basicConfig(handlers=[], force=True)
    structlog.reset_defaults()
    assert "nina" in stream.getvalue()


def test_a_mention_is_told_by_its_key(out):
    structlog.get_logger("x").info("odd", item=MENTION)
    assert lines(out)[0]["item"] == "Mention abc"


def test_libraries_speak_the_same_way(out):
    logging.getLogger("uvicorn.error").warning("slow %s", "start")
    assert lines(out)[0] == {**lines(out)[0], "event": "slow start", "level": "warning"}


def fail(inner):
    try:
        try:
            raise inner
        except ValueError as reason:
            raise StoreUnavailable("The disk is full.") from reason
    except StoreUnavailable:
        structlog.get_logger("x").exception("it failed")


def test_a_failure_keeps_its_traceback_and_our_sentences_but_nobodys_words(out):
    fail(ValueError("invalid literal: 'Strom weg, sagt Nina'"))
    told = str(lines(out)[0]["exception"])
    assert "in fail\n" in told
    assert "StoreUnavailable: The disk is full." in told
    assert told.endswith("ValueError")
    assert "Nina" not in out.getvalue()


def test_a_group_tells_each_of_its_failures(out):
    structlog.get_logger("x").error("x", exc_info=ExceptionGroup("several", [KeyError("Nina"), OSError(28, "full")]))
    told = str(lines(out)[0]["exception"])
    assert "KeyError\nafter\nOSError: [Errno 28] full" in told
    assert "Nina" not in told


def test_whoever_looks_for_a_fault_may_see_every_message(out, monkeypatch):
    monkeypatch.setenv("EMBERWATCH_DEBUG", "1")
    fail(ValueError("planted"))
    assert "ValueError: planted" in str(lines(out)[0]["exception"])


def test_a_file_gets_everything_and_the_terminal_only_warnings(out, tmp_path):
    stream = io.StringIO()
    log.configure(file=tmp_path / "logs" / "x.log", terminal=stream)
    structlog.get_logger("x").info("quiet")
    structlog.get_logger("x").warning("loud")
    logging.getLogger().handlers[1].close()
    kept = [json.loads(line)["event"] for line in (tmp_path / "logs" / "x.log").read_text().splitlines()]
    assert kept == ["quiet", "loud"]
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_nothing_is_flooded_and_the_file_says_how_often(out, tmp_path, monkeypatch):
    stream = io.StringIO()
    log.configure(file=tmp_path / "x.log", terminal=stream)
    for service in ("ingest", "ingest", "alerts", "ingest"):
        structlog.get_logger("x").warning("service failed", service=service)
        logging.getLogger("library").warning("slow")
    structlog.get_logger("x").warning("service failed", service="ingest", pause=3.0)
    structlog.get_logger("x").warning("service failed", service="ingest", reason="another")
    monkeypatch.setattr(log, "_CALM", 0.0)
    structlog.get_logger("x").warning("service failed", service="ingest")
    logging.getLogger().handlers[1].close()
    assert [line.get("service") for line in lines(stream)] == ["ingest", None, "alerts", "ingest"]
    kept = [json.loads(line) for line in (tmp_path / "x.log").read_text().splitlines()]
    told = [(line.get("service"), line.get("reason"), line.get("repeated")) for line in kept if line["event"] != "slow"]
    assert told == [("ingest", None, None), ("alerts", None, None), ("ingest", "another", None), ("ingest", None, 3)]


def test_a_terminal_gets_readable_lines(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    log.configure()
    structlog.get_logger("x").info("hello", source="live", text="Strom weg")
    logging.basicConfig(handlers=[], force=True)
    structlog.reset_defaults()
    assert "hello" in terminal.getvalue()
    assert "Strom weg" not in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
