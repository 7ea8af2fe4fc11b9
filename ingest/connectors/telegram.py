"""Telegram: what a bot of ours hears in channels, groups and chats; asked for, or told by webhook."""

from collections.abc import AsyncIterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from app.errors import CredentialMissing, SourceUnavailable
from ingest.access import placed
from ingest.connector import Batch, Setting, Terms
from ingest.hook import called
from ingest.poll import Interval, polled
from ingest.signature import same
from ingest.web import Web
from ingest.wires import telegram
from ingest.wires.heard import Heard
from ingest.wires.tree import branch

KEPT = 86_400.0
"""Seconds for which Telegram keeps what was not fetched or not answered with 200."""

LONG = 25
"""Seconds Telegram holds a question open while there is nothing new."""

CONFLICT = 409
MOST = 100


class TelegramOptions(BaseModel):
    """The bot's token to ask by ourselves, or the word by which Telegram's calls are believed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr | None = Field(None, description="the bot's token from @BotFather: we ask for updates")
    secret_token: SecretStr | None = Field(None, description="the secret of setWebhook: Telegram calls us")
    url: str = Field("https://api.telegram.org", description="the Bot API, or a server of your own")

    @field_validator("url")
    @classmethod
    def _web(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError("give the address of a Bot API server: https://host")
        return url.rstrip("/")


class TelegramHook:
    """Believes calls that carry the secret of `setWebhook`; bodies are not signed."""

    largest = 2**20

    def __init__(self, options: TelegramOptions) -> None:
        self._secret = options.secret_token.get_secret_value() if options.secret_token else ""

    def missing(self) -> str:
        """Return what cannot be done without."""
        return "" if self._secret else "The secret of setWebhook is missing."

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - Telegram asks for no proof
        """Telegram asks for no proof."""
        return None

    def trusted(self, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002 - not signed
        """Check `X-Telegram-Bot-Api-Secret-Token`."""
        return bool(self._secret) and same(self._secret, headers.get("x-telegram-bot-api-secret-token", ""))

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Heard:  # noqa: ARG002 - it stands in the body
        """Read one update."""
        return telegram.read(body, now)


class TelegramConnector:
    """With a token asks for updates from the offset that is its cursor; else waits at `/hooks/<source>`."""

    channel = telegram.CHANNEL
    Options = TelegramOptions
    terms = Terms(
        "What people tell the bot may be kept for its declared purpose; whoever asks for it is deleted.",
        deletions="none",
        page="https://telegram.org/tos/bot-developers (its beginning read 2026-11-22)",
    )

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        options = setting.options
        if not isinstance(options, TelegramOptions):
            raise TypeError("TelegramConnector needs TelegramOptions")
        self._options = options
        self._offset: int | None = None

    @staticmethod
    def hook(options: BaseModel) -> TelegramHook:
        """Return what the web server asks of every call."""
        if not isinstance(options, TelegramOptions):
            raise TypeError("TelegramConnector needs TelegramOptions")
        return TelegramHook(options)

    @property
    def passive(self) -> bool:
        """Tell whether it only hears what it is told."""
        return self._options.token is None

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what the bot hears from the offset `cursor` on, or the figures of what came by webhook."""
        setting = self._setting
        if self._options.token is not None:
            self._offset = int(cursor) if cursor and cursor.isdecimal() else None
            async with self._web() as web:
                async for batch in polled(setting, lambda: self._asked(web), Interval(0.2, 2.0)):
                    yield batch
        elif self._options.secret_token is not None:
            ready = f"Ready for Telegram at /hooks/{setting.source}; nothing has come yet."
            async for batch in called(setting, cursor, ready, KEPT):
                yield batch
        else:
            raise CredentialMissing(f"The bot's token is missing: {self._advice()}")

    async def probe(self) -> str:
        """Ask who the bot is."""
        if self._options.token is None:
            raise CredentialMissing(f"Nothing can be asked without the bot's token: {self._advice()}")
        async with self._web() as web:
            answer = (await web.get(self._address("getMe"))).json()
        return f"The bot @{branch(answer, 'result').get('username')} is reachable."

    def _web(self) -> Web:
        return Web(self._setting, credential=self._advice(), patience=LONG + 15)

    def _advice(self) -> str:
        own, hook = placed(self._setting, "token"), placed(self._setting, "secret_token")
        return (
            f"{own} (@BotFather gives one in Telegram); or, for a webhook with the secret_token of setWebhook, {hook}."
        )

    def _address(self, method: str) -> str:
        token = self._options.token.get_secret_value() if self._options.token else ""
        return f"{self._options.url}/bot{token}/{method}"

    async def _asked(self, web: Web) -> AsyncIterator[Batch]:
        """Fetch what is new; a higher offset lets Telegram forget what we have, so it is asked for after settling."""
        asked = {
            "offset": self._offset,
            "timeout": LONG,
            "limit": MOST,
            "allowed_updates": "[" + ",".join(f'"{kind}"' for kind in telegram.KINDS) + "]",
        }
        answer = await web.get(self._address("getUpdates"), params=asked, also=frozenset({CONFLICT, 404}))
        if answer.status == CONFLICT:
            raise SourceUnavailable(
                "Telegram lets only one ask: another program fetches this bot's updates, or a webhook is set; "
                "end it, or call deleteWebhook.",
                "setting",
                60,
            )
        if answer.status != 200:  # noqa: PLR2004 - it answers 404 to a token that was never one
            raise CredentialMissing(f"Telegram does not know this bot: {self._advice()}")
        found, offset = telegram.updates(answer.json())
        heard = Heard()
        now = self._setting.clock.now()
        for update in found:
            telegram.take(heard, update, now)
        if offset is not None:
            yield Batch(
                heard.events,
                str(offset),
                received=heard.received,
                unreadable=heard.unreadable,
                fault=heard.fault,
            )
            self._offset = offset
