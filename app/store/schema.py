"""The tables, in SQLAlchemy Core's types for SQLite and PostgreSQL; migrations bring a database here.

What is one value to SQL but has parts of its own (brands, intents) is JSON text, or MessagePack where SQL never asks.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
)

HEAD = "0011"
"""The revision this code works with; a test holds it equal to the newest migration."""

_EACH = "%(table_name)s_%(column_0_N_name)s"
metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": f"ix_{_EACH}", "uq": f"uq_{_EACH}"})

mention = Table(
    "mention",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("published_at", Float, nullable=False),
    Column("deleted_at", Float),
    Column("source", Text, nullable=False),
    Column("demo", Boolean(create_constraint=False), nullable=False),
    Column("brands", Text, nullable=False),
    Column("label", Text),
    # From here on everything goes when the mention is deleted.
    Column("text", Text),
    Column("author_key", Text),
    Column("in_reply_to", Text),
    Column("quotes", Text),
    Column("intents", Text),
    Column("body", LargeBinary),
    Index(None, "published_at", "key"),
    Index(None, "author_key"),
    Index("ix_mention_in_reply_to", "in_reply_to", sqlite_where=Column("in_reply_to", Text).is_not(None)),
    Index("ix_mention_quotes", "quotes", sqlite_where=Column("quotes", Text).is_not(None)),
)
"""One row per mention for ever; a deleted one stays as a tombstone without a word of it.

Unique by `key` alone, which is a digest of (channel, native id): a tombstone must not keep the native id, because that
may hold the author's identity. `brands` and `intents` are JSON arrays, `label` the sentiment's; what SQL never asks for
lies in `body`, see `app.store.rows`. On PostgreSQL the table is parted by day of `published_at`, see
`app.store.partitions`, its primary key is (published_at, key), and `mention_key` keeps keys unique over all days.
"""

mention_key = table("mention_key", column("key", Text), column("published_at", Float))
"""On PostgreSQL only: each key once, and where its row is."""

mention_brand = Table(
    "mention_brand",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("published_at", Float, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("minute", BigInteger, nullable=False),
    Column("author_key", Text),
    sqlite_with_rowid=False,
)
"""Which mentions a brand has, in the order of its pages; tombstones stay, without their author."""

tally_delta = Table(
    "tally_delta",
    metadata,
    Column("partition", Integer, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("delta", LargeBinary, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""Every tally delta with the instant it was settled: what backtests and the time machine read."""


def _sums() -> list[Column[int]]:
    names = ("count", "negative", "neutral", "positive", "uncertain", "reach", "reposts", "seeded", "seeded_authors")
    return [Column(name, BigInteger if name == "reach" else Integer, nullable=False) for name in names]


def _by_channel(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("brand", Text, primary_key=True),
        Column("start", BigInteger, primary_key=True),
        Column("channel", Text, primary_key=True),
        Column("count", Integer, nullable=False),
        sqlite_with_rowid=False,
    )


tally_minute = Table(
    "tally_minute",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    *_sums(),
    sqlite_with_rowid=False,
)
"""The sums of all deltas and seeds by minute; `seeded` is the part of `count` that no mention stands behind."""

tally_channel = _by_channel("tally_channel")
"""The mentions of a minute by channel."""

tally_hour = Table(
    "tally_hour",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    *_sums(),
    Column("past_authors", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The same sums by hour, complete on their own; `past_authors` spoke in mentions that are kept no longer."""

tally_hour_channel = _by_channel("tally_hour_channel")
"""The mentions of an hour by channel."""

tally_seed = Table(
    "tally_seed",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which sources have already given a brand its history."""

index_note = Table(
    "index_note",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("oldest", BigInteger, nullable=False),
    Column("newest", BigInteger, nullable=False),
    Column("anew", Boolean(create_constraint=False), nullable=False),
    Column("moments", LargeBinary, nullable=False),
    Index(None, "newest", "id"),
    Index(None, "anew", "id"),
)
"""Moments whose mentions changed since the full-text index looked at them: 64-bit numbers, as this machine writes them.

`anew` ones can wait: nothing changed in them, they are only to be indexed in another way. The index itself is not among
these tables: `fulltext` on PostgreSQL, `fulltext_<n>` (FTS5) on SQLite.
"""

expiry = Table(
    "expiry",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("until", Float, nullable=False),
)
"""Up to which instant retention has deleted what: `minutes`, `mentions <channel>` and so on."""

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "opened_at", "id"),
    Index(None, "brand", "opened_at", "id"),
)
"""Incidents as JSON documents, with the columns they are found by."""

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Who did what, in the order it happened; never a text or an author's name."""

token = Table(
    "token",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float),
    UniqueConstraint("digest"),
)
"""Machine tokens: only the SHA-256 of each, never a token."""

watched = Table(
    "watched",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("document", Text),
    Column("replaced", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    Index(None, "revision"),
)
"""What was saved of the watchlist, as JSON documents, null for what was taken off; see `app.domain.saved`."""

site = Table(
    "site",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Single values of this installation, such as its secret."""

source_hour = Table(
    "source_hour",
    metadata,
    Column("source", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("items", BigInteger, nullable=False),
    Column("heard", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""What a source brought in an hour, and the seconds of it in which it listened."""

recheck = Table(
    "recheck",
    metadata,
    Column("source", Text, primary_key=True),
    Column("age", BigInteger, primary_key=True, autoincrement=False),
    Column("published_at", Float, nullable=False),
    Column("key", Text, nullable=False),
)
"""Up to which mention a source was asked, at an age in seconds, what became of them."""

correction = Table(
    "correction",
    metadata,
    Column("key", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("value", Text),
    Column("said", Text, nullable=False),
    Column("negative", Float, nullable=False),
    Column("neutral", Float, nullable=False),
    Column("positive", Float, nullable=False),
    Column("model", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("brands", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("standing", Boolean(create_constraint=False), nullable=False),
    Column("delivered", Boolean(create_constraint=False), nullable=False),
    Index(None, "delivered", "key"),
)
"""What persons said of mentions, turn after turn; the latest of each key and field is `standing`.

`value` is what they said as JSON, null for taken back; `said` and what follows is what stood there before anybody
judged. No word of a mention is in it, so it may stay when the mention goes.
"""

author_mark = Table(
    "author_mark",
    metadata,
    Column("author_key", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("at", Float, nullable=False),
)
"""What we know of authors, under the digest of their id or of their handle; see `app.store.marks`."""

brand_model = Table(
    "brand_model",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("in_force", Boolean(create_constraint=False), nullable=False),
    Column("schooling", Text, nullable=False),
    Column("weights", LargeBinary),
)
"""Every training run of every brand with its figures; see `app.store.brand_models`."""
