import importlib
import socket
import ssl
from smtplib import SMTPServerDisconnected

import pytest

from alerts.notification.planning import PERHAPS
from alerts.notification.unreached import unreached
from alerts.notifiers import mail, webhook
from app import registry
from app.bus.refusal import refusal
from app.config.secret import variable
from app.errors import Backpressure, CredentialMissing, SourceUnavailable
from dashboard.i18n import catalogue, words
from dashboard.reason import retold, retold_plainly
from ingest.access import demand
from ingest.connector import Setting
from ingest.connectors import bluesky, youtube
from ingest.failure import failure_of
from ingest.web import Answer, Web
from tests.intake import StillClock, Told
from tests.unit.dashboard.rooms import NOON, text

DE, EN = words("de", "Europe/Berlin"), words("en", "Europe/Berlin")
OURS = [name for name in registry.names("connectors") if name not in {"tiny", "fleeting"}]


def english(nodes):
    """Return what is marked as English."""
    return [text(node) for node in nodes if not isinstance(node, str)]


def german(sentence):
    """Return a sentence in German; fail if a part of it stays English."""
    nodes = retold(sentence, DE)
    assert english(nodes) == [], sentence
    return said(nodes)


def said(nodes):
    return "".join(text(node) for node in nodes)


@pytest.fixture
def setting(tmp_path):
    options = youtube.YoutubeOptions(videos=["dQw4w9WgXcQ"])
    return Setting("tube", options, StillClock(NOON), tmp_path, Told())


async def failing(setting, url, **options):
    with pytest.raises(SourceUnavailable) as away:
        async with Web(setting, **options) as web:
            await web.get(url)
    return str(away.value)


@pytest.mark.anyio
async def test_what_the_web_says_is_said_in_german(setting):
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{line.getsockname()[1]}"
        told = german(await failing(setting, f"http://{host}/"))
    assert told == f"{host} weist die Verbindung ab; läuft der Server?"
    told = german(await failing(setting, "http://nobody.invalid/"))
    assert told == "nobody.invalid ist nicht unter diesem Namen zu finden (DNS); gibt es ein Netz?"
    assert german(await failing(setting, "http://")).startswith("Die Adresse ist keine Adresse")


@pytest.mark.parametrize(
    ("status", "headers", "told"),
    [
        (401, {}, "a.example lehnt den Schlüssel ab (HTTP 401). Erzeugen Sie einen API-Schlüssel unter https://"),
        (429, {"Retry-After": "1200"}, "zu oft fragen (HTTP 429); neuer Versuch in 1.200 s."),
        (429, {}, "a.example sagt, dass wir zu oft fragen (HTTP 429)."),
        (503, {}, "a.example antwortet mit HTTP 503."),
    ],
)
def test_what_a_status_means_is_said_in_german(setting, status, headers, told):
    answer = Answer(status, "https://a.example/x", headers, b"{")
    refused = str(Web(setting, credential=youtube.WHERE)._refusal(answer))
    assert told in german(refused)
    with pytest.raises(SourceUnavailable) as odd:
        answer.json()
    assert german(str(odd.value)) == "a.example antwortet mit etwas, das kein JSON ist."


def test_a_missing_key_is_said_with_where_it_goes(setting):
    with pytest.raises(CredentialMissing) as missing:
        demand(setting, ("api_key",), youtube.WHERE)
    assert german(str(missing.value)).startswith(
        "Der Quelle tube fehlt api_key: setzen Sie EMBERWATCH_TUBE_API_KEY oder schreiben Sie `api_key_file` mit der "
        "Datei, in der er steht. Erzeugen Sie einen API-Schlüssel unter "
        "https://console.cloud.google.com/apis/credentials und"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("name", [name for name in OURS if name not in {"demo", "replay", "push", "scenario"}])
async def test_every_connector_asks_for_its_key_in_german(name, tmp_path, monkeypatch):
    kit = importlib.import_module(f"tests.connectors.{name}").KIT
    if not kit.credentials:
        return
    for key in kit.credentials:
        monkeypatch.delenv(variable("quelle", key), raising=False)
    connector = registry.load("connectors", name)
    made = connector(Setting("quelle", connector.Options(**kit.options), StillClock(NOON), tmp_path, Told()))
    with pytest.raises(CredentialMissing) as missing:
        await anext(made.listen(None))
    assert "EMBERWATCH_QUELLE_" in german(str(missing.value))


@pytest.mark.parametrize("failure", [TimeoutError(), ConnectionRefusedError(), socket.gaierror(), OSError("odd")])
def test_what_keeps_bluesky_away_is_said_in_german(failure, tmp_path):
    options = bluesky.BlueskyOptions()
    made = bluesky.BlueskyConnector(Setting("live", options, StillClock(NOON), tmp_path, Told()))
    assert german(made._reason(failure)[0])


def test_what_holds_us_back_is_said_in_german():
    assert german(str(Backpressure(4.0))) == "Das System holt auf; neuer Versuch in 4 s."
    for trouble in ("OOM x", "MISCONF x", "NOAUTH x", "WRONGPASS x", "READONLY x", "LOADING x", "CLUSTERDOWN x", "odd"):
        told = german(f"Waiting, nothing is lost: {refusal(ConnectionError(trouble))}")
        assert told.startswith("Wartet, nichts geht verloren: ")
    assert german("Nothing is lost: 1.5 of 512 MB wait on disk.").startswith("Nichts geht verloren: 1,5 von 512 MB")
    stopped = retold(failure_of(ValueError("bad luck"), 1).reason, DE)
    assert said(stopped) == "Der Konnektor endete mit ValueError: bad luck Er wird neu gestartet."
    assert english(stopped) == ["bad luck"]


def test_what_nobody_knows_stays_english_and_is_marked_so():
    nodes = retold("2 of 3 feeds: a.example answers with HTTP 500. It rains. It pours. It was paused.", DE)
    assert nodes[0] == "2 von 3 Feeds:"
    assert english(nodes) == ["It rains. It pours."]
    assert nodes[-1] == "Sie war angehalten."
    assert retold("", DE) == ()
    assert said(retold("It was paused.", EN)) == "It was paused."


def test_every_pattern_finds_its_own_sentence():
    parts = {
        "figure": "7", "all": "9", "status": "500", "host": "a.example", "rest": "It was paused.", "secret": "api_key",
        "variable": "A_B", "url": "https://a.example/b", "client": "https://b.example", "scope": "s", "source": "s",
        "kind": "OSError", "actor": "ann", "why": "HTTP 401", "path": "/x y", "unit": "month", "other": "C",
        "hook": "token", "detail": "odd", "size": "1.5", "user": "ann",
        "service": "Matrix", "word": "4f1c", "who": "anna",
        "since": "2026-11-22T05:00:00Z", "until": "2026-11-22T06:00:00Z",
    }  # fmt: skip
    english_texts, german_texts = catalogue("en"), catalogue("de")
    for key in (one for one in english_texts if one.startswith("reason.") and one != "reason.the_address"):
        spoken = said(retold(english_texts[key].format(**parts), DE))
        wanted = german_texts[key].format(**{**parts, "rest": "Sie war angehalten.", "size": "1,5"})
        assert spoken == wanted, key


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (unreached("The receiver", ConnectionRefusedError()), "Der Empfänger weist die Verbindung ab; läuft er?"),
        (
            unreached("The mail server", socket.gaierror()),
            "Der Mailserver ist nicht unter seinem Namen zu finden (DNS).",
        ),
        (
            unreached("The receiver", ssl.SSLError()),
            "Der Empfänger bietet keine vertrauenswürdige Verschlüsselung (TLS).",
        ),
        (unreached("The receiver", TimeoutError()), "Der Empfänger antwortet nicht rechtzeitig."),
        (unreached("The mail server", SMTPServerDisconnected()), "Der Mailserver hat die Verbindung abgebrochen."),
        (unreached("The receiver", ValueError("odd")), "Der Empfänger ist nicht zu erreichen."),
        ("JSON has taken it.", "JSON hat es angenommen."),
        ("HTTP 200; webhook-id 4f1c", "HTTP 200; webhook-id 4f1c"),
        ("The receiver answers HTTP 410.", "Der Empfänger antwortet mit HTTP 410."),
        (
            f"There is no secret to sign with. {webhook.WHERE}",
            "Es gibt kein Geheimnis zum Signieren. Setzen Sie `alerts.",
        ),
        (f"There is no mail server. {mail.WHERE}", "Es gibt keinen Mailserver. Setzen Sie `alerts.mail`"),
        (PERHAPS, "Sie kann angekommen sein; sie wird noch einmal gesendet,"),
    ],
)
def test_what_came_of_a_message_is_said_in_german(sentence, told):
    assert german(sentence).startswith(told)
    assert retold_plainly(sentence, "de") == german(sentence)
    assert retold_plainly(sentence, "en") == sentence


def test_the_words_of_a_mail_server_stay_its_own():
    nodes = retold("The mail server answers 554 5.7.1 Spam", DE)
    assert said(nodes) == "Der Mailserver antwortet: 554 5.7.1 Spam"
    assert english(nodes) == ["554 5.7.1 Spam"]
