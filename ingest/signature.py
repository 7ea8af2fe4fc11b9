"""Signatures of webhooks: who sends knows a secret of ours, and the body is as it was sent."""

import hashlib
import hmac


def signed(secret: str, body: bytes, header: str | None) -> bool:
    """Tell in constant time whether a header `sha256=HEX` is the HMAC-SHA256 of the body with the secret (RFC 2104)."""
    if not secret or header is None:
        return False
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return same(wanted, header.strip())


def same(wanted: str, given: str) -> bool:
    """Compare two secrets in a time that tells nothing of where they differ."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogateescape"))
