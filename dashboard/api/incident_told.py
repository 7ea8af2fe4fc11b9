"""Incidents as the API tells them: times are instants, and what was deleted meanwhile is left out."""

from collections.abc import Iterable
from typing import Any

import msgspec

from app.domain.events import IncidentEvent
from app.domain.incident import Incident, Resonance
from app.domain.instant import rfc3339
from app.store.engine import Transaction
from dashboard.api import incident_shape
from dashboard.api.burst import told
from dashboard.api.storm_shape import instant, shown_explanation, shown_forecast, shown_level

SIGNAL = ("detector", "alarm", "actual", "expected", "low", "high", "risk", "window", "basis")
PLAIN = (
    "id", "brand", "state", "severity", "terms", "authors", "peak", "demo", "reason", "topic", "rules",
    "acknowledged_by", "owner", "verdict", "drill", "resolved_by", "folded_into", "silence",
)  # fmt: skip
TIMES = ("opened_at", "updated_at", "resolved_at", "acknowledged_at", "silent_until")


def deleted(tx: Transaction, incidents: Iterable[Incident]) -> set[str]:
    """Return the keys of mentions that these incidents name and that are gone."""
    explained = [one.explanation for one in incidents if one.explanation is not None]
    keys = {post.mention for one in explained for post in one.evidence} | {one.first for one in explained if one.first}
    return keys - {one.mention.key for one in tx.mentions.alive(sorted(keys))}


def shown(one: Incident, gone: set[str]) -> dict[str, Any]:
    """Return an incident without the mentions that are `gone`."""
    written = msgspec.to_builtins(one)
    return {
        **{name: written[name] for name in PLAIN},
        **{name: instant(written[name]) for name in TIMES},
        "since": rfc3339(one.since) if one.since else None,
        "signals": [
            {"at": rfc3339(s.at), "scope": s.brand, **{name: getattr(s, name) for name in SIGNAL}} for s in one.signals
        ],
        "resonance": _resonance(one.resonance) if one.resonance else None,
        "level": shown_level(one.level) if one.level else None,
        "explanation": shown_explanation(one.explanation, gone) if one.explanation else None,
        "forecast": shown_forecast(one.forecast) if one.forecast else None,
    }


def shown_event(one: IncidentEvent) -> dict[str, Any]:
    """Return one row of the log."""
    plain = {name: getattr(one, name) for name in incident_shape.Event.model_fields}
    return {**plain, "at": rfc3339(one.at)}


def _resonance(one: Resonance) -> dict[str, Any]:
    return {
        "posts": one.posts,
        "voices": one.voices,
        "authors": one.authors,
        "reposts": one.reposts,
        "copies": one.copies,
        "bursts": [told(burst) for burst in one.bursts],
    }
