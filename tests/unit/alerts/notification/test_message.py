"""What a message shows of what is known: channels by their names, each counter-check said once, whole minutes drawn."""

from alerts.notification.chart import bars
from alerts.notification.letter import html
from alerts.notification.message import Facts, Quote, quoted, text
from app.domain.channel_words import SAID, channel_name
from app.domain.incident import Incident
from app.domain.spoken import LANGUAGES
from app.domain.tally import MinuteTally
from dashboard.i18n import words

AT = 1_795_345_200.0
HELD = "Hält auch ohne @lisa.example: dann 160 je Minute."


def facts(language="de", **more):
    made = Incident("i1", "nord", AT, "firing", "crisis", (), peak=378.0)
    return Facts("opened", language, "Europe/Berlin", AT, "crisis", brand="Nord", incident=made, **more)


def test_a_channel_is_called_in_a_message_as_on_the_page():
    quote = Quote("Schon wieder!", "lisa", "news", "der erste Beitrag", AT)
    assert "(lisa, Presse, " in quoted(quote, facts())
    assert "(lisa, Press, " in quoted(quote, facts("en"))
    assert SAID["de"].keys() == SAID["en"].keys()
    for language in LANGUAGES:
        for name in ("bluesky", "news", "reviews", "stackexchange", "strange"):
            assert words(language, "UTC").channel(name) == channel_name(name, language)
    assert (channel_name("strange", "de"), channel_name("strange", "de", "Forum X")) == ("strange", "Forum X")


def test_a_counter_check_says_once_that_it_holds():
    known = facts(objections=((True, HELD), (False, "Ohne Reposts wäre es kein Alarm."), (None, "Nicht zu sagen.")))
    page = html(known, chart=False)
    assert "hält stand" not in page.lower()
    assert all(f">{sign}</strong> {said}" in page for (_, said), sign in zip(known.objections, "✓✗?", strict=True))
    assert HELD in text(known)


def test_the_last_bar_is_of_the_minutes_that_are_over():
    start = int(AT) // 300 * 300
    minutes = [MinuteTally(start + 60 * place, 378, 100) for place in range(7)]
    assert bars(minutes) == [(start, 378.0, 100.0), (start + 300, 378.0, 100.0)]
    assert bars([]) == []


def test_minutes_in_which_nobody_spoke_are_bars_too():
    start = int(AT) // 300 * 300
    assert bars([MinuteTally(start, 10), MinuteTally(start + 840, 5)]) == [
        (start, 2.0, 0.0), (start + 300, 0.0, 0.0), (start + 600, 1.0, 0.0),
    ]  # fmt: skip
