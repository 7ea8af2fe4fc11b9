import io
import json
import sys

import pytest
from redis import Redis

from app import cli
from app.clock import SystemClock
from app.domain.instant import from_rfc3339, rfc3339

NOW = SystemClock().now()


def line(number, at=None, text="Nordlicht"):
    said = {"channel": "x", "id": str(number), "published_at": rfc3339(at or NOW - 60), "text": text}
    return json.dumps({**said, "author": {"id": "a"}})


@pytest.fixture
def emberwatch(redis_server, tmp_path, monkeypatch, capsys):
    """Return a function that runs a verb on a running system and returns exit code, output and complaints."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    config = tmp_path / "config.yaml"
    config.write_text("brands: [{id: nordlicht, name: Nordlicht, query: nordlicht}]", "utf-8")

    def run(*arguments):
        given = ["replay", *arguments, "--config", str(config), "--data", str(tmp_path / "data")]
        with pytest.raises(SystemExit) as ended:
            cli.main(given)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "recording.ndjson"
    file.write_text("\n".join([line(1), line(2), line(3, text="nichts"), ""]), "utf-8")
    return str(file)


def test_a_recording_is_played_and_summed_up(emberwatch, recording):
    code, out, err = emberwatch(recording, "--speed", "max")
    assert (code, out) == (0, "2 accepted, 0 duplicates, 0 edited, 0 deleted, 1 unmatched, 0 rejected\n")
    assert err == ""
    code, out, _ = emberwatch(recording, "--speed", "1000", "--json")
    assert code == 0
    assert json.loads(out)["duplicates"] == 2


def test_rejected_lines_are_named(emberwatch, tmp_path):
    file = tmp_path / "bad.ndjson"
    file.write_text("\n".join([line(1), *["{}"] * 25]), "utf-8")
    code, out, err = emberwatch(str(file), "--speed", "max")
    assert code == 2
    assert "1 accepted" in out
    assert "line 2: channel: This field is required" in err
    assert "5 more" in err
    assert json.loads(emberwatch(str(file), "--speed", "max", "--json")[1])["rejected_total"] == 25


@pytest.mark.parametrize("speed", ["max", "1000"])
def test_standard_input_can_be_shifted_to_now(emberwatch, monkeypatch, speed):
    class Piped(io.BytesIO):
        def seekable(self):
            return False

    body = "\n".join([line(1, NOW - 90_000), line(2, NOW - 90_000 + 40)]).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Piped(body)))
    code, out, _ = emberwatch("-", "--speed", speed, "--shift-to-now", "--source", "tape", "--json")
    assert code == 0
    assert json.loads(out)["accepted"] == 2


def test_an_empty_recording_is_nothing_to_do(emberwatch, tmp_path):
    (tmp_path / "empty").touch()
    assert emberwatch(str(tmp_path / "empty"), "--shift-to-now", "--speed", "max")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"), [(("absent.ndjson",), "cannot be read"), (("-", "--speed", "0"), "speed")]
)
def test_wrong_input_is_a_sentence(emberwatch, arguments, says):
    code, _, err = emberwatch(*arguments)
    assert code == 2
    assert says in err


def test_instants_survive_the_way_out_and_in():
    assert from_rfc3339(rfc3339(NOW)) == pytest.approx(NOW, abs=0.001)
