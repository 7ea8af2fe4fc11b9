"""Playbooks: shipped in both languages, changed by persons, put back."""

import pytest
from msgspec.structs import replace

from app.domain.actor import LOOPBACK, Actor
from app.domain.level import HIGHEST
from app.domain.playbook import LONGEST, MOST, Playbook, Step, checked
from app.errors import NotAllowed, NotFound, WrongInput
from app.playbooks import change, playbook, playbooks, restore, shipped, to_do
from tests.fixtures.store import NOON

MINE = Playbook(3, "de", "Ruhe bewahren.", (Step("holding", "Mitteilung", "Presse", 30), Step("tea", "Tee kochen")))


def test_both_languages_have_the_same_steps_at_all_levels():
    german, english = shipped("de"), shipped("en")
    assert [one.level for one in german] == list(range(HIGHEST + 1))
    for one, other in zip(german, english, strict=True):
        assert [(step.id, step.within) for step in one.steps] == [(step.id, step.within) for step in other.steps]
        assert checked(one)
        assert checked(other)
        assert all(step.role for step in (*one.steps, *other.steps))
        assert len(one.steps) >= 3
    ids = [step.id for one in german for step in one.steps]
    assert len(ids) == len(set(ids))  # a tick stays with its step as the level rises


def test_a_holding_statement_is_due_within_an_hour():
    assert next(step for step in shipped("en")[3].steps if step.id == "holding").within == 60


def test_a_change_is_in_force_audited_and_taken_back(store):
    assert playbook(store, 3, "de") == shipped("de")[3]
    kept = change(store, LOOPBACK, MINE, NOON)
    assert (kept.changed_at, kept.changed_by) == (NOON, "loopback")
    assert playbook(store, 3, "de-AT") == kept
    assert playbook(store, 3, "en") == shipped("en")[3]
    change(store, LOOPBACK, replace(MINE, aim="Anders."), NOON + 1)
    assert [one.aim for one in playbooks(store, "de")][3] == "Anders."
    assert restore(store, LOOPBACK, 3, "de", NOON + 2) == shipped("de")[3] == playbook(store, 3)
    with store.reading() as tx:
        rows = tx.audit.find().items[::-1]
    assert {(row.verb, row.subject) for row in rows} == {("playbook.change", "level 3")}
    assert [row.detail["shipped"] for row in rows] == [False, False, True]


def test_what_is_to_be_done_is_that_of_the_level_first_then_of_lower_ones_without_what_is_for_calm(store):
    ids = [step.id for step in to_do(store, 2)]
    assert ids[0] == "owner"
    assert ids[-1] == "known_fault"
    assert "drill" not in ids
    assert [step.id for step in to_do(store, 0)] == [step.id for step in shipped("de")[0].steps]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (replace(MINE, level=7), "`level` is a number from 0 to 6"),
        (replace(MINE, steps=(Step("Tea!", "Tee"),)), "use at most 40 lower-case letters"),
        (replace(MINE, steps=(Step("tea", "Tee"), Step("tea", "Tee"))), "Two steps have the id 'tea'"),
        (replace(MINE, steps=(Step("tea", " "),)), "has no `text`"),
        (replace(MINE, steps=(Step("tea", "Tee", within=0),)), "`within` of 'tea'"),
        (replace(MINE, aim="x" * (LONGEST + 1)), "nobody reads that in a storm"),
        (replace(MINE, steps=tuple(Step(f"s{n}", "x") for n in range(MOST + 1))), "at most 30 steps"),
    ],
)
def test_what_may_not_be_kept_says_why(store, wrong, sentence):
    with pytest.raises(WrongInput, match=sentence):
        change(store, LOOPBACK, wrong, NOON)


def test_who_may_not_and_what_is_not_there(store):
    with pytest.raises(NotAllowed):
        change(store, Actor("machine", "m", ("machine",)), MINE, NOON)
    with pytest.raises(NotAllowed):
        restore(store, Actor("machine", "m", ("machine",)), 3, "de", NOON)
    with pytest.raises(NotFound):
        playbook(store, 7)
    with pytest.raises(NotFound):
        restore(store, LOOPBACK, -1, "de", NOON)
