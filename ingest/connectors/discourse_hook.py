"""Discourse by webhook: posts of an own community, told at once by a signed call."""

from collections.abc import AsyncIterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from app.config.secret import variable
from app.errors import CredentialMissing
from ingest.connector import Batch, Setting, Terms
from ingest.hook import called
from ingest.paced import site
from ingest.signature import signed
from ingest.wires import discourse, discourse_hook
from ingest.wires.heard import Heard


class DiscourseHookOptions(BaseModel):
    """Which community calls, and the secret by which it is believed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="the address of the community: https://forum.example.org")
    secret: SecretStr | None = Field(None, description="the secret of the webhook")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        return site(url, "of the community: https://forum.example.org")


class DiscourseHook:
    """Believes calls that are signed with the webhook's secret."""

    largest = 2**20

    def __init__(self, options: DiscourseHookOptions) -> None:
        self._site = options.url
        self._secret = options.secret.get_secret_value() if options.secret else ""

    def missing(self) -> str:
        """Return what cannot be done without."""
        return "" if self._secret else "The secret of the webhook is missing."

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - Discourse asks for no proof
        """Discourse asks for no proof."""
        return None

    def trusted(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Check `X-Discourse-Event-Signature`."""
        return signed(self._secret, body, headers.get("x-discourse-event-signature"))

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Heard:
        """Read one call."""
        return discourse_hook.read(body, headers.get("x-discourse-event", ""), self._site, now)


class DiscourseHookConnector:
    """Waits for calls at `/hooks/<source>`; what it hears is called as the connector `discourse` calls it."""

    channel = discourse.CHANNEL
    passive = True
    Options = DiscourseHookOptions
    terms = Terms(
        "Posts of an own community may be kept as its own terms of service say; deleted ones go.",
        page="https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events/49045 (read 2026-11-22)",
    )

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._hook = self.hook(setting.options)

    @staticmethod
    def hook(options: BaseModel) -> DiscourseHook:
        """Return what the web server asks of every call."""
        if not isinstance(options, DiscourseHookOptions):
            raise TypeError("DiscourseHookConnector needs DiscourseHookOptions")
        return DiscourseHook(options)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the figures of what came; raises `CredentialMissing` without the secret."""
        source = self._setting.source
        if self._hook.missing():
            raise CredentialMissing(
                f"Discourse's calls cannot be believed without the webhook's secret: set {variable(source, 'secret')} "
                "or write secret_file; it is typed in at /admin/api/web_hooks of the community."
            )
        ready = f"Ready for Discourse at /hooks/{source}; nothing has come yet."
        async for batch in called(self._setting, cursor, ready, 0.0):
            yield batch
