"""A drill's space, its conductor on a real Redis, its printed card, and what the command refuses."""

from io import StringIO
from pathlib import Path

import anyio
import msgspec
import pytest
from rich.console import Console

from alerts.commands.drill import command, lacking
from alerts.drill.card import table
from alerts.drill.conductor import Conductor
from alerts.drill.space import derived, make, sweep
from alerts.notification.dispatcher import circle_of
from app.bus.server import EmbeddedServer
from app.clock import SystemClock
from app.config import ConfigFile
from app.config.alerting import AlertsSection
from app.domain.brand import Brand
from app.domain.drill import Drill, Mark, Scorecard
from app.domain.events import IncidentEvent
from app.domain.person import Person, Way
from app.domain.playbook import Playbook
from app.domain.playbook import Step as Task
from app.domain.roster import Chain, Once, Shift, Step
from app.domain.saved import Saved
from app.domain.source import SourceState
from app.domain.tally import MinuteTally
from app.domain.threshold import Wanted
from app.domain.usual import Usual
from app.errors import NotFound, WrongInput
from app.installation import make_bus, open_archive
from app.marking import mark_of, put_mark, space_of
from app.premises import occupied
from app.progress import Progress

CLOCK = SystemClock()
CONFIG = """\
brands:
  - {id: nord, name: Nord Strom, query: nord, accounts: ['@nord']}
walls:
  - {id: main, name: Main, brands: [nord]}
sources:
  - {id: push, connector: push}
alerts:
  gather: 5
  address: https://real.example.org
  heartbeat: {url: "https://hc.example.org/x"}
"""


def way(name):
    return (Way("w1", "mail", f"{name}@example.org"),)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return ConfigFile(path)


@pytest.fixture
def real(tmp_path, monkeypatch):
    for name in ("REDIS_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    store = open_archive(tmp_path / "data", CLOCK)
    with store.transaction() as tx:
        tx.people.put(Person("anna", "Anna", ways=way("anna")))
        tx.people.put(Person("ben", "Ben", ways=way("ben")))
    yield store
    store.close()


def drill(**more):
    made = Drill("d1", CLOCK.now(), "data-leak", "nord", "de", recipients=("anna",), minutes=1.0, port=8060)
    return msgspec.structs.replace(made, address="http://127.0.0.1:8060", **more)


def seed(store):
    start = int(CLOCK.now()) // 60 * 60 - 2 * 86_400
    with store.transaction() as tx:
        tx.tallies.seed("nord", "push", [MinuteTally(start + 60 * n, 3, 1, 2) for n in range(2 * 1440)], CLOCK.now())


def test_a_space_is_made_of_the_real_one_with_nobody_outside_but_who_takes_part(file, real, tmp_path):
    seed(real)
    nord = file.read().brands[0]
    space = space_of(tmp_path / "data", "d1")
    made = ConfigFile(make(space, drill(), file, real, nord, CLOCK)).read()
    assert mark_of(space) == Mark("d1", ("anna",))
    [source] = made.sources
    assert (source.connector, source.brand, source.options.past) == ("scenario", "nord", space / "past.mpk")
    assert made.alerts.heartbeat.url is None
    assert (made.alerts.gather, made.alerts.address) == (5, "http://127.0.0.1:8060")
    assert [wall.id for wall in made.walls] == ["main"]
    own = open_archive(space, CLOCK)
    with own.reading() as tx:
        assert {one.id: len(one.ways) for one in tx.people.all()} == {"anna": 1, "ben": 0}
        assert tx.people.get("anna").ways[0].address == "anna@example.org"
        inside = circle_of(tx, CLOCK.now(), set(), mark_of(space))
        assert [one.id for one in inside.persons] == ["anna"]
        assert inside.drilled == {"d1": ("anna",)}
    own.close()
    assert len(msgspec.msgpack.decode((space / "past.mpk").read_bytes())) == 2 * 1440
    with occupied(space):
        sweep(tmp_path / "data")
        assert space.exists()
    sweep(tmp_path / "data")
    assert not space.exists()


def test_a_brand_that_was_saved_on_screen_and_a_recording_come_along(file, real, tmp_path):
    sued = Brand("sued", "Süd", "süd")
    with real.transaction() as tx:
        tx.saved.put(Saved("brands", "sued", sued, "", 1, 0.0))
    recording = str(tmp_path / "storm.ndjson")
    Path(recording).touch()
    space = tmp_path / "space"
    config = make(space, drill(brand="sued", scenario=recording), file, real, sued, CLOCK)
    made = ConfigFile(config).read()
    assert [one.id for one in made.brands] == ["nord", "sued"]
    assert str(made.sources[0].options.recording) == recording
    assert made.sources[0].options.past is None


def test_who_is_on_duty_whose_turn_it_is_and_what_was_set_come_along(file, real, tmp_path):
    shift, chain = Shift("s1", "anna", Once(0.0, 9.0)), Chain("nord", (Step(0, "anna"),))
    bars, book = Wanted(30.0, 4.0, 1.0, at=1.0), Playbook(3, "de", "Ruhe", (Task("call", "Anrufen"),))
    with real.transaction() as tx:
        tx.people.put_shift(shift)
        tx.people.put_chain(chain)
        tx.thresholds.want("nord", bars)
        tx.playbooks.save(book)
    space = tmp_path / "space"
    make(space, drill(), file, real, file.read().brands[0], CLOCK)
    own = open_archive(space, CLOCK)
    with own.reading() as tx:
        assert (tx.people.shifts(), tx.people.chains(), tx.thresholds.wanted()) == ([shift], [chain], {"nord": bars})
        assert (tx.playbooks.find("de"), tx.playbooks.find("en")) == ([book], [])
    own.close()


def test_files_beside_the_real_configuration_are_found_from_the_space(file, tmp_path):
    file.path.write_text(CONFIG + "  mail: {host: mail.example.org, ca: own.pem, password_file: /run/secret}\n")
    mail = derived(tmp_path / "space", drill(), file.path, Brand("nord", "Nord", "nord"), past=False)["alerts"]["mail"]
    assert mail == {"host": "mail.example.org", "ca": str(tmp_path / "own.pem"), "password_file": "/run/secret"}


@pytest.fixture
def conductor(file, real, tmp_path):
    space = tmp_path / "space"
    made = drill(minutes=0.1)
    settings = ConfigFile(make(space, made, file, real, file.read().brands[0], CLOCK)).read()
    server = EmbeddedServer(space / "redis")
    server.start()
    one = Conductor(made, space, settings, real, CLOCK, Progress())
    one.note()
    yield one
    server.stop()


def event(kind, at, **detail):
    return IncidentEvent("i1", "nord", at, kind, "person", "anna", "warning", 2, detail)


@pytest.mark.anyio
async def test_the_conductor_waits_begins_tells_what_we_said_and_keeps_the_score(conductor, real, tmp_path):
    bus = make_bus(conductor._config, tmp_path / "space", CLOCK)
    await bus.open()
    heard = []

    async def player():
        async for order in bus.commands("drill"):
            heard.append(order["do"])
            own = open_archive(tmp_path / "space", CLOCK)
            with own.transaction() as tx:
                if order["do"] == "begin":
                    began = float(order["at"])
                    for one in (event("opened", began + 1), event("owned", began + 2), event("statement", began + 3)):
                        tx.events.append(one)
            own.close()

    over = anyio.Event()
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(player)
            group.start_soon(conductor.run, over.set)
            await bus.report_source(SourceState("drill", "scenario", "live", CLOCK.now(), CLOCK.now()))
            await bus.show_usual(Usual("nord", CLOCK.now(), (), basis=90_000.0))
            await over.wait()
            group.cancel_scope.cancel()
    await bus.close()
    conductor.close()
    assert heard == ["begin", "statement"]
    with real.reading() as tx:
        kept = tx.drills.get("d1")
    assert kept.state == "done"
    assert (kept.score.raised, kept.score.acknowledged, kept.score.statement) == (1.0, 2.0, 3.0)
    assert kept.score.would_tell == ("Anna", "Ben")


@pytest.mark.anyio
async def test_one_that_is_stopped_before_it_began_has_failed(conductor, real):
    with real.transaction() as tx:
        tx.drills.save(msgspec.structs.replace(conductor.drill, state="stopping"))
    stopped = []
    with anyio.fail_after(20):
        await conductor.run(lambda: stopped.append(True))
    conductor.close()
    assert stopped
    with real.reading() as tx:
        kept = tx.drills.get("d1")
    assert (kept.state, kept.score) == ("failed", None)
    assert "before it began" in kept.problem


def test_a_wish_to_stop_is_not_overwritten(conductor, real):
    with real.transaction() as tx:
        tx.drills.save(msgspec.structs.replace(conductor.drill, state="stopping"))
    conductor.drill = msgspec.structs.replace(conductor.drill, state="running")
    conductor.note()
    assert conductor.drill.state == "stopping"


def test_what_keeps_messages_from_those_who_take_part_is_said_beforehand(real):
    with real.transaction() as tx:
        tx.people.put(Person("cleo", "Cleo", ways=(Way("w1", "webhook", "https://example.org/hook"),)))
    bare, ready = AlertsSection(), AlertsSection(webhook={"secret": "whsec_" + "QUJD" * 8})
    assert [one.split(":")[0] for one in lacking(real, bare, ("anna",))] == ["No mail will arrive"]
    assert [one.split(":")[0] for one in lacking(real, bare, ("cleo",))] == ["No webhook will arrive"]
    assert list(lacking(real, ready, ("cleo",))) == list(lacking(real, bare, ())) == []


def test_a_card_is_printed_in_both_languages():
    console = Console(width=110, record=True, file=StringIO())
    console.print(table(drill(), Scorecard(61.0, 400.0, highest_level=3, would_tell=("Anna",))))
    said = console.export_text()
    for words in ("ÜBUNG/DRILL data-leak", "1:01 min", "2:00 min", "ja / yes", "nein / no", "Anna", "highest level"):
        assert words in said


def test_a_card_names_nobody_where_nobody_would_have_been_told():
    console = Console(width=110, record=True, file=StringIO())
    console.print(table(drill(), Scorecard()))
    assert "for real, first" not in console.export_text()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"what": "flood"}, "There is no scenario 'flood'"),
        ({"brand": "west"}, "There is no brand 'west'"),
        ({"to": ["cleo"]}, "There is no person 'cleo'; choose of: anna, ben"),
        ({"language": "fr"}, "speak de and en"),
        ({"wall": "lobby"}, "There is no wall 'lobby'"),
    ],
)
def test_what_cannot_be_drilled_is_named(file, real, tmp_path, more, sentence):
    asked = {"what": "data-leak", "config": file.path, "data": tmp_path / "data", **more}
    with pytest.raises((WrongInput, NotFound), match=sentence):
        command(**asked)
    with real.reading() as tx:
        assert tx.drills.latest() == []


def test_a_drill_inside_of_a_drill_and_somebody_without_a_way_are_refused(file, real, tmp_path):
    put_mark(tmp_path / "space", Mark("d1"))
    with pytest.raises(WrongInput, match="space of a drill already"):
        command("data-leak", config=file.path, data=tmp_path / "space")
    with real.transaction() as tx:
        tx.people.put(Person("cleo", "Cleo"))
    with pytest.raises(WrongInput, match="Cleo has no way"):
        command("data-leak", to=["cleo"], config=file.path, data=tmp_path / "data")
    assert not (tmp_path / "data" / "drills").exists()
