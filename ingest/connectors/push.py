"""A source that only waits: `POST /api/v1/mentions` publishes for it (see `ingest.inbox`)."""

from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict

from ingest.connector import Batch, Setting, Terms, topic


class PushOptions(BaseModel):
    """Push needs no settings; a token comes from `emberwatch token add NAME`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PushConnector:
    """Says that the source is there and what came; what is pushed goes through the inbox straight to the bus."""

    channel = "push"
    passive = True
    Options = PushOptions
    terms = Terms("What the sender may hand on: whoever pushes answers for it, and says what was deleted.")

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:  # noqa: ARG002 - nothing to resume
        """Wait for ever, yielding only figures."""
        setting = self._setting
        setting.report("idle", "Ready for POST /api/v1/mentions; nothing has come yet.")
        if setting.commands is None:
            return
        async for told in setting.commands(topic(setting.source)):
            setting.report("live", "")
            newest = float(told.get("newest", 0))
            yield Batch(
                received=int(told.get("received", 0)),
                matched=int(told.get("matched", 0)),
                last_item_at=newest or None,
            )
