from app import registry
from app.config.duration import DAY
from app.config.model import RetentionSection
from ingest.connector import Terms
from ingest.lifetime import shortened, within_terms

KEEP = RetentionSection(channels={"x": "10d", "forum": "900d"})


def test_the_shorter_of_both_holds():
    kept = shortened(
        KEEP,
        [("x", Terms("", days=30)), ("forum", Terms("", days=30)), ("video", Terms("", days=1)), ("mail", Terms(""))],
    )
    assert kept.channels == {"x": 10 * DAY, "forum": 30 * DAY, "video": DAY}
    assert kept.mentions_of("mail") == 400 * DAY
    assert KEEP.channels["forum"] == 900 * DAY, "what is configured stays what it was"


def test_terms_of_every_installed_connector_hold_and_a_broken_one_stops_nobody(monkeypatch):
    class Video:
        channel, terms = "video", Terms("", days=30)

    kinds = {"video": Video, "old": object}
    monkeypatch.setattr(registry, "names", lambda _: ["video", "old", "broken"])
    monkeypatch.setattr(registry, "load", lambda _, name: kinds[name])
    assert within_terms(KEEP).channels["video"] == 30 * DAY
