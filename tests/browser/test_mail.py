"""A mail as its reader sees it: sent through a real SMTP server, read back, and drawn without scripts and network."""

import base64

import pytest

from alerts.notification.chart import Curve, chart
from alerts.notification.letter import html
from alerts.notification.message import Facts, Quote, short, subject, text, tiny
from alerts.notifier import Message
from alerts.notifiers.mail import Line, written
from app.config.notifying import MailSection
from app.domain.level import Level
from app.domain.tally import MinuteTally
from tests.acceptance.telling import storm
from tests.fixtures.store import NOON
from tests.peers.post_office import post_office

pytestmark = pytest.mark.browser
LONG = "https://example.org/" + "ohne/leerzeichen/" * 12
SEEN = """() => ({wide: document.documentElement.scrollWidth, image: document.images[0].naturalWidth,
  shown: document.images[0].getBoundingClientRect().width, scripts: document.scripts.length,
  ground: getComputedStyle(document.querySelector(".card")).backgroundColor,
  ink: getComputedStyle(document.querySelector(".value")).color,
  button: document.querySelector("a.button").getBoundingClientRect().height})"""


def facts(language: str) -> Facts:
    return Facts(
        occasion="opened",
        language=language,
        zone="Europe/Berlin",
        at=NOON,
        severity="crisis",
        brand="Nordlicht Strom",
        house="Leitstand",
        incident=storm(level=Level(4), severity="crisis", peak=58.0),
        quotes=(
            Quote(f"<script>document.title='x'</script> {LONG}", "Erika", "bluesky", "first", NOON, "javascript:x"),
        ),
        objections=((True, "Ohne @laut wären es noch 21 je Minute."), (None, "Nicht zu sagen.")),
        link="https://leitstand.example.org/incident/i1",
        acknowledge="https://leitstand.example.org/acknowledge/abc",
    )


@pytest.fixture(scope="module", params=["de", "en"])
def page(request, tmp_path_factory) -> str:
    """Return the HTML of a letter as it arrived, its picture put in where the Content-ID names it."""
    told, folder = facts(request.param), tmp_path_factory.mktemp("mail")
    minutes = [MinuteTally(int(NOON) - 60 * back, 5 + (back < 30) * 40, negative=2) for back in range(360)]
    picture = chart(Curve(minutes, 2, 11, NOON - 1800, "Europe/Berlin", told.language), folder)
    message = Message(
        "k",
        subject(told),
        text(told),
        short(told),
        tiny(told),
        told.link,
        html(told, chart=True),
        (("chart", picture),),
    )
    with post_office() as office:
        section = MailSection(host="127.0.0.1", port=office.port, sender="l@example.org", encryption="none")
        Line(section).send("anna@example.org", written(section, "anna@example.org", message, NOON))
    (letter,) = office.letters
    part = next(part for part in letter.walk() if part.get_content_type() == "image/png")
    name = f"cid:{part['Content-ID'].strip('<>')}"
    read: str = letter.get_body(("html",)).get_content()
    assert name in read
    return read.replace(name, "data:image/png;base64," + base64.b64encode(part.get_content()).decode())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_is_readable_on_a_phone_and_a_desk_in_both_lights(chromium, page, scheme):
    window = chromium.new_context(color_scheme=scheme, offline=True)
    asked: list[str] = []
    try:
        view = window.new_page()
        view.on("request", lambda request: asked.append(request.url))
        for width in (390, 800):
            view.set_viewport_size({"width": width, "height": 800})
            view.set_content(page)
            seen = view.evaluate(SEEN)
            assert seen["wide"] <= width, "nothing is wider than the screen"
            assert seen["image"] == 1168
            assert width * 0.7 <= seen["shown"] or seen["shown"] == 584
            assert seen["button"] >= 44
            assert seen["scripts"] == 0
            assert view.title().startswith(("Krise", "Crisis"))
            dark = scheme == "dark"
            assert seen["ground"] == ("rgb(26, 34, 43)" if dark else "rgb(255, 255, 255)")
            assert seen["ink"] == ("rgb(230, 237, 243)" if dark else "rgb(18, 24, 30)")
        assert [url for url in asked if url.startswith("http")] == []
    finally:
        window.close()
