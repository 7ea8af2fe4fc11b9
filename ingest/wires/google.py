"""What Google's interfaces have in common: the word by which they name why they refuse, and their instants."""

from typing import Any

import msgspec

from app.domain.instant import from_rfc3339
from ingest.wires.listing import FAULTY

QUOTA = frozenset({"quotaexceeded", "dailylimitexceeded", "dailylimitexceededunreg", "rate_limit_exceeded_daily"})
PACE = frozenset({"ratelimitexceeded", "userratelimitexceeded", "rate_limit_exceeded", "resource_exhausted"})
KEY = frozenset(
    {
        *("keyinvalid", "keyexpired", "api_key_invalid", "api_key_service_blocked", "accessnotconfigured"),
        *("service_disabled", "ipreferernotallowed", "iprefererblocked", "autherror", "unauthenticated"),
        *("insufficientpermissions", "access_token_scope_insufficient", "permission_denied", "permissiondenied"),
    }
)


def reasons(body: bytes) -> tuple[str, ...]:
    """Return the words, in small letters, by which an error says why; the most telling first.

    Both forms are read: `error.errors[].reason` (Data API errors) and `error.status` with `details[].reason` (AIP-193).
    """
    try:
        error = msgspec.json.decode(body).get("error", {})
        words = [one.get("reason") for one in _dicts(error.get("errors"))]
        words += [one.get("reason") for one in _dicts(error.get("details"))]
        words.append(error.get("status"))
        return tuple(word.lower() for word in words if isinstance(word, str))
    except (*FAULTY, AttributeError):
        return ()


def _dicts(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def instant(text: str) -> float:
    """Read an instant of up to nanoseconds; raise `ValueError` if it is none."""
    whole, point, rest = text.partition(".")
    if point:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{whole}.{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}"
    return from_rfc3339(text)
