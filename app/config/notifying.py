"""The part of config.yaml on reaching people: mail, webhooks, the address of this house, the dead-man's switch."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StrictFloat, StrictInt, StrictStr

Seconds = StrictFloat | StrictInt
PREFIX = "whsec_"
"""How the secrets of Standard Webhooks begin."""


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in text
    except ValueError:
        good = False
    if not good:
        raise ValueError("this is not an address; write one such as https://host/path")
    return text


def house(text: str) -> str:
    """Return the address of this house without a slash at its end; raise `ValueError` for what is none."""
    parts = urlsplit(_address(text))
    if parts.query or parts.fragment:
        raise ValueError("write the address alone, such as https://leitstand.example.org, without ? and #")
    return text.rstrip("/")


def _sender(text: str) -> str:
    name, _, host = text.rpartition("@")
    if not name or not host or any(letter.isspace() or letter in '<>,;"' for letter in text):
        raise ValueError("a mail address has to stand here, such as leitstand@example.org")
    return text


def _there(file: Path | None) -> Path | None:
    if file is not None and not file.is_file():
        raise ValueError("there is no such file; name the certificate to trust, in PEM")
    return file


def _signing(secret: SecretStr | None) -> SecretStr | None:
    """Return a secret that can sign as Standard Webhooks want it; the sentence does not repeat it."""
    if secret is not None:
        try:
            raw = b64decode(secret.get_secret_value().removeprefix(PREFIX), validate=True)
        except ValueError:
            raw = b""
        if not secret.get_secret_value().startswith(PREFIX) or not 24 <= len(raw) <= 64:  # noqa: PLR2004 - the standard's
            raise ValueError(
                'the secret has to be `whsec_` and 24 to 64 bytes in Base64: echo "whsec_$(openssl rand -base64 32)"'
            )
    return secret


class Part(BaseModel):
    """One block under `alerts`: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class MailSection(Part):
    """The server that takes our mail (SMTP), and in whose name it goes out."""

    host: Annotated[StrictStr, Field(min_length=1, max_length=253)]
    sender: Annotated[StrictStr, AfterValidator(_sender)]
    encryption: Literal["tls", "starttls", "none"] = "starttls"
    port: Annotated[StrictInt, Field(ge=1, le=65_535)] | None = None
    user: StrictStr = ""
    password: SecretStr | None = None
    ca: Annotated[Path | None, AfterValidator(_there)] = None

    @property
    def door(self) -> int:
        """Return the port: as given, else the usual one of the encryption."""
        return self.port or {"tls": 465, "starttls": 587, "none": 25}[self.encryption]


class WebhookSection(Part):
    """What webhooks are signed with."""

    secret: Annotated[SecretStr | None, AfterValidator(_signing)] = None


class HeartbeatSection(Part):
    """The dead-man's switch: an outside address that hears from us as long as all is well, and how often."""

    url: Annotated[StrictStr, AfterValidator(_address)] | None = None
    every: Annotated[Seconds, Field(ge=10, le=3_600)] = 60


class RetrySection(Part):
    """How long a message is tried that does not arrive."""

    attempts: Annotated[StrictInt, Field(ge=1, le=100)] = 8
    within: Annotated[Seconds, Field(ge=1, le=86_400)] = 1_800
    """Seconds after the first try."""


SECRETS: dict[str, type[BaseModel]] = {"mail": MailSection, "webhook": WebhookSection}
"""Blocks that take secrets, from files or the environment."""
