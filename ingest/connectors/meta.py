"""Meta: what is said to and of our Facebook pages and Instagram accounts, told by signed webhooks."""

from collections.abc import AsyncIterator

from pydantic import BaseModel

from ingest.connector import Batch, Setting, Terms
from ingest.graph import GraphHook, GraphOptions
from ingest.hook import called
from ingest.wires import meta

REDELIVERED = 36 * 3_600.0
"""Seconds for which Meta calls again what was not answered with 200."""


class MetaOptions(GraphOptions):
    """What Meta and we know."""


class MetaConnector:
    """Waits for calls at `/hooks/<source>`."""

    channel = "facebook"
    passive = True
    Options = MetaOptions
    terms = Terms(
        "What is told to our own pages may be kept as long as answering and reporting need it; what is deleted goes.",
        page="https://developers.facebook.com/terms/dfc_platform_terms (read 2026-11-22)",
    )

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._hook = self.hook(setting.options)

    @staticmethod
    def hook(options: BaseModel) -> GraphHook:
        """Return what the web server asks of every call."""
        return GraphHook(options, meta.read)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the figures of what came; raises `CredentialMissing` without the app's secret."""
        source = self._setting.source
        self._hook.demand(source)
        ready = f"Ready for Meta at /hooks/{source}; nothing has come yet."
        async for batch in called(self._setting, cursor, ready, REDELIVERED):
            yield batch
