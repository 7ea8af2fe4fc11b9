"""Upkeep holds the store for so short a time only as long as it finds its rows by an index."""

import pytest
from sqlalchemy import event

from app.config.model import RetentionSection
from app.domain.tally import contribution, reduce
from ingest.indexing import Indexer
from ingest.retention import Sweeper
from tests.fixtures.store import NOON, said

LARGE = ("mention", "mention_brand", "tally_delta", "tally_minute", "tally_channel", "index_note")


@pytest.fixture
def asked(store):
    """Every statement that is run while the store is held, with its parameters."""
    found = []

    def hear(_connection, _cursor, statement, parameters, _context, many):
        first = parameters[0] if many and parameters else parameters
        found.append((statement, first))

    event.listen(store._writer, "before_cursor_execute", hear)
    yield found
    event.remove(store._writer, "before_cursor_execute", hear)


def scanned(store, asked):
    """Return the statements that look at every row of a large table."""
    wrong = []
    with store.looking() as connection:
        for statement, parameters in asked:
            if statement.split()[0] in {"SELECT", "DELETE", "UPDATE", "WITH"}:
                plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, tuple(parameters))
                wrong += [statement for *_, step in plan if step.removeprefix("SCAN ") in LARGE]
    return wrong


def test_no_step_of_upkeep_looks_at_every_row_while_it_holds_the_store(store, identity, clock, asked):
    rows = [said(identity, f"at://{n}", at=NOON + n) for n in range(50)]
    with store.transaction() as tx:
        tx.mentions.upsert([(row, 1) for row in rows])
        tx.tallies.append(0, "1-0", NOON, reduce(contribution(row, "author") for row in rows))
    asked.clear()
    Indexer(store, clock).step()
    for _ in Sweeper(store, RetentionSection(), clock).sweep(NOON + 20 * 366 * 86_400):
        pass
    with store.reading() as tx:
        assert tx.mentions.count() == 0
    assert len(asked) > 30
    assert not scanned(store, asked)
    with store.transaction() as tx:
        planted = "DELETE FROM mention WHERE (published_at, key) IN (VALUES (1.0, 'a'), (2.0, 'b'))"
        tx.mentions._connection.exec_driver_sql(planted)
    assert len(scanned(store, asked)) == 1, "planted: SQLite uses no index for a list of rows"
