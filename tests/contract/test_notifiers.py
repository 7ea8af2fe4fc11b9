import ssl
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from alerts.notifier import Message, Setting, Undelivered
from alerts.notifiers.apprise import fitted
from alerts.notifiers.webhook import pause
from app import registry
from app.clock import SystemClock
from app.config.alerting import AlertsSection
from tests.peers import dovecot
from tests.peers.post_office import post_office
from tests.peers.receiver import DROP, HANG, Receiver

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PNG = b"\x89PNG\r\n\x1a\n"
MESSAGE = Message(
    key="4f1c",
    subject="Warnung · Nordlicht Strom · Stufe 3",
    text="Seit 15:00 Uhr …\n",
    short="Seit 15:00 Uhr viermal so viele Erwähnungen wie üblich.",
    tiny="Warnung · Nordlicht Strom · Stufe 3",
    link="https://leitstand.example.org/incident/i1",
    html='<p>Hallo</p><img src="cid:chart">',
    pictures=(("chart", PNG),),
    thread="i1",
    urgent=True,
    body=b'{"type":"incident.opened"}',
)


@pytest.fixture
def certificate(tmp_path) -> Path:
    return dovecot.certificate(tmp_path)


def notifier(kind: str, tmp_path, **section):
    setting = Setting(AlertsSection(**section), b"s" * 32, SystemClock(), tmp_path)
    return registry.load("notifiers", kind)(setting)


def mailer(tmp_path, office, **more):
    mail = {"host": "127.0.0.1", "port": office.port, "sender": "leitstand@example.org", "encryption": "none", **more}
    return notifier("mail", tmp_path, mail=mail)


def test_every_way_has_a_notifier_that_says_whether_again_is_safe():
    assert registry.names("notifiers") == ("apprise", "mail", "webhook")
    for name in registry.names("notifiers"):
        made = registry.load("notifiers", name)
        assert made.kind == name
        assert made.again_is_safe == (name != "apprise")


async def test_a_letter_arrives_with_text_html_and_its_picture(tmp_path):
    with post_office() as office:
        proof = await mailer(tmp_path, office).send("anna@example.org", MESSAGE)
    letter = office.letters[0]
    assert (letter["Subject"], letter["To"]) == (MESSAGE.subject, "anna@example.org")
    assert letter["Message-ID"] == "<4f1c@example.org>"
    assert letter["References"] == "<i1@example.org>"
    assert letter["Importance"] == "high"
    assert letter.get_body(("plain",)).get_content().splitlines() == MESSAGE.text.splitlines()
    assert "cid:chart" in letter.get_body(("html",)).get_content()
    picture = next(part for part in letter.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content()) == ("<chart>", PNG)
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    assert proof == "250 2.0.0 Ok: queued as 0001; Message-ID <4f1c@example.org>"


async def test_a_letter_goes_encrypted_and_logged_in_to_an_address_beyond_ascii(tmp_path, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    with post_office(context) as office:
        sending = mailer(tmp_path, office, encryption="starttls", user="leitstand", password="geheim", ca=certificate)
        await sending.send("jörg@example.org", MESSAGE)
        assert (office.encrypted, office.logins, office.recipients) == ([True], ["leitstand"], ["jörg@example.org"])
        with pytest.raises(Undelivered, match="535") as refused:
            await mailer(tmp_path, office, encryption="starttls", user="l", password="falsch", ca=certificate).send(
                "anna@example.org", MESSAGE
            )
        assert not refused.value.again
        with pytest.raises(Undelivered, match="certificate is not trusted"):
            await mailer(tmp_path, office, encryption="starttls").send("anna@example.org", MESSAGE)


async def test_a_plain_letter_goes_to_a_server_that_speaks_tls_from_the_first_byte(tmp_path, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    with post_office(context, at_once=True) as office:
        sending = mailer(tmp_path, office, encryption="tls", ca=certificate)
        await sending.send("anna@example.org", replace(MESSAGE, html="", pictures=()))
        with pytest.raises(Undelivered, match="certificate is not trusted"):
            await mailer(tmp_path, office, encryption="tls").send("anna@example.org", MESSAGE)
    (letter,) = office.letters
    assert [part.get_content_type() for part in letter.walk()] == ["text/plain"]


async def test_a_mail_server_that_refuses_for_now_or_for_good(tmp_path):
    with post_office() as office:
        sending = mailer(tmp_path, office)
        office.at_rcpt = ["450 4.2.1 anna@example.org is busy"]
        with pytest.raises(Undelivered, match=r"450 4\.2\.1 … is busy") as later:
            await sending.send("anna@example.org", MESSAGE)
        office.script = ["554 5.7.1 Spam"]
        with pytest.raises(Undelivered, match="554") as never:
            await sending.send("anna@example.org", MESSAGE)
        assert (later.value.again, never.value.again) == (True, False)
    with pytest.raises(Undelivered, match=r"^The mail server refuses the connection; does it run\?$") as gone:
        await sending.send("anna@example.org", MESSAGE)
    assert gone.value.again
    with pytest.raises(Undelivered, match="There is no mail server") as none:
        await notifier("mail", tmp_path).send("anna@example.org", MESSAGE)
    assert not none.value.again


async def test_no_line_of_a_subject_becomes_a_header(tmp_path):
    from alerts.notification.words import clean

    assert clean("Nord\r\nBcc: all@example.org\x00\u2028x") == "Nord Bcc: all@example.org x"


async def test_a_webhook_is_signed_as_the_standard_wants_it(tmp_path):
    async with Receiver.running() as receiver:
        proof = await notifier("webhook", tmp_path, webhook={"secret": SECRET}).send(
            f"{receiver.url}/hook?k=1", MESSAGE
        )
        came = receiver.came[0]
    assert proof == "HTTP 200; webhook-id 4f1c"
    assert Webhook(SECRET).verify(came.body, {k.lower(): v for k, v in came.headers.items()}) == {
        "type": "incident.opened"
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(came.body + b" ", {k.lower(): v for k, v in came.headers.items()})


@pytest.mark.parametrize(
    ("step", "said", "again", "after"),
    [
        (500, "HTTP 500", True, None),
        ((503, {"Retry-After": "7"}), "HTTP 503", True, 7.0),
        ((429, {"Retry-After": "120"}), "HTTP 429", True, 120.0),
        (410, "HTTP 410", False, None),
        ((302, {"Location": "http://127.0.0.1/"}), "HTTP 302", False, None),
        (DROP, r"The receiver has cut the connection\.", True, None),
    ],
)
async def test_a_webhook_that_does_not_take_it_says_whether_to_come_again(tmp_path, step, said, again, after):
    async with Receiver.running() as receiver:
        receiver.script = [step]
        with pytest.raises(Undelivered, match=said) as lost:
            await notifier("webhook", tmp_path, webhook={"secret": SECRET}).send(f"{receiver.url}/s3cret", MESSAGE)
        assert (lost.value.again, lost.value.after) == (again, after)
        assert "s3cret" not in str(lost.value)
        assert len(receiver.came) == 1, "redirects are not followed"


@pytest.mark.parametrize("kind", ["webhook", "apprise", "mail"])
async def test_nobody_is_waited_for_beyond_patience(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(f"alerts.notifiers.{kind}.PATIENCE", 0.3)
    async with Receiver.running() as receiver:
        receiver.script = [HANG]
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        mute = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - no Django
        mail = {"host": "127.0.0.1", "port": mute, "sender": "l@example.org", "encryption": "none"}
        made = notifier(kind, tmp_path, webhook={"secret": SECRET}, mail=mail)
        to = {"webhook": receiver.url, "mail": "a@example.org", "apprise": f"json://127.0.0.1:{receiver.port}/"}[kind]
        with pytest.raises(Undelivered, match="within") as late:
            await made.send(to, MESSAGE)
        assert late.value.again
        await listener.aclose()


async def test_a_webhook_without_secret_or_with_no_address_is_not_tried_again(tmp_path):
    with pytest.raises(Undelivered, match="no secret to sign with") as unsigned:
        await notifier("webhook", tmp_path).send("http://127.0.0.1:9/", MESSAGE)
    with pytest.raises(Undelivered) as nowhere:
        await notifier("webhook", tmp_path, webhook={"secret": SECRET}).send("http://[::/", MESSAGE)
    assert not unsigned.value.again
    assert not nowhere.value.again


def test_retry_after_is_seconds_or_a_date():
    assert pause("30", 0.0) == 30.0
    assert pause("Thu, 01 Jan 1970 00:01:00 GMT", 15.0) == 45.0
    assert pause("soon", 0.0) is None
    assert pause("", 0.0) is None


SERVICES = {
    "ntfy": ("ntfy://127.0.0.1:{port}/alarm", "/"),
    "gotify": ("gotify://127.0.0.1:{port}/AbCdEf12345", "/message"),
    "mattermost": ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", "/hooks/"),
    "rocket.chat": ("rocket://3ccdd113474722377935511fc85d3dd4/c4a@127.0.0.1:{port}/#alarm", "/hooks/"),
    "json": ("json://127.0.0.1:{port}/s3cret", "/s3cret"),
    "form": ("form://127.0.0.1:{port}/s3cret", "/s3cret"),
}


@pytest.mark.parametrize("service", SERVICES)
async def test_services_of_apprise_get_it_and_their_refusal_is_told(tmp_path, service, capfd):
    address, path = SERVICES[service]
    async with Receiver.running() as receiver:
        made, to = notifier("apprise", tmp_path), address.format(port=receiver.port)
        proof = await made.send(to, MESSAGE)
        assert "has taken it" in proof
        assert receiver.came[0].path.startswith(path)
        assert b"Nordlicht" in receiver.came[0].body
        for status, again, after in ((500, True, None), (429, True, 60.0), (403, False, None)):
            receiver.script = [status] * 5
            with pytest.raises(Undelivered, match=f"HTTP {status}") as lost:
                await made.send(to, MESSAGE)
            assert (lost.value.again, lost.value.after) == (again, after)
        receiver.script = [DROP] * 5
        with pytest.raises(Undelivered, match="does not answer") as dropped:
            await made.send(to, MESSAGE)
        assert dropped.value.again
        assert "127.0.0.1" not in str(dropped.value)
    written = capfd.readouterr()
    assert "127.0.0.1" not in written.out + written.err, "no log names an address"


async def test_an_address_that_apprise_cannot_read_is_not_tried_again(tmp_path):
    with pytest.raises(Undelivered, match="cannot read this address") as lost:
        await notifier("apprise", tmp_path).send("nowhere://s3cret", MESSAGE)
    assert not lost.value.again


def test_a_text_is_cut_to_what_a_service_takes_and_its_link_stays_whole():
    assert fitted(MESSAGE, 1000, 20) == (MESSAGE.subject[:20], f"{MESSAGE.short}\n{MESSAGE.link}")
    assert fitted(MESSAGE, 1000, 0) == ("", f"{MESSAGE.subject}\n{MESSAGE.short}\n{MESSAGE.link}")
    assert fitted(MESSAGE, 140, 0) == ("", f"{MESSAGE.tiny} {MESSAGE.link}")
    assert fitted(replace(MESSAGE, tiny="x" * 200), 140, 0)[1] == f"{'x' * (139 - len(MESSAGE.link))} {MESSAGE.link}"
    assert fitted(replace(MESSAGE, link=""), 20, 0) == ("", MESSAGE.tiny[:20])
    assert fitted(MESSAGE, 60, 0) == ("", MESSAGE.tiny[:60]), "a link without a word is no message"
