from alerts.detectors.volume import VolumeDetector
from alerts.watching.watch import Watch
from app.domain.tally import MinuteTally

ZONE = "Europe/Berlin"
NOW = 1_000 * 86_400.0


def watch() -> Watch:
    return Watch("acme", lambda: [VolumeDetector("acme", ZONE)], ZONE)


def test_beginning_anew_without_a_past_does_not_learn_all_minutes_since_1970():
    young = watch()
    young.learn((), until=NOW)
    young.step(NOW, heard=True)
    young.learn((), until=NOW + 30)  # Redis was away for a moment
    young.step(NOW + 600, heard=True)
    assert young.oldest > NOW - 600


def test_beginning_anew_with_a_past_goes_on_where_it_ends():
    old = watch()
    past = [MinuteTally(int(NOW) - 7200 + 60 * n, 3) for n in range(60)]
    old.learn(past, until=NOW)
    old.step(NOW, heard=True)
    old.learn(past, until=NOW + 30)
    old.step(NOW + 600, heard=True)
    assert old.oldest == NOW - 7200
    assert old.memory.learned > NOW
