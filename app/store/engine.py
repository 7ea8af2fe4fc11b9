"""The store: one database, opened by many processes at once.

**What a commit promises.** SQLite runs in WAL mode with `synchronous=FULL`: a commit returns after its log is on disk.
A SIGKILL of any process would lose nothing with NORMAL either, but after a power cut NORMAL may forget the commits
since the last checkpoint, while the bus has acknowledged and trimmed them. One fsync for a micro-batch is what that
costs. Writers take turns (`BEGIN IMMEDIATE`, waiting up to `BUSY` seconds); readers see a snapshot and never wait.
PostgreSQL promises the same with `synchronous_commit=on`, its default; its writers wait only for who writes the same
mention or the same minute.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Table, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError

from app.clock import Clock
from app.domain.identity import Identity
from app.errors import StoreUnavailable, WrongInput
from app.store.answers import Answers
from app.store.audit import Audit
from app.store.brand_models import BrandModels
from app.store.choruses import Choruses
from app.store.connection import BUSY, READING, WRITING, engine, make_private, unavailable
from app.store.conversation import Conversations
from app.store.corrections import Corrections
from app.store.deliveries import Deliveries, Dispatch
from app.store.drills import Drills
from app.store.events import IncidentEvents
from app.store.expiry import Expiry
from app.store.forecasts import Forecasts
from app.store.hours import SourceHours
from app.store.incidents import Incidents
from app.store.index import Index
from app.store.marks import Marks
from app.store.mentions import Mentions
from app.store.migrate import migrate
from app.store.partitions import Partitions
from app.store.past import Past
from app.store.people import People
from app.store.playbooks import Playbooks
from app.store.postgres import POSTGRES, postgres_engine, postgres_url
from app.store.posts import PostRows
from app.store.rechecks import Rechecks
from app.store.retention import Retention
from app.store.rows import Values
from app.store.rules import Rules
from app.store.saved import SavedRows
from app.store.shelf import fill
from app.store.silences import Silences
from app.store.site import Site
from app.store.talk import TalkHours
from app.store.tallies import Tallies
from app.store.thresholds import Thresholds
from app.store.tokens import Tokens

ADDRESSES = "write it as postgresql://user:password@host/database or sqlite:///path"


REFUSED_FOR = 30.0
"""Seconds a refusal is told: who still needs to write has tried again by then."""


class Transaction:
    """One unit of work; everything in it is committed together or not at all."""

    def __init__(self, connection: Connection, identity: Identity, partitions: Partitions | None) -> None:
        self.mentions = Mentions(connection, identity, partitions)
        self.tallies = Tallies(connection, partitions)
        self.index = Index(connection)
        self.expiry = Expiry(connection)
        self.retention = Retention(connection)
        self.incidents = Incidents(connection)
        self.events = IncidentEvents(connection)
        self.silences = Silences(connection)
        self.deliveries = Deliveries(connection)
        self.dispatch = Dispatch(connection)
        self.drills = Drills(connection)
        self.playbooks = Playbooks(connection)
        self.audit = Audit(connection)
        self.tokens = Tokens(connection)
        self.hours = SourceHours(connection)
        self.talk = TalkHours(connection)
        self.rechecks = Rechecks(connection)
        self.saved = SavedRows(connection)
        self.corrections = Corrections(connection, partitions)
        self.brand_models = BrandModels(connection)
        self.marks = Marks(connection, identity)
        self.answers = Answers(connection)
        self.conversations = Conversations(connection, identity, partitions)
        self.choruses = Choruses(connection)
        self.people = People(connection)
        self.rules = Rules(connection)
        self.past = Past(connection)
        self.thresholds = Thresholds(connection)
        self.forecasts = Forecasts(connection)
        self.posts = PostRows(connection)


class Store:
    """Everything that is kept. Synchronous and safe in threads: async code calls it through `asyncio.to_thread`."""

    def __init__(self, url: URL, clock: Clock, busy: float = BUSY) -> None:
        self.url = url
        self._refused: tuple[StoreUnavailable, float] | None = None
        self._partitions: Partitions | None = None
        if url.get_backend_name() == "postgresql":
            self._writer = postgres_engine(url, busy, writes=True)
            self._reader = postgres_engine(url, busy, writes=False)
            self._partitions = Partitions(self._writer, clock.now)
        else:
            self._writer = engine(url, WRITING, busy)
            self._reader = engine(url, READING, busy)
        try:
            with unavailable(url):
                migrate(self._writer, clock)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write: commit at the end, roll back on any exception; raise `StoreUnavailable` if it cannot be done now."""
        identity = self._identity
        try:
            with unavailable(self.url), self._writer.begin() as connection:
                yield Transaction(connection, identity, self._partitions)
        except StoreUnavailable as error:
            self._refused = (error, time.monotonic())
            if self._partitions:
                self._partitions.forget()
            raise
        self._refused = None

    def refusal(self) -> StoreUnavailable | None:
        """Return why the last writing of this process was refused, for half a minute; None if it was not."""
        if self._refused is None or time.monotonic() - self._refused[1] > REFUSED_FOR:
            return None
        return self._refused[0]

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read from one snapshot, without waiting for writers; writing in it is refused."""
        identity = self._identity
        with unavailable(self.url), self._reader.begin() as connection:
            yield Transaction(connection, identity, self._partitions)

    def filling(self) -> Connection:
        """Return a connection that holds all other writers off; whoever asked commits and closes."""
        connection = self._writer.connect()
        connection.begin()
        return self._unhurried(connection)

    def fill(self, connection: Connection, table: Table, rows: Sequence[Values]) -> None:
        """Put rows as another archive had them into a connection of `filling`; the table has to be empty of them."""
        fill(connection, self._partitions, table, rows)

    def looking(self) -> Connection:
        """Return a connection for reading only; whoever asked closes it."""
        return self._unhurried(self._reader.connect())

    def secret(self) -> bytes:
        """Return this installation's 32 random bytes, made once and kept in the database."""
        return self._secret

    def drop_days(self, group: str, until: float) -> int:
        """Drop whole days of `mention` or `tally_delta` that lie before an instant; return how many, 0 on SQLite."""
        if self._partitions is None:
            return 0
        with unavailable(self.url):
            return self._partitions.drop(group, until)

    def scrub(self, wiped: Iterable[str] = ()) -> bool:
        """Take what was wiped out of the files, too; False if readers or writers are in the way or it is too soon.

        `wiped` names parts of the full-text index that words were taken out of; they are remembered until it is done.
        On SQLite out of the write-ahead log; on PostgreSQL dead rows are vacuumed out of tables and indexes. What its
        own log, its copies and the free space of its pages still hold is for whoever runs the server.
        """
        if self._partitions:
            self._partitions.wipe(wiped)
            with unavailable(self.url):
                return self._partitions.vacuum()
        with unavailable(self.url), self._writer.connect() as connection:
            alone = connection.execution_options(alone=True)
            busy, _, _ = alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return not busy

    def probe(self) -> None:
        """Write something; raise `StoreUnavailable`, whose `kind` says why, if that cannot be done now."""
        with unavailable(self.url), self._writer.begin() as connection:
            Site(connection).touch()

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()

    def _unhurried(self, connection: Connection) -> Connection:
        """Let statements of this transaction take their time: they go over everything."""
        if self._partitions:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        return connection

    @cached_property
    def _secret(self) -> bytes:
        with unavailable(self.url), self._reader.begin() as connection:
            kept = Site(connection).secret()
        if kept:
            return kept
        with unavailable(self.url), self._writer.begin() as connection:
            return Site(connection).make_secret()

    @cached_property
    def _identity(self) -> Identity:
        return Identity(self._secret)


def open_store(url: str | Path, *, clock: Clock) -> Store:
    """Open the database at `url` (SQLAlchemy's form, or the path of an SQLite file) and bring it to this version.

    A missing file is made, readable by its owner only; a database on PostgreSQL has to be there. Raises `WrongInput`
    for a database that a newer Emberwatch or another program wrote, `StoreUnavailable` if it cannot be opened.
    """
    try:
        parsed = make_url(url) if isinstance(url, str) and "://" in url else URL.create("sqlite", database=str(url))
    except (ArgumentError, ValueError):  # its reason may repeat the password
        raise WrongInput(f"DATABASE_URL is no address of a database; {ADDRESSES}.") from None
    if parsed.drivername in POSTGRES:
        return Store(postgres_url(parsed), clock)
    if parsed.get_backend_name() != "sqlite":
        raise WrongInput(f"The archive is kept in SQLite or PostgreSQL; {ADDRESSES}.")
    if parsed.database in {None, "", ":memory:"}:
        raise WrongInput("The archive needs a file, so that several processes can share it: give sqlite:///path.")
    make_private(Path(str(parsed.database)))
    return Store(parsed, clock)
