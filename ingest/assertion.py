"""An assertion: a short-lived JSON Web Token (RFC 7519) that our private key signs; the key never leaves us."""

from collections.abc import Mapping
from typing import Any

import jwt

from app.errors import CredentialMissing


def signed(claims: Mapping[str, Any], key: str, algorithm: str, *, name: str | None = None, where: str = "") -> str:
    """Return the claims signed with a private key in PEM; `name` is the id of the key.

    Raises `CredentialMissing` with `where` if the key is none for that algorithm (ES256, RS256).
    """
    try:
        return jwt.encode(dict(claims), key, algorithm, headers={"kid": name} if name else None)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise CredentialMissing(f"What was given as private key is no {algorithm} key in PEM. {where}") from None
