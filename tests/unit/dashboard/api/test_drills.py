"""Drills by the API: choices, refusals, a process that dies is told, stopping; inside a drill everything says so."""

import pytest

from app.domain.drill import Drill, Mark, Scorecard
from app.domain.person import Person, Way
from app.marking import put_mark
from dashboard.drills import Drills

pytestmark = pytest.mark.anyio
PATH = "/api/v1/drills"


async def test_six_scenarios_can_be_chosen(http):
    items = (await http.get(f"{PATH}/scenarios")).json()["items"]
    assert len(items) == 6
    assert all(set(one["name"]) == {"de", "en"} for one in items)


async def test_what_is_not_there_is_refused_with_a_sentence(http, context):
    for body, sentence in (
        ({"scenario": "flood"}, "choose of: boycott-call"),
        ({"scenario": "data-leak", "brand": "nobody"}, "nobody"),
        ({"scenario": "data-leak", "recipients": ["anna"]}, "no person 'anna'"),
        ({"scenario": "data-leak", "wall": "lobby"}, "no wall 'lobby'"),
    ):
        answer = await http.post(PATH, json=body)
        assert answer.status_code in {404, 422}
        assert sentence in answer.json()["detail"]
    assert (await http.get(PATH)).json()["items"] == []


async def test_a_drill_is_listed_with_its_card_and_can_be_stopped(http, context):
    now = context.clock.now()
    kept = Drill("d1", now, "data-leak", "nord", "de", "running", ("anna",), began=now, address="http://127.0.0.1:8060")
    with context.store.transaction() as tx:
        tx.drills.save(kept)
        tx.drills.save(Drill("d0", now - 9_000, "/records/storm.ndjson", "nord", "de", "done", score=Scorecard(70.0)))
    items = (await http.get(PATH)).json()["items"]
    assert [one["state"] for one in items] == ["running", "done"]
    assert items[1]["scenario"] == "storm.ndjson"
    assert items[1]["score"]["reached"] == {"raised": True, "acknowledged": False, "owned": False, "statement": False}
    busy = await http.post(PATH, json={"scenario": "data-leak"})
    assert busy.status_code == 409
    assert (await http.post(f"{PATH}/d1/stop")).json()["state"] == "stopping"
    assert (await http.post(f"{PATH}/d1/stop")).json()["state"] == "stopping"
    assert (await http.post(f"{PATH}/d0/stop")).json()["state"] == "done"
    assert (await http.post(f"{PATH}/d9/stop")).status_code == 404
    with context.store.reading() as tx:
        verbs = [entry.verb for entry in tx.audit.find().items]
    assert verbs.count("drill.stop") == 1


async def test_one_that_was_killed_has_failed(http, context):
    with context.store.transaction() as tx:
        tx.drills.save(Drill("d1", context.clock.now() - 600, "data-leak", "nord", "de", "running"))
    assert (await http.get(f"{PATH}/d1")).json()["state"] == "failed"


async def test_a_process_that_cannot_begin_says_why(http, context):
    with context.store.transaction() as tx:
        tx.people.put(Person("anna", "Anna", ways=(Way("w1", "mail", "anna@example.org"),)))
    drills = Drills(context)
    drills.command = lambda drill: ["python3", "-c", "import sys; sys.exit('no room')"]
    from app.domain.actor import LOOPBACK

    made = await drills.start(LOOPBACK, Drill("", 0.0, "data-leak", "nord", "de", recipients=("anna",)))
    for task in list(drills._tasks):
        await task
    over = await drills.get(made.id)
    assert (over.state, over.problem) == ("failed", "no room")


async def test_the_command_line_says_all_of_it(context):
    words = Drills(context).command(
        Drill(
            "d1", 0.0, "data-leak", "nord", "en", recipients=("anna", "ben"), speed=2.0, minutes=5, wall="main", by="me"
        )
    )
    line = " ".join(words)
    assert "drill data-leak --id d1 --by me --brand nord --language en --speed 2.0" in line
    assert "--minutes 5" in line
    assert "--wall main --to anna --to ben" in line
    assert "--insecure" not in line


@pytest.fixture
def inside(context):
    """Make the installation of the test the space of a drill, before anything asks."""
    put_mark(context.data / "space", Mark("d7", ("anna",)))
    object.__setattr__(context, "data", context.data / "space")
    return context


async def test_inside_of_a_drill_every_answer_and_page_says_so(inside, http):
    answer = await http.get("/api/v1/incidents")
    assert answer.headers["X-Emberwatch-Drill"] == "d7"
    assert 'data-drill="ÜBUNG/DRILL"' in (await http.get("/admin/people")).text
    assert (await http.get("/incidents/board", params={"lang": "de"})).json()["drill"] == "ÜBUNG"
    refused = await http.post(PATH, json={"scenario": "data-leak"})
    assert refused.status_code == 409
    assert "already" in refused.json()["detail"]


async def test_outside_nothing_says_so(http):
    answer = await http.get("/admin/people")
    assert "X-Emberwatch-Drill" not in answer.headers
    assert "data-drill" not in answer.text
