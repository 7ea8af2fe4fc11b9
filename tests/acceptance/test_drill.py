"""A drill beside a real system, as real processes: only who takes part is told, the card is right, nothing stays."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from tests.fixtures.system import ROOT, alive, until
from tests.peers.post_office import post_office

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
UNTOUCHED = (
    "mention", "tally_minute", "tally_hour", "tally_delta", "incident", "incident_event", "delivery", "dispatch",
    "person", "shift", "chain", "silence", "forecast", "watched",
)  # fmt: skip
"""Tables that nothing but a leak could change here: the real system hears nothing. Its bars it works out by itself."""
CONFIG = """\
site: {{name: Leitstand, zone: Europe/Berlin, language: de}}
brands:
  - {{id: nord, name: Nord Strom, query: '"Nord Strom"', accounts: ['@nordstrom']}}
sources:
  - {{id: push, connector: push}}
alerts:
  mail: {{host: 127.0.0.1, port: {port}, sender: leitstand@example.org, encryption: none}}
"""


def ask(address, path, method="GET", body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def everything(file):
    with closing(sqlite3.connect(file)) as archive:
        there = {name for (name,) in archive.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        return {
            name: sorted(map(repr, archive.execute(f'SELECT * FROM "{name}"')))  # noqa: S608 - names of ours
            for name in UNTOUCHED
            if name in there
        }


def person(name):
    return {"name": name, "language": "de", "zone": "Europe/Berlin", "ways": [
        {"kind": "mail", "address": f"{name.lower()}@example.org", "least": "note", "label": ""}
    ]}  # fmt: skip


def another():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_a_drill_tells_who_takes_part_keeps_its_card_and_leaves_no_trace(emberwatch, free_port, tmp_path):
    with post_office() as office:
        (tmp_path / "config.yaml").write_text(CONFIG.format(port=office.port))
        real = emberwatch("up", "--port", str(free_port))
        real.says("läuft", 60)
        here = f"http://127.0.0.1:{free_port}"
        anna, ben = (ask(here, "/api/v1/people", "POST", person(name))["id"] for name in ("Anna", "Ben"))
        file = tmp_path / "data" / "emberwatch.sqlite"
        before = everything(file)
        drill = emberwatch(
            *("drill", "service-outage", "--to", anna, "--speed", "4", "--minutes", "3", "--port", another(), "--json"),
            *("--config", str(tmp_path / "config.yaml")),
        )
        running = until(
            lambda: next((one for one in ask(here, "/api/v1/drills")["items"] if one["began"]), None), "a storm", 90
        )
        there, family = running["address"], drill.family()
        storm = until(lambda: next(iter(ask(there, "/api/v1/incidents?state=open")["items"]), None), "an alarm", 150)
        assert storm["drill"] == running["id"]
        until(lambda: office.letters, "a letter", 60)
        test = ask(there, f"/api/v1/people/{anna}/test", "POST")
        assert test["works"]
        with pytest.raises(urllib.error.HTTPError):
            ask(there, f"/api/v1/people/{ben}/test", "POST")
        stranger = ask(there, "/api/v1/people", "POST", person("Cleo"))["id"]
        assert not ask(there, f"/api/v1/people/{stranger}/test", "POST")["works"]
        room = f"/api/v1/incidents/{storm['id']}"
        ask(there, f"{room}/acknowledge", "POST", {"person": anna})
        ask(there, f"{room}/own", "POST", {"person": anna})
        ask(there, f"{room}/statement", "POST", {"text": "Wir arbeiten daran."})
        assert ask(here, "/api/v1/incidents")["items"] == []
        ask(here, f"/api/v1/drills/{running['id']}/stop", "POST")
        assert drill.ends(60) == 0, drill.output
        assert set(office.recipients) == {"anna@example.org"}
        assert all(letter["Subject"].startswith("ÜBUNG/DRILL") for letter in office.letters)
        card = ask(here, f"/api/v1/drills/{running['id']}")["score"]
        assert 0 < card["raised"] <= card["acknowledged"] <= card["owned"] <= card["statement"]
        assert card["told"] >= 1
        assert set(card["would_tell"]) == {"Anna", "Ben"}
        printed = json.loads(next(line for line in drill.output.splitlines() if line.startswith('{"id"')))
        assert printed["score"]["raised"] == card["raised"]
        assert everything(file) == before
        assert not list((tmp_path / "data" / "drills").glob("*"))
        until(lambda: not any(alive(pid) for pid in family), "the end of every process of the drill")


def test_ctrl_c_ends_a_drill_cleanly_and_it_still_prints_its_card(emberwatch, small_config, free_port, tmp_path):
    drill = emberwatch("drill", "data-leak", "--config", str(small_config), "--port", another(), "--keep")
    drill.says("läuft", 60)
    family = drill.family()
    file = tmp_path / "data" / "emberwatch.sqlite"

    def began():
        with closing(sqlite3.connect(file)) as archive:
            [(document,)] = archive.execute("SELECT document FROM drill")
        return json.loads(document)["began"]

    until(began, "the first post", 90)
    os.kill(drill.process.pid, signal.SIGINT)
    assert drill.ends(30) == 0
    assert "ÜBUNG/DRILL data-leak" in drill.output
    until(lambda: not any(alive(pid) for pid in family), "the end of every process of the drill")
    [kept] = (tmp_path / "data" / "drills").glob("*")
    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"}
    words = ["up", "--data", str(kept), "--config", str(kept / "config.yaml"), "--port", str(free_port)]
    refused = subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert "never touches real data" in refused.stderr + refused.stdout
