"""WhatsApp: what people write to our business number, told by signed webhooks of the Cloud API."""

from collections.abc import AsyncIterator

from pydantic import BaseModel

from ingest.connector import Batch, Setting, Terms
from ingest.graph import GraphHook, GraphOptions
from ingest.hook import called
from ingest.wires import whatsapp

REDELIVERED = 7 * 86_400.0
"""Seconds for which the Cloud API calls again what was not answered with 200."""


class WhatsAppOptions(GraphOptions):
    """What Meta and we know."""


class WhatsAppConnector:
    """Waits for calls at `/hooks/<source>`."""

    channel = whatsapp.CHANNEL
    passive = True
    Options = WhatsAppOptions
    terms = Terms(
        "What people write to our number may be kept as long as answering them needs it; nothing is handed on.",
        page="https://www.whatsapp.com/legal/business-terms (as known; not read again)",
    )

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._hook = self.hook(setting.options)

    @staticmethod
    def hook(options: BaseModel) -> GraphHook:
        """Return what the web server asks of every call."""
        return GraphHook(options, whatsapp.read)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the figures of what came; raises `CredentialMissing` without the app's secret."""
        source = self._setting.source
        self._hook.demand(source)
        ready = f"Ready for WhatsApp at /hooks/{source}; nothing has come yet."
        async for batch in called(self._setting, cursor, ready, REDELIVERED):
            yield batch
