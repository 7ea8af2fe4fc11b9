"""Comments, statements and ticks: added once, also after the end."""

import pytest

from app.crisis import Handling, Record
from app.crisis.record import LONGEST, ticked
from app.domain.actor import LOOPBACK
from app.domain.playbook import Playbook, Step
from app.errors import WrongInput
from app.playbooks import change, restore
from tests.unit.app.crisis.conftest import ANNA, BEN

pytestmark = pytest.mark.anyio


@pytest.fixture
def record(life):
    return Record(*life.all)


async def test_a_comment_is_added_once_and_may_be_said_again_later_or_by_another(life, record):
    await life.open()
    for by, pause in ((ANNA, 0), (ANNA, 59), (BEN, 0), (ANNA, 61)):
        life.clock.advance(pause)
        await record.comment(by, "i1", " Hotline hilft. ")
    assert life.details("commented") == [{"text": "Hotline hilft."}] * 3
    assert life.audit() == ["incident.open", *["incident.comment"] * 3]


async def test_after_the_end_there_is_still_something_to_say(life, record):
    await life.open()
    await Handling(*life.all).resolve(ANNA, "i1")
    await record.comment(BEN, "i1", "Nachlese am Montag.")
    await record.statement(BEN, "i1", life.clock.now() - 60, "Entschuldigung.", "https://example.org")
    assert life.log() == ["opened", "resolved", "commented", "statement"]
    assert life.kept().state == "resolved"


async def test_a_statement_of_that_instant_is_marked_once_whoever_marks_it(life, record):
    await life.open()
    said = life.clock.now() - 600
    for by in (ANNA, BEN):
        await record.statement(by, "i1", said, "Wir prüfen.", "https://example.org/a")
        life.clock.advance(3600)
    assert life.details("statement") == [{"at": said, "text": "Wir prüfen.", "url": "https://example.org/a"}]
    await record.statement(ANNA, "i1", said + 60, "Wir prüfen.")
    assert len(life.details("statement")) == 2


async def test_a_step_is_done_undone_and_done_again(life, record):
    await life.open()
    for by, done in ((ANNA, True), (BEN, True), (BEN, False), (BEN, False), (ANNA, True)):
        await record.tick(by, "i1", "care_told", done=done)
    await record.tick(BEN, "i1", "legal", done=False)
    assert life.details("ticked") == [{"step": "care_told", "done": done} for done in (True, False, True)]
    with life.store.reading() as tx:
        found = ticked(tx.events.of("i1"))
    assert {step: event.actor for step, event in found.items()} == {"care_told": "anna"}


async def test_a_statement_is_public_and_has_a_real_address(life, record):
    await life.open()
    with pytest.raises(WrongInput, match="once it is public"):
        await record.statement(ANNA, "i1", life.clock.now() + 3600, "Bald.")
    with pytest.raises(WrongInput, match="begins with https://"):
        await record.statement(ANNA, "i1", life.clock.now(), "Jetzt.", "javascript:1")
    with pytest.raises(WrongInput, match="needs words"):
        await record.comment(ANNA, "i1", " ")
    assert life.log() == ["opened"]


async def test_words_have_an_end(life, record):
    await life.open()
    await record.comment(ANNA, "i1", "x" * LONGEST)
    with pytest.raises(WrongInput, match="at most 4,000 characters; this one has 4,001"):
        await record.comment(ANNA, "i1", "x" * (LONGEST + 1))


async def test_only_a_step_of_a_playbook_in_force_is_done_and_one_that_was_can_be_taken_back(life, record):
    await life.open()
    mine = Playbook(3, "en", "Keep calm.", (Step("tea", "Make tea."),))
    change(life.store, LOOPBACK, mine, life.clock.now())
    await record.tick(ANNA, "i1", "tea", done=True)
    restore(life.store, LOOPBACK, 3, "en", life.clock.now())
    for wrong in ("nope", "tea", "x" * 81, "3.hotline"):
        with pytest.raises(WrongInput, match="in any playbook"):
            await record.tick(BEN, "i1", wrong, done=True)
    await record.tick(BEN, "i1", "tea", done=False)
    assert life.details("ticked") == [{"step": "tea", "done": True}, {"step": "tea", "done": False}]
