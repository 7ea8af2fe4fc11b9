"""PostgreSQL keeps nothing of what was wiped."""

from sqlalchemy import text

from app.store.schema import metadata
from tests.fixtures.store import gone, said
from tests.fixtures.system import until


def test_words_of_the_wiped_are_out_of_every_table_and_the_dead_rows_vacuumed(postgres_store, identity):
    store = postgres_store
    secret = said(identity, "at://Geheim/1", "Geheimwort", author="Geheim", url="https://geheim.example")
    with store.transaction() as tx:
        tx.mentions.upsert([(secret, 1)])
    with store.transaction() as tx:
        tx.mentions.wipe([(gone(secret), 2, None)])
    assert again(store) is True
    assert store.scrub() is False
    with store.looking() as connection:
        told = [repr(connection.execute(table.select()).all()) for table in metadata.sorted_tables]
    assert "geheim" not in " ".join(told).lower()
    # The server's count of dead rows comes late, and a reader elsewhere may hold them back for a while.
    until(lambda: again(store) and dead(store) == 0, "a vacuum after which no dead rows are counted")


def again(store):
    store._partitions._vacuumed = float("-inf")
    return store.scrub()


def dead(store):
    with store.looking() as connection:
        return connection.scalar(
            text("SELECT sum(n_dead_tup) FROM pg_stat_user_tables WHERE relname LIKE 'mention_2%'")
        )
