"""Meta: what is said to and of our Facebook pages and Instagram accounts, told by signed webhooks."""

from collections.abc import AsyncIterator

from pydantic import BaseModel, Field, SecretStr

from app.errors import CredentialMissing
from ingest.connector import Batch, Setting, Terms
from ingest.graph import GraphHook, GraphOptions
from ingest.hook import called
from ingest.web import Web
from ingest.wires import meta
from ingest.wires.heard import Heard

ADVICE = "Make a token with instagram_manage_comments for the account at developers.facebook.com/tools/explorer."
MOST = 50
"""Mentions of one call whose words are asked for."""

REDELIVERED = 36 * 3_600.0
"""Seconds for which Meta calls again what was not answered with 200."""


class MetaOptions(GraphOptions):
    """What Meta and we know; with a token we ask for the words of mentions on Instagram."""

    token: SecretStr | None = Field(None, description="an access token of the Instagram account")
    url: str = Field("https://graph.facebook.com/v24.0", description="the Graph API")


class MetaHook(GraphHook):
    """Asks for the words of what Meta only points at."""

    def __init__(self, options: BaseModel) -> None:
        super().__init__(options, meta.read)
        if not isinstance(options, MetaOptions):
            raise TypeError("MetaConnector needs MetaOptions")
        self._options = options

    async def complete(self, heard: Heard, setting: Setting) -> None:
        """Add the mentions on Instagram; raises `SourceUnavailable` if they cannot be asked for now.

        Those that our token may not see, or that are gone, count as unreadable.
        """
        token = self._options.token
        if not isinstance(heard, meta.Told) or not heard.pointers or token is None:
            return
        async with Web(setting, credential=ADVICE, patience=5) as web:
            for pointer in heard.pointers[:MOST]:
                asked = {"fields": meta.question(pointer)}
                named = {"Authorization": f"Bearer {token.get_secret_value()}"}
                url = f"{self._options.url}/{pointer.account}"
                try:
                    answer = await web.get(url, params=asked, headers=named, also=frozenset({400, 404}))
                except CredentialMissing:
                    heard.miss("mention on Instagram that our token may not read")
                    continue
                event = meta.answered(pointer, answer.body)
                if event is None:
                    heard.miss("mention on Instagram that is not told")
                else:
                    heard.hear(event)


class MetaConnector:
    """Waits for calls at `/hooks/<source>`."""

    channel = "facebook"
    passive = True
    Options = MetaOptions
    terms = Terms(
        "What is told to our own pages may be kept as long as answering and reporting need it; what is deleted goes.",
        page="https://developers.facebook.com/terms/dfc_platform_terms (as known; not read again)",
    )

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._hook = self.hook(setting.options)

    @staticmethod
    def hook(options: BaseModel) -> MetaHook:
        """Return what the web server asks of every call."""
        return MetaHook(options)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield the figures of what came; raises `CredentialMissing` without the app's secret."""
        source = self._setting.source
        self._hook.demand(source)
        ready = f"Ready for Meta at /hooks/{source}; nothing has come yet."
        async for batch in called(self._setting, cursor, ready, REDELIVERED):
            yield batch
