"""A real SMTP server (aiosmtpd) on loopback: keeps every letter, and refuses as its script says."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class PostOffice:
    """Takes letters; `script` holds replies to the next recipients or ends of data, "" for taking them."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.script: list[str] = []
        self.at_rcpt: list[str] = []
        self.encrypted: list[bool] = []
        self.logins: list[str] = []
        self.port = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options) -> str:  # noqa: N802 - the library's name
        if self.at_rcpt and (said := self.at_rcpt.pop(0)):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        if self.script and (said := self.script.pop(0)):
            return said
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        self.recipients += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        return f"250 2.0.0 Ok: queued as {len(self.letters):04X}"

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"geheim", handled=False)


@contextmanager
def post_office(context: ssl.SSLContext | None = None, *, port: int = 0, at_once: bool = False) -> Iterator[PostOffice]:
    """Run one; with a context it wants STARTTLS and a login with the password `geheim`, or speaks TLS at once."""
    office = PostOffice()
    more = {"tls_context": context, "require_starttls": True, "auth_required": True} if context else {}
    if at_once:
        more = {"ssl_context": context}
    controller = Controller(
        office, hostname="127.0.0.1", port=port or _free(), authenticator=office.login, enable_SMTPUTF8=True, **more
    )
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()


def _free() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
