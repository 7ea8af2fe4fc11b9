"""The JSON of a webhook: the incident under the names the API gives it, with what the message is for."""

from typing import Any

import msgspec

from alerts.notification.message import Facts, next_step, sentence, stamp, subject
from app.domain.delivery import Delivery
from app.domain.incident import Incident
from app.domain.instant import rfc3339

PLAIN = (
    "id", "brand", "state", "severity", "terms", "peak", "demo", "reason", "topic", "rules", "acknowledged_by", "owner",
    "verdict", "drill", "resolved_by", "folded_into",
)  # fmt: skip
OF_OURS = {"test": "test", "system": "system.stalled", "over": "system.resumed"}
"""What messages that are about no incident are called."""
TIMES = ("opened_at", "updated_at", "resolved_at", "acknowledged_at")


def payload(facts: Facts, one: Delivery) -> bytes:
    """Return the body: `type`, `timestamp` and `data`, as Standard Webhooks have it."""
    kind = OF_OURS.get(one.occasion, f"incident.{one.occasion}")
    data: dict[str, Any] = {
        "delivery": one.id,
        "subject": subject(facts),
        "sentence": stamp(facts) + sentence(facts),
        "severity": facts.severity,
        "person": one.person,
        "link": facts.link or None,
        "incident": _incident(facts, facts.incident) if facts.incident else None,
    }
    if facts.incident is None and one.occasion != "test":
        data["stalls"] = list(facts.stalls)
    return msgspec.json.encode({"type": kind, "timestamp": rfc3339(facts.at), "data": data})


def _incident(facts: Facts, one: Incident) -> dict[str, Any]:
    written = msgspec.to_builtins(one)
    return {
        **{name: written[name] for name in PLAIN},
        **{name: None if written[name] is None else rfc3339(written[name]) for name in TIMES},
        "since": rfc3339(one.since) if one.since else None,
        "level": one.level.value if one.level else None,
        "compared": facts.compared or None,
        "confident": facts.confident or None,
        "drivers": list(facts.drivers or one.terms),
        "next_step": next_step(facts),
        "evidence": [
            {"text": quote.text, "author": quote.who or None, "channel": quote.channel, "why": quote.why,
             "published_at": rfc3339(quote.at), "url": quote.url}
            for quote in facts.quotes
        ],
        "counters": [{"holds": holds, "reason": said} for holds, said in facts.objections],
    }  # fmt: skip
