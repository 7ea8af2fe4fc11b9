"""Backtests on small archives: both ways, what alarms met, and what is printed."""

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from alerts.backtest.run import backtest
from alerts.backtest.table import MOST, tables
from alerts.commands.backtest import period, rule_of
from app.cli import main
from app.clock import ManualClock
from app.config import Config
from app.domain.backtest import Backtest, Job, Raised
from app.domain.brand import Brand
from app.domain.incident import Incident
from app.domain.rule import Rule
from app.domain.tally import MinuteTally
from app.errors import NotFound, QueryError, WrongInput
from app.store.engine import open_store

ZONE = "Europe/Berlin"
DAY, HOUR = 86_400, 3600
START = 1_795_010_400
"""15:00 in Berlin; two days of calm lie before."""
BUDGET = {"note": 30.0, "warning": 4.0, "crisis": 1.0}
RULES = (
    Rule("fest", "Fest", "mentions(5m) > 300", severity="crisis"),
    Rule("ueblich", "Üblich", "mentions(5m) > 3 * usual AND negative_share(5m) > 30%"),
    Rule("risiko", "Risiko", "risk(volume) >= 6"),
    Rule("kanal", "Kanal", "mentions(10m, channel:forum) > 3 * usual"),
    Rule("klagen", "Klagen", "complaints(10m) > 20"),
    Rule("nachts", "Nachts", "mentions(5m) > 300", quiet="15:00-24:00"),
)


def storming(start):
    return START + 600 <= start < START + 1500 or START + 3 * HOUR <= start < START + 3 * HOUR + 600


def minute(start):
    count = 100 if storming(start) else 10
    bad = count // 2 if count > 50 else 2
    return MinuteTally(
        start, count, negative=bad, neutral=count - bad, channels={"forum": count // 2, "chat": count // 2}
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = open_store(tmp_path_factory.mktemp("backtest") / "emberwatch.sqlite", clock=ManualClock(START + DAY))
    past = [minute(start) for start in range(START - 2 * DAY, START, 60)]
    with made.transaction() as tx:
        tx.tallies.seed("nord", "x", past, START - DAY)
        for start in range(START, START + 4 * HOUR, 60):
            one, place = minute(start), start % HOUR // 60
            fields = {
                "n": one.count,
                "-": one.negative,
                "0": one.neutral,
                "c.forum": one.count // 2,
                "i.complaint": one.negative // 3,
            }
            delta = {f"nord:m:{start // HOUR * HOUR}": {f"{place}:{mark}": number for mark, number in fields.items()}}
            tx.tallies.append(0, f"{start}-0", start + 59.5, delta)
        for name, since, verdict in (
            ("a", START + 600, "real"),
            ("b", START + 3 * HOUR, None),
            ("c", START + 90 * 60, "real"),
        ):
            tx.incidents.save(
                Incident(
                    name,
                    "nord",
                    since + 300,
                    "resolved",
                    "warning",
                    (),
                    since=since,
                    resolved_at=since + 2400,
                    verdict=verdict,
                )
            )
    yield made
    made.close()


def job(*, rules=RULES, **more):
    return Job(
        **{
            "scope": "nord",
            "start": START,
            "end": START + 4 * HOUR,
            "zone": ZONE,
            "budget": BUDGET,
            "rules": rules,
            **more,
        }
    )


def places(trial):
    return [((one.start - START) // 60, (one.end - START) // 60) for one in trial.alarms]


def test_both_ways_agree_where_nothing_came_late(store):
    shares = []
    swift = backtest(store, job(exact=False), shares.append)
    exact = backtest(store, job(exact=True), shares.append)
    assert [trial.way for trial in swift.trials] == ["sums"] * len(RULES)
    for quick, slow in zip(swift.trials, exact.trials, strict=True):
        if quick.name == "Risiko":  # who begins then missed two minutes, so that its tail is another
            assert quick.alarms[0].start == slow.alarms[0].start
            continue
        assert places(quick) == places(slow), quick.name
        assert quick.crises == slow.crises
    assert all(0 <= share <= 1 for share in shares)
    assert shares[-1] == 1
    found = {trial.name: trial for trial in swift.trials}
    assert places(found["Fest"]) == [(13, 27), (183, 192)]
    assert places(found["Kanal"])[0][0] in range(12, 17)
    assert len(places(found["Klagen"])) == len(places(found["Üblich"])) == 2


def test_alarms_are_told_by_what_they_met(store):
    (fest, nachts) = backtest(store, job(rules=(RULES[0], RULES[5]), exact=False)).trials
    assert [(one.meaning, one.incident, one.quiet) for one in fest.alarms] == [
        ("real", "a", False),
        ("unjudged", "b", False),
    ]
    assert [(one.incident, one.delay) for one in fest.crises] == [("a", 180.0), ("c", None)]
    assert (fest.found, fest.false, fest.unjudged, fest.delay, fest.budget) == (1, 0, 1, 180.0, 1.0)
    assert [one.quiet for one in nachts.alarms] == [True, True]
    assert (nachts.told, nachts.found, nachts.delay) == ((), 0, None)


def test_our_detectors_are_judged_too(store):
    for exact in (False, True):
        (trial,) = backtest(store, job(rules=(), detectors=True, exact=exact, end=START + HOUR // 2)).trials
        assert (trial.name, trial.when) == ("detectors", "")
        assert places(trial)[0][0] in range(11, 18)


def test_a_watch_may_stop_it(store):
    def stop(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(store, job(exact=True), stop)


def test_a_part_has_its_own_past_and_incidents(store):
    found = backtest(store, job(scope="nord/preis", exact=False))
    assert (found.brand, found.topic) == ("nord", "preis")
    assert all(trial.alarms == trial.crises == () for trial in found.trials)


def test_what_is_printed(store):
    found = backtest(store, job(exact=False))
    many = msgspec.structs.replace(
        found.trials[0], alarms=tuple(Raised(60 * at, 60 * at, "none") for at in range(MOST + 1))
    )
    console = Console(file=TextIOWrapper(BytesIO()), width=400, record=True)
    for table in tables(msgspec.structs.replace(found, trials=(*found.trials, many), topic="preis"), ZONE):
        console.print(table)
    text = console.export_text()
    for part in (
        "more than 300 mentions",
        "1 of 2",
        "3 min",
        "missed",
        "quiet",
        f"latest {MOST} of {MOST + 1}",
        "preis",
    ):
        assert part in text


CONFIG = Config(brands=(Brand("nord", "Nord", "nord"),), rules=RULES[:1])


def test_a_rule_is_named_or_written():
    assert rule_of("fest", CONFIG) == RULES[0]
    made = rule_of("mentions(1h)>3", CONFIG, "note")
    assert (made.when, made.severity) == ("mentions(1h) > 3", "note")
    with pytest.raises(NotFound, match="did you mean `fest`"):
        rule_of("festt", CONFIG)
    with pytest.raises(QueryError):
        rule_of("mention(1h) > 3", CONFIG)


def test_a_period_is_whole_minutes_and_a_last_day_is_whole():
    now = START + 30.0
    assert period(None, None, ZONE, now) == (START - 30 * DAY, START)
    first, last = period("2026-11-01", "2026-11-01", ZONE, now)
    assert last - first == DAY
    assert period("2026-11-01T12:00:00+00:00", None, ZONE, now)[0] == 1793534400
    for begin, end in (("2026-11-02", "2026-11-01"), ("2027-01-01", None), ("gestern", None), ("2024-01-01", None)):
        with pytest.raises(WrongInput):
            period(begin, end, ZONE, now)


@pytest.fixture
def run(tmp_path, store, capfd):
    """Run the verb as a process would, on the archive of this module."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "brands: [{id: nord, name: Nord, query: nord}, {id: sued, name: Süd, query: sued}]\n"
        "topics: [{id: preis, name: Preis, query: preis}]\n"
        "rules: [{id: fest, name: Fest, when: mentions(5m) > 300}]\n"
    )

    def call(*arguments):
        asked = ["backtest", *arguments, "--config", str(config), "--data", str(Path(store.url.database).parent)]
        with pytest.raises(SystemExit) as ended:
            main(asked)
        told = capfd.readouterr()
        return ended.value.code or 0, told.out, told.err

    return call


SPAN = ("--from", "2026-11-18T15:00", "--to", "2026-11-18T19:00")


def test_the_verb_shows_rules_side_by_side(run, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["emberwatch"])
    code, out, _ = run("fest", "--against", "mentions(5m) > 100", "--brand", "nord", *SPAN, "--json")
    found = msgspec.json.decode(out, type=Backtest)
    assert code == 0
    assert [trial.when for trial in found.trials] == ["mentions(5m) > 300", "mentions(5m) > 100"]
    assert [len(trial.alarms) for trial in found.trials] == [2, 2]
    code, out, _ = run("fest", "--brand", "nord", *SPAN, "--sums")
    assert code == 0
    assert "Fest: alarms" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("fest",), "Say which brand with --brand; choose of: nord, sued."),
        (("fest", "--brand", "nrod"), "There is no brand 'nrod'"),
        (("fest", "--brand", "nord", "--topic", "pries"), "There is no topic or campaign 'pries'; choose of: preis."),
        (("--brand", "nord"), "Name a rule"),
        (("mention(5m) > 3", "--brand", "nord"), "did you mean mentions"),
        (("fest", "--brand", "nord", "--from", "2026-12-01", "--to", "2026-11-01"), "--from has to be before"),
    ],
)
def test_the_verb_says_what_it_needs(run, arguments, sentence):
    code, _, told = run(*arguments)
    assert code == 2
    assert sentence in told


@pytest.mark.parametrize("exact", [True, False])
def test_the_verb_takes_a_job_from_another_program(run, monkeypatch, exact):
    given = msgspec.json.encode(job(rules=RULES[:1], exact=exact, end=START + HOUR))
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(given)))
    code, out, told = run("-")
    assert code == 0
    assert places(msgspec.json.decode(out, type=Backtest).trials[0]) == [(13, 27)]
    steps = list(map(int, told.splitlines()))
    assert steps[-1] == 100
    assert steps == sorted(set(steps)), "a per cent is told once"
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"{}")))
    code, _, told = run("-")
    assert code == 2
    assert "no" in told
