import msgspec

from alerts.notification.gate import Circle
from alerts.notification.stalls import Signs, followed, plan_stalls, still
from app.domain.alarm import Alarm
from app.domain.delivery import Delivery, Stall
from tests.unit.alerts.telling_line import ANNA, BEN, CIRCLE, START, duty

REASON = {"de": "live hört seit 15:00 Uhr nicht.", "en": "live has not been listening since 15:00."}


def alarm(source: str = "live", *, since: float = START - 120, **more) -> Alarm:
    return Alarm(f"a-{source}", source, "bluesky", "deaf", "network", since, since, since, REASON, **more)


class Watch:
    """Looks every ten seconds at what is said to stand still."""

    def __init__(self, circle: Circle = CIRCLE) -> None:
        self.circle, self.now = circle, START
        self.stalls: dict[str, Stall] = {}
        self.sent: list[Delivery] = []

    def run(self, seconds: float, *alarms: Alarm, missing=(), watermark=None, stepped=None) -> "Watch":
        end = self.now + seconds
        while self.now < end:
            self.now += 10
            mark = self.now if watermark is None else watermark
            signs = Signs(mark, mark if stepped is None else stepped, missing, alarms)
            known = followed(self.stalls, still(signs, self.now), self.now)
            self.stalls, made = plan_stalls(known, self.sent, self.circle, self.now)
            self.sent += made
        return self

    def told(self) -> list[tuple[int, str, str, tuple[str, ...]]]:
        return [(int(one.planned_at - START), one.person, one.occasion, one.about) for one in self.sent]


def test_sources_that_fall_silent_together_are_one_message_told_once():
    watch = Watch().run(20, alarm("live"))
    watch.run(3000, alarm("live"), alarm("push"))
    assert watch.told() == [(40, "anna", "system", ("source:live", "source:push"))]


def test_that_it_works_again_is_told_once_it_has_for_a_minute():
    watch = Watch().run(100, alarm()).run(50).run(100, alarm()).run(600)
    assert watch.told() == [
        (40, "anna", "system", ("source:live",)),
        (320, "anna", "over", ("source:live",)),
    ], "a line that comes and goes is one trouble"
    watch.run(4000)
    assert watch.stalls == {}


def test_what_stands_still_again_within_an_hour_is_not_told_anew():
    watch = Watch().run(100, alarm()).run(600).run(200, alarm()).run(600)
    assert [one[2] for one in watch.told()] == ["system", "over", "over"]
    watch.run(4000).run(100, alarm())
    assert [one[2] for one in watch.told()] == ["system", "over", "over", "system"]


def test_a_service_is_given_a_minute():
    assert Watch().run(50, missing=["analysis"]).run(500).told() == []
    watch = Watch().run(300, missing=["analysis"])
    assert watch.told() == [(70, "anna", "system", ("service:analysis",))]
    assert "emberwatch run analysis" in watch.stalls["service:analysis"].reason["en"]


def test_data_that_stand_still_and_detectors_that_do_not_step_are_told():
    assert Watch().run(300, watermark=START).told()[0][3] == ("data",)
    assert Watch().run(300, stepped=START).told()[0][3] == ("detectors",)
    assert Watch().run(300).told() == []


def test_a_quiet_source_is_a_note_and_a_demo_or_an_ended_alarm_is_none():
    quiet = msgspec.structs.replace(alarm(), kind="quiet", cause="quiet")
    assert Watch().run(60, quiet).sent[0].severity == "note"
    assert still(Signs(START, START, (), [alarm(demo=True), alarm(resolved_at=START)]), START) == {}


def test_only_ways_that_take_a_warning_are_used_and_only_who_was_told_hears_the_end():
    watch = Watch().run(100, alarm())
    watch.circle = Circle((ANNA, BEN), (duty("ben"),))
    assert [one[1:3] for one in watch.run(600).told()] == [("anna", "system"), ("anna", "over")]
    assert {one.way for one in watch.sent} == {"m"}


def test_who_comes_on_duty_while_it_stands_still_is_told_once():
    watch = Watch().run(100, alarm())
    watch.circle = Circle((ANNA, BEN), (duty("ben"),))
    watch.run(600, alarm())
    assert watch.told() == [(40, "anna", "system", ("source:live",)), (110, "ben", "system", ("source:live",))]
    assert [one[1:3] for one in watch.run(600).told()[2:]] == [("anna", "over"), ("ben", "over")]


def test_who_is_added_while_nobody_could_be_told_hears_of_what_stands_still():
    watch = Watch(Circle()).run(100, alarm())
    assert watch.told() == []
    watch.circle = Circle((ANNA,))
    assert watch.run(600, alarm()).told() == [(110, "anna", "system", ("source:live",))]


def test_who_heard_of_an_earlier_trouble_hears_of_this_one_only_once_too():
    watch = Watch().run(100, alarm()).run(5000).run(600, alarm())
    assert [one[1:3] for one in watch.told()] == [("anna", "system"), ("anna", "over"), ("anna", "system")]
