"""What a message shows of what is known: channels by their names, each counter-check said once, whole minutes drawn."""

import msgspec

from alerts.notification.chart import Curve, bars, chart
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


def test_a_message_names_figures_that_are_known_and_no_others():
    known, none = text(facts(copied="12 gleiche Texte")), Incident("i1", "nord", AT, "firing", "crisis", ())
    assert "12 gleiche Texte" in known
    assert "378" in known
    plain = text(msgspec.structs.replace(facts(), incident=none))
    assert [line.partition(":")[0] for line in plain.splitlines() if "378" in line or "gleich" in line] == []


def test_a_chart_of_nothing_is_a_picture_all_the_same(tmp_path):
    assert chart(Curve((), 1.0, 4.0, 0.0, "Europe/Berlin", "de"), tmp_path).startswith(b"\x89PNG")
