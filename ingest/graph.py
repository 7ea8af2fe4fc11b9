"""Webhooks as Meta sends them for every product: one challenge, one signature.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started (read 2026-11-22).
"""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.config.secret import variable
from app.errors import CredentialMissing
from ingest.signature import same, signed
from ingest.wires.heard import Heard

LONGEST_PROOF = 200


class GraphOptions(BaseModel):
    """The two words that Meta and we know; both are secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    app_secret: SecretStr | None = Field(None, description="the app's secret, by which Meta signs its calls")
    verify_token: SecretStr | None = Field(None, description="the word typed in beside the address, at will")


class GraphHook:
    """Believes calls that are signed with the app's secret."""

    largest = 4 * 2**20
    """Meta's calls have 3 MB at most."""

    def __init__(self, options: BaseModel, read: Callable[[bytes, float], Heard]) -> None:
        if not isinstance(options, GraphOptions):
            raise TypeError("a hook of Meta's needs GraphOptions")
        self._secret, self._word = _plain(options.app_secret), _plain(options.verify_token)
        self._read = read

    def missing(self, source: str = "<SOURCE>") -> str:
        """Return how to give the secret, unless it is there."""
        if self._secret:
            return ""
        return (
            f"Meta's calls cannot be believed without the app's secret: set {variable(source, 'app_secret')} or write "
            "app_secret_file; it stands in the App Dashboard under App settings, Basic (developers.facebook.com/apps)."
        )

    def demand(self, source: str) -> None:
        """Raise `CredentialMissing` without the secret."""
        if lacking := self.missing(source):
            raise CredentialMissing(lacking)

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Answer `hub.challenge` if `hub.verify_token` is ours."""
        proof = query.get("hub.challenge", "")
        known = bool(self._word) and same(self._word, query.get("hub.verify_token", ""))
        plain = proof.isascii() and proof.isalnum() and len(proof) <= LONGEST_PROOF
        return proof if known and plain and query.get("hub.mode") == "subscribe" else None

    def trusted(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Check `X-Hub-Signature-256`."""
        return signed(self._secret, body, headers.get("x-hub-signature-256"))

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Heard:  # noqa: ARG002 - it stands in the body
        """Read one call."""
        return self._read(body, now)


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
