"""From corrections in the archive to what the analyzers say: training runs, priors, and a worker that follows."""

import pytest

from app.domain.actor import LOOPBACK, Actor
from app.errors import NotAllowed, WrongInput
from app.store.corrections import Said
from ingest.learning.schooling import Taught, pack
from ingest.teaching import Teaching
from ingest.tuition import Tuition
from tests.fixtures.store import NOON, said
from tests.fixtures.stream import MentionStream
from tests.unit.ingest.learning.test_schooling import SLANG, lessons, plain
from tests.unit.ingest.test_analysis import mention, service

pytestmark = pytest.mark.anyio
LABELS = ("negative", "neutral", "positive")


def heard(store, identity, texts, at=NOON, **more):
    found = [said(identity, f"at://{at}/{place}", text, at=at + place, **more) for place, text in enumerate(texts)]
    with store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in found])
    return found


def judged(store, mentions, labels, chosen="person"):
    with store.transaction() as tx:
        for one, label in zip(mentions, labels, strict=True):
            tx.corrections.add(one, Said("sentiment", label), LOOPBACK, NOON + 3600, chosen)


@pytest.fixture
def taught(store, identity, clock):
    told = lessons()
    judged(store, heard(store, identity, [one.text for one in told]), [LABELS[one.label] for one in told])
    teaching = Teaching(store, clock)
    return teaching, teaching.train(LOOPBACK, "nordlicht")


async def test_a_run_is_kept_audited_and_in_force_for_mentions_of_its_brand_only(taught, store):
    teaching, run = taught
    assert (run.number, run.schooling.outcome, run.schooling.lessons) == (1, "learned", len(lessons()))
    with store.reading() as tx:
        assert [(row.verb, row.scope, row.detail["outcome"]) for row in tx.audit.find().items] == [
            ("model.train", "nordlicht", "learned")
        ]
    tuition = Tuition(service(MentionStream(), store=store)._context)
    await tuition.prepare()
    (fresh,) = plain("neutral", 60, 61)
    text = f"{fresh} {SLANG[0]}"
    ours, other = tuition.understanding.understand(
        [mention("a", text, brands=("nordlicht",), language="de"), mention("b", text, brands=("sued",), language="de")]
    )
    assert ours.model.endswith("+nordlicht-1")
    assert "+" not in other.model
    assert ours.sentiment.negative > other.sentiment.negative + 0.1
    assert teaching.look() is True
    assert teaching.look() is False


async def test_a_worker_follows_what_is_taught_and_forgotten_while_it_works(taught, store):
    teaching, _ = taught
    tuition = Tuition(service(MentionStream(), store=store)._context)
    await tuition.prepare()
    before = tuition.understanding
    await tuition.look()
    assert tuition.understanding is before, "nothing new"
    teaching.forget(LOOPBACK, "nordlicht")
    await tuition.look()
    (found,) = tuition.understanding.understand([mention("a", "Nach Plan", brands=("nordlicht",))])
    assert "+" not in found.model


async def test_weights_nobody_can_read_are_left_out_and_said(store, clock):
    with store.transaction() as tx:
        from app.domain.schooling import Schooling

        tx.brand_models.add("nordlicht", Schooling("learned"), pack(Taught())[:-30], LOOPBACK, NOON)
    teaching = Teaching(store, clock)
    assert teaching.look() is True
    assert teaching.taught == {}


def test_a_brand_nobody_has_heard_of_is_refused_with_a_sentence(store, clock):
    with pytest.raises(WrongInput, match="no mention of `nordlciht`"):
        Teaching(store, clock).train(LOOPBACK, "nordlciht")


def test_machines_may_not_train(store, clock):
    with pytest.raises(NotAllowed):
        Teaching(store, clock).train(Actor("machine", "crm", ("machine",)), "nordlicht")


def test_shares_judged_by_people_become_the_prior_whatever_comes_of_the_corrections(store, identity, clock):
    texts = [f"Meldung Nummer {place} vom Tage" for place in range(120)]
    judged(store, heard(store, identity, texts), ["neutral"] * 108 + ["negative"] * 12, "random")
    run = Teaching(store, clock).train(LOOPBACK, "nordlicht")
    found = run.schooling
    assert (found.outcome, found.shares, found.mentions, found.in_force) == ("too_few", True, 120, True)
    assert found.prior[1] > 0.75
    again = Teaching(store, clock).train(LOOPBACK, "nordlicht").schooling
    assert (again.shares, again.in_force) == (False, False), "the prior has not moved since"


def test_shares_of_what_is_said_lately_become_the_prior_where_nobody_judged(store, identity, clock):
    clock.advance(3600)
    heard(store, identity, plain("neutral", 0, 310))
    found = Teaching(store, clock).train(LOOPBACK, "nordlicht").schooling
    assert (found.outcome, found.mentions) == ("too_few", 310)
    assert found.prior[1] == max(found.prior)
