"""What brands' corrections have taught, on SQLite and PostgreSQL."""

import pytest

from app.domain.actor import LOOPBACK
from app.domain.schooling import Schooling
from tests.fixtures.store import NOON

LEARNED = Schooling("learned", 300, 0.4, 0.5, 0.6, 0.7, 0.99, 0.6, 0.61, (0.2, 0.7, 0.1), 2000)


@pytest.fixture
def store(any_store):
    return any_store


def keep(store, brand, schooling, weights=None, at=NOON):
    with store.transaction() as tx:
        return tx.brand_models.add(brand, schooling, weights, LOOPBACK, at)


def test_a_run_comes_back_as_it_was_and_its_weights_are_in_force(store):
    assert keep(store, "nord", LEARNED, b"weights") == 1
    with store.reading() as tx:
        assert tx.brand_models.in_force() == {"nord": 1}
        assert tx.brand_models.weights("nord", 1) == b"weights"
        (run,) = tx.brand_models.runs("nord")
    assert (run.brand, run.number, run.at, run.actor, run.schooling) == ("nord", 1, NOON, LOOPBACK.id, LEARNED)


@pytest.mark.parametrize("outcome", ["too_few", "no_better", "harmful"])
def test_a_refused_run_is_kept_but_changes_nothing(store, outcome):
    keep(store, "nord", LEARNED, b"weights")
    assert keep(store, "nord", Schooling(outcome, 12), at=NOON + 1) == 2
    with store.reading() as tx:
        assert tx.brand_models.in_force() == {"nord": 1}
        assert [run.schooling.outcome for run in tx.brand_models.runs("nord")] == [outcome, "learned"]


def test_a_brand_can_forget_what_it_learned_and_others_keep_theirs(store):
    keep(store, "nord", LEARNED, b"one")
    keep(store, "sued", LEARNED, b"two")
    keep(store, "nord", Schooling("forgotten"), at=NOON + 1)
    with store.reading() as tx:
        assert tx.brand_models.in_force() == {"nord": 2, "sued": 1}
        assert (tx.brand_models.weights("nord", 2), tx.brand_models.weights("sued", 1)) == (None, b"two")
        assert next((run.brand, run.number) for run in tx.brand_models.runs()) == ("nord", 2)


def test_before_the_first_run_there_is_nothing(store):
    with store.reading() as tx:
        assert (tx.brand_models.in_force(), tx.brand_models.runs(), tx.brand_models.weights("nord", 1)) == (
            {},
            [],
            None,
        )
