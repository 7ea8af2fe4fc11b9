"""Mail over our own SMTP server: text, HTML and the chart in one letter, under a Message-ID that stays at every try."""

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import anyio
from anyio import to_thread

from alerts.notification.unreached import unreached
from alerts.notifier import PATIENCE, Message, Setting, Undelivered
from app.config.notifying import MailSection

SOCKET = 15.0
"""Seconds the server may take for one answer."""
LASTING = 500
"""SMTP replies from here on will not change by trying again (RFC 5321, 4.2.1)."""
GOOD, FORWARDED = 250, 251
WHERE = "Set `alerts.mail` in config.yaml, see docs/configuration.md."


class MailNotifier:
    """Sends letters; servers and mailboxes know one that comes twice by its Message-ID."""

    kind = "mail"
    again_is_safe = True

    def __init__(self, setting: Setting) -> None:
        self._section, self._clock = setting.section.mail, setting.clock
        self._house = setting.section.address

    async def send(self, address: str, message: Message) -> str:
        """Hand a letter to the server; the proof is its answer to the last dot."""
        if self._section is None:
            raise Undelivered(f"There is no mail server. {WHERE}", again=False)
        line = Line(self._section)
        letter = written(self._section, address, message, self._clock.now())
        try:
            with anyio.fail_after(PATIENCE):
                return await to_thread.run_sync(line.send, address, letter, abandon_on_cancel=True)
        except TimeoutError:
            raise Undelivered(f"The mail server has not taken it within {PATIENCE:g} s.", again=True) from None
        finally:
            line.cut()


class Line:
    """One connection to the server; `send` blocks, `cut` may be called from elsewhere and ends it."""

    def __init__(self, section: MailSection) -> None:
        self._section = section
        self._server: smtplib.SMTP | None = None
        self._over = False

    def send(self, address: str, letter: EmailMessage) -> str:
        """Send one letter and return the server's answer; raise `Undelivered`."""
        try:
            self._server = server = self._connect()
            self._enter(server)
            return self._handed(server, address, letter)
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code, _text(error.smtp_error), address) from None
        except ssl.SSLCertVerificationError as error:
            raise Undelivered(
                f"The mail server's certificate is not trusted: {error.verify_message}.", again=True
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(unreached("The mail server", error), again=True) from None

    def cut(self) -> None:
        """End the connection, whatever it is doing."""
        self._over = True
        if self._server is not None:
            with suppress(OSError):
                self._server.close()

    def _connect(self) -> smtplib.SMTP:
        section = self._section
        if section.encryption == "tls":
            return smtplib.SMTP_SSL(section.host, section.door, timeout=SOCKET, context=self._context())
        return smtplib.SMTP(section.host, section.door, timeout=SOCKET)

    def _enter(self, server: smtplib.SMTP) -> None:
        section = self._section
        if section.encryption == "starttls":
            server.starttls(context=self._context())
        if section.user and section.password is not None:
            server.login(section.user, section.password.get_secret_value())

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._section.ca) if self._section.ca else None)

    def _handed(self, server: smtplib.SMTP, address: str, letter: EmailMessage) -> str:
        """Say MAIL, RCPT, DATA and keep the answer to the end of the data, which smtplib's own method drops."""
        server.ehlo_or_helo_if_needed()
        wide = server.has_extn("smtputf8") and not (address + self._section.sender).isascii()
        server.mail(self._section.sender, ["SMTPUTF8"] if wide else [])
        code, said = server.rcpt(address)
        if code not in {GOOD, FORWARDED}:
            raise smtplib.SMTPResponseException(code, _text(said))
        code, said = server.data(letter.as_bytes(policy=SMTPUTF8 if wide else SMTP))
        if code != GOOD:
            raise smtplib.SMTPResponseException(code, _text(said))
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        return f"{code} {_masked(_text(said), address)}; Message-ID {letter['Message-ID']}"

    @staticmethod
    def _refused(code: int, said: str, address: str) -> Undelivered:
        answer = _masked(f"{code} {said}", address)
        return Undelivered(f"The mail server answers {answer}", again=code < LASTING)


def written(section: MailSection, address: str, message: Message, at: float) -> EmailMessage:
    """Return the letter: plain text, HTML beside it, pictures inside of the HTML."""
    letter = EmailMessage()
    host = section.sender.rpartition("@")[2]
    letter["From"], letter["To"] = _addressed(section.sender), _addressed(address)
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    letter["Message-ID"] = f"<{message.key}@{host}>"
    if message.thread:
        letter["References"] = f"<{message.thread}@{host}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter["Content-Language"] = message.language
    if message.urgent:
        letter["Importance"] = "high"
        letter["X-Priority"] = "1"
    letter.set_content(message.text, cte="quoted-printable")
    if message.html:
        letter.make_alternative()
        letter.attach(_page(message))
    return letter


def _page(message: Message) -> EmailMessage:
    """Return the HTML with its pictures inside."""
    page = EmailMessage()
    page.set_content(message.html, subtype="html", cte="quoted-printable")
    for name, picture in message.pictures:
        page.add_related(picture, "image", "png", cid=f"<{name}>", disposition="inline", filename=f"{name}.png")
    del page["MIME-Version"]
    return page


def _addressed(address: str) -> Address:
    name, _, host = address.rpartition("@")
    return Address(username=name, domain=host)


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def _masked(said: str, address: str) -> str:
    """Return an answer in one line without the address it may repeat."""
    line = " ".join(said.split())
    return line.replace(address, "…").replace(address.lower(), "…")[:300]
