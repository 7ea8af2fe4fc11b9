"""The tables of alarms: what happened to incidents, who is told, silences, rules, drills. Documents are JSON."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from app.store.schema import metadata

incident_event = Table(
    "incident_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "incident", "id"),
    sqlite_autoincrement=True,
)
"""All that happened to incidents, in order; what tells people reads it from where it was."""

silence = Table(
    "silence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("until", Float, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "until", "id"),
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Text, nullable=False),
)

shift = Table(
    "shift",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("document", Text, nullable=False),
)
"""When who is on duty."""

chain = Table(
    "chain",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("document", Text, nullable=False),
)
"""Who is told after whom while nobody acknowledges; `*` for brands without a chain of their own."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "state", "due_at", "id"),
    Index(None, "incident", "at", "id"),
    Index(None, "at", "id"),
)
"""Every message to every person by every way, with its proof; its id says what it is about: none is planned twice."""

dispatch = Table(
    "dispatch",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False),
)
"""How far telling people has come."""

rule = Table(
    "rule",
    metadata,
    Column("id", Text, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("document", Text, nullable=False),
)

threshold = Table(
    "threshold",
    metadata,
    Column("brand", Text, primary_key=True),
    Column("severity", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("document", Text, nullable=False),
)
"""What the budget of false alarms comes to for a brand by its own history, with the price."""

forecast = Table(
    "forecast",
    metadata,
    Column("incident", Text, primary_key=True),
    Column("at", Float, primary_key=True),
    Column("judged", Integer, nullable=False),
    Column("held", Float),
    Column("document", Text, nullable=False),
    Index(None, "judged", "incident"),
)
"""Forecasts of peaks, and what came of them; `held` is the share of the intervals that did, null where none was."""

drill = Table(
    "drill",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("document", Text, nullable=False),
)

playbook = Table(
    "playbook",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("language", Text, primary_key=True),
    Column("document", Text, nullable=False),
)
"""What is to be done at a level, where somebody has changed what is shipped."""

answered = Table(
    "answered",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Float, nullable=False),
)
"""Mentions that somebody said are answered, by a call or a letter we cannot see; the audit log has who said so."""
