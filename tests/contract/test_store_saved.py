"""What was saved of the watchlist, on SQLite and PostgreSQL."""

import threading

import pytest

from app.domain.brand import Brand, Campaign, Topic
from app.domain.saved import Saved, id_of, kind_of
from tests.fixtures.store import NOON

ROWS = (
    Brand("nord", "Nord", "nord OR #nord", ("@nord",), exclude=("nordpol",)),
    Brand("sued", "Süd", "sued", rivals=("nord",)),
    Topic("tarif", "Tarif", "tarif", ("nord",)),
    Campaign("herbst", "Herbst", "nord", "#herbst", NOON, NOON + 86_400),
    ("casino", "bonus"),
)


@pytest.fixture
def store(any_store):
    return any_store


def keep(store, row, revision):
    with store.transaction() as tx:
        tx.saved.put(Saved(kind_of(row), id_of(row), row, "", revision, NOON))


def test_every_kind_of_row_comes_back_as_it_was(store):
    for revision, row in enumerate(ROWS, 1):
        keep(store, row, revision)
    with store.reading() as tx:
        assert {one.row for one in tx.saved.all()} == set(ROWS)
        assert tx.saved.revision() == len(ROWS)


def test_a_row_is_there_once_and_stays_as_a_word_when_it_is_taken_off(store):
    keep(store, ROWS[0], 1)
    gone = Saved("brands", "nord", None, "mark", 2, NOON)
    with store.transaction() as tx:
        tx.saved.put(gone)
    with store.reading() as tx:
        assert tx.saved.all() == [gone]


def test_before_the_first_save_nothing_is_kept(store):
    with store.reading() as tx:
        assert (tx.saved.revision(), tx.saved.all()) == (0, [])


def test_two_who_save_at_once_take_turns(store):
    def save(name):
        with store.transaction() as tx:
            tx.saved.alone()
            tx.saved.put(Saved("topics", name, Topic(name, name, name), "", tx.saved.revision() + 1, NOON))

    threads = [threading.Thread(target=save, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as tx:
        assert sorted(one.revision for one in tx.saved.all()) == list(range(1, 9))
