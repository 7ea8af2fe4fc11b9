"""What raised is told by the detector that raised: in the incident's sentence, in German and English, and later."""

import pytest
from msgspec.structs import replace

from alerts.detectors.critic import CriticDetector
from alerts.detectors.unanswered import UnansweredDetector
from alerts.detectors.volume import VolumeDetector
from alerts.explanation.sentences import words_of
from alerts.explanation.wording import reason
from alerts.watching.watch import Decision, Watch
from app.domain.explanation import Explanation
from app.domain.incident import Incident, Signal
from app.domain.post import Post

NOON = 1_795_010_400.0
"""A Wednesday, 15:00 in Berlin."""
ZONE = "Europe/Berlin"


def quiet() -> Watch:
    kinds = (VolumeDetector, CriticDetector, UnansweredDetector)
    watch = Watch("acme", lambda: [kind("acme", ZONE) for kind in kinds], ZONE)
    watch.learn((), until=NOON)
    return watch


def follow(watch: Watch, at: float, decision: Decision, severity: str = "warning") -> None:
    """Keep the incident as the service would."""
    before = watch.incident
    opened = before.opened_at if before else at
    kept = [
        one
        for one in (before.signals if before else ())
        if one.detector not in {s.detector for s in decision.signals if s.alarm}
    ]
    signals = (*kept, *(one for one in decision.signals if one.alarm))
    since = decision.figures.since
    watch.resume(Incident("i", "acme", opened, "firing", severity, signals, since=since, updated_at=at))


def sentence(decision: Decision) -> dict[str, str]:
    return reason(decision.figures, (), ZONE, decision.words, decision.signals)


def test_a_lone_critic_is_told_as_one_then_as_one_who_was_and_never_as_a_surge_of_mentions():
    watch = quiet()
    watch.hear([Post("k", NOON - 60, "somebody", negative=True, reach=900_000)])
    opened = watch.step(NOON, heard=True)
    assert opened.action == "open"
    told = sentence(opened)
    assert told["de"].startswith(
        "Eine einzelne laute Kritik: ein negativer Beitrag erreicht etwa 900.000 Menschen. Seit"
    )
    assert told["en"].startswith("One loud critic: a negative post reaches about 900,000 people. Since")
    follow(watch, NOON, opened)
    level = watch.again(NOON + 20, heard=True)  # a level that changed, a label that was corrected
    assert sentence(level)["de"] == told["de"]
    later = watch.step(NOON + 3600, heard=True)
    assert (later.action, any(one.alarm for one in later.signals)) == ("update", False)
    told = sentence(later)
    assert told["de"].startswith("Zuletzt um 15:00 Uhr: Eine einzelne laute Kritik: ein negativer Beitrag erreicht")
    assert told["en"].startswith("Last at 15:00: One loud critic: a negative post reaches about 900,000 people. ")


def test_a_note_that_is_told_anew_stays_a_note():
    """A level that changes and a label that is corrected make nothing graver."""
    watch = quiet()
    watch.hear([Post("k", NOON - 60, "somebody", negative=True, reach=900_000)])
    opened = watch.step(NOON, heard=True)
    follow(watch, NOON, opened, "note")
    assert watch.again(NOON + 7200, heard=True).severity == "note"


def signal(detector: str, brand: str = "acme", *, alarm: bool = True) -> Signal:
    return Signal(detector, brand, NOON, alarm, 3000.0, 1800.0, 0.0, 0.0, 4.5, 3000)


@pytest.mark.parametrize("language", ["de", "en"])
def test_where_mentions_surged_and_where_only_a_topic_raised_the_brand_has_no_words_of_others(language):
    named = [CriticDetector("acme", ZONE), UnansweredDetector("acme", ZONE)]
    incident = Incident("i", "acme", NOON, "firing", "warning", (signal("unanswered"),))
    assert "50" in words_of(named, (), incident, ZONE, NOON + 60)[language]
    assert words_of(named, (signal("volume"), signal("critic")), incident, ZONE, NOON) == {}
    surged = replace(incident, signals=(signal("volume"), signal("unanswered")))
    assert words_of(named, (), surged, ZONE, NOON) == {}
    topic = replace(incident, signals=(signal("unanswered", "acme/fibre"),))
    assert words_of(named, (), topic, ZONE, NOON) == {}
    own = replace(topic, topic="fibre")
    assert language in words_of(named, (), own, ZONE, NOON)
    assert words_of(named, (), None, ZONE, NOON) == {}


def test_what_persons_do_puts_off_no_telling():
    watch = quiet()
    watch.hear([Post("k", NOON - 60, "somebody", negative=True, reach=900_000)])
    follow(watch, NOON, watch.step(NOON, heard=True))
    explained = Explanation(NOON, 1.0, 1.0, 1.0, 1.0)
    for minute in range(1, 11):
        at = NOON + 60.0 * minute
        watch.resume(replace(watch.incident, explanation=explained, updated_at=at - 15, state="owned"))
        assert watch.step(at, heard=True).action == "update", "told every minute at first, though somebody is at work"
        explained = replace(explained, at=at)
