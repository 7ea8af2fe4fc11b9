from datetime import time

import msgspec
import pytest

from alerts.notification.gate import Circle, gate
from app.domain.person import Quiet
from app.domain.roster import Chain, Step
from app.domain.silence import Silence
from app.domain.week import DAYS
from tests.unit.alerts.telling_line import ANNA, BEN, CIRCLE, CLEO, MAIL, PHONE, START, Line, duty, person

EVENING = Quiet(DAYS, time(15, 0), time(16, 0))
"""The hour that begins with the time line."""


def test_who_is_on_duty_hears_first_by_the_ways_that_take_it():
    line = Line().happens("opened").run(300)
    assert line.told == [(30, "anna", "m", "opened")]


def test_severity_decides_which_ways_are_used_and_a_crisis_does_not_wait():
    line = Line(severity="crisis").happens("opened").run(300)
    assert line.told == [(10, "anna", "m", "opened"), (10, "anna", "p", "opened")]


def test_several_events_within_a_short_time_are_one_message():
    line = Line(severity="note").happens("opened").run(10)
    line.happens("joined").happens("escalated", severity="warning", peak=15.0).run(300)
    assert line.told == [(30, "anna", "m", "opened")]
    assert next(iter(line.deliveries.values())).events == (1, 2, 3)


def test_it_is_repeated_only_when_it_gets_worse():
    line = Line(severity="crisis", state="owned", acknowledged_at=START + 5).happens("opened", level=3).run(400)
    line.happens("joined", peak=19.0).run(800)
    line.happens("calmer", level=2).happens("escalated", level=3).run(1000)
    assert len(line.told) == 2
    line.happens("escalated", level=4).run(1400)
    assert line.told[2:] == [(1030, "anna", "m", "escalated"), (1030, "anna", "p", "escalated")]


def test_a_level_alone_is_no_reason_below_a_crisis():
    line = Line().happens("opened", level=2).run(400).happens("escalated", level=4).run(590)
    assert len(line.told) == 1


def test_twice_the_mentions_are_told_again_but_not_within_the_pause():
    line = Line(state="acknowledged", acknowledged_at=START + 5).happens("opened").run(60)
    line.happens("escalated", peak=20.0).run(900)
    assert line.told == [(30, "anna", "m", "opened"), (330, "anna", "m", "escalated")]


def test_what_becomes_a_crisis_is_told_at_once():
    line = Line().happens("opened").run(60).happens("escalated", severity="crisis").run(120)
    assert line.told[1:] == [(70, "anna", "m", "escalated"), (70, "anna", "p", "opened")]


def test_got_worse_is_said_only_by_a_way_that_has_told_of_it():
    line = Line().happens("opened").run(60).happens("escalated", severity="crisis").run(500)
    line.happens("escalated", peak=40.0).run(900)
    phone = [(second, occasion) for second, _, way, occasion in line.told if way == "p"]
    assert phone == [(70, "opened"), (530, "escalated")]


def test_nobody_acknowledges_and_the_chain_goes_on_step_by_step():
    line = Line(severity="crisis").happens("opened").run(2000)
    steps = [(second, who, occasion) for second, who, way, occasion in line.told if way == "m"]
    assert steps == [(10, "anna", "opened"), (600, "ben", "step"), (1500, "cleo", "step")]


@pytest.mark.parametrize("state", ["acknowledged", "owned"])
def test_whoever_acknowledges_stops_the_chain(state):
    line = Line(severity="crisis").happens("opened").run(590)
    line.happens("acknowledged", state=state, acknowledged_at=START + 590, actor="anna").run(3000)
    assert {who for _, who, _, _ in line.told} == {"anna"}


def test_an_acknowledgement_calls_off_what_the_chain_has_on_its_way():
    line = Line(chain_of(Step(0, "duty"), Step(60, "ben"))).happens("opened").run(60)
    assert line.states()["ben m step"] == "planned"
    line.happens("acknowledged", state="acknowledged", acknowledged_at=START + 60).run(200)
    assert line.states()["ben m step"] == "dropped"
    assert [who for _, who, _, _ in line.told] == ["anna"]


def test_a_step_is_for_the_severities_it_names():
    line = Line().happens("opened").run(3000)
    assert [who for _, who, _, _ in line.told] == ["anna", "ben"], "a warning does not reach everybody"


def test_those_told_hear_that_it_is_over_and_nobody_else():
    line = Line().happens("opened").run(60)
    line.happens("resolved", state="resolved", resolved_at=START + 60).run(2000)
    assert line.told == [(30, "anna", "m", "opened"), (330, "anna", "m", "resolved")]


def test_what_is_over_before_it_was_told_is_told_once():
    line = Line().happens("opened").run(10)
    line.happens("resolved", state="resolved", resolved_at=START + 15).run(500)
    assert line.told == [(30, "anna", "m", "resolved")]


def test_what_began_and_ended_while_nobody_looked_is_told_once():
    line = Line().happens("opened")
    line.happens("resolved", state="resolved", resolved_at=START + 5).run(500)
    assert line.told == [(30, "anna", "m", "resolved")]


def test_an_incident_that_goes_on_as_part_of_another_is_not_called_over():
    line = Line().happens("opened").run(60)
    line.happens("resolved", state="resolved", resolved_at=START + 60, folded_into="i0").run(500)
    assert len(line.told) == 1


def test_quiet_hours_pass_a_warning_to_the_next_and_keep_the_message():
    quiet = msgspec.structs.replace(ANNA, quiet=(EVENING,))
    line = Line(CIRCLE._replace(persons=(quiet, BEN, CLEO))).happens("opened").run(3000)
    assert line.told == [(30, "ben", "m", "passed_on")]
    assert line.states()["anna m opened"] == "held"
    line.run(3700)
    assert line.told[1:] == [(3600, "anna", "m", "opened")]


def test_a_note_waits_for_the_end_of_quiet_hours():
    quiet = msgspec.structs.replace(ANNA, quiet=(EVENING,))
    line = Line(CIRCLE._replace(persons=(quiet, BEN, CLEO)), severity="note").happens("opened").run(3700)
    assert line.told == [(3600, "anna", "m", "opened")]
    held = next(iter(line.deliveries.values()))
    assert held.held_until == START + 3600


def test_a_crisis_breaks_through_quiet_hours_also_later():
    quiet = msgspec.structs.replace(ANNA, quiet=(EVENING,))
    circle = CIRCLE._replace(persons=(quiet, BEN, CLEO))
    assert Line(circle, severity="crisis").happens("opened").run(60).told[0][:2] == (10, "anna")
    line = Line(circle).happens("opened").run(100).happens("escalated", severity="crisis").run(300)
    assert (110, "anna", "m", "opened") in line.told


def test_everybody_in_quiet_hours_is_held_until_they_end():
    night = tuple(msgspec.structs.replace(one, quiet=(EVENING,)) for one in (ANNA, BEN, CLEO))
    line = Line(CIRCLE._replace(persons=night)).happens("opened").run(3700)
    assert {second for second, *_ in line.told} == {3600}
    assert {who for _, who, _, _ in line.told} == {"anna", "ben", "cleo"}


def silence(until: float, **more) -> Silence:
    return Silence("s1", "nordlicht", "anna", "Wartung", START - 10, START + until, **more)


def test_a_silence_holds_everything_and_what_burns_at_its_end_is_told():
    line = Line(CIRCLE._replace(silences=(silence(1000),))).happens("opened").run(990)
    assert line.told == []
    assert line.run(1300).told[0] == (1020, "anna", "m", "opened")


def test_what_is_over_before_its_silence_ends_is_not_told():
    line = Line(CIRCLE._replace(silences=(silence(1000),))).happens("opened").run(100)
    line.happens("resolved", state="resolved", resolved_at=START + 100).run(2000)
    assert line.told == []


def test_a_silence_that_begins_holds_what_waits():
    line = Line().happens("opened").run(10)
    line.circle = CIRCLE._replace(silences=(silence(1000),))
    assert line.run(900).told == []
    line.happens("resolved", state="resolved", resolved_at=START + 900).run(2000)
    assert line.told == []
    assert "It was over before the silence ended." in {one.reason for one in line.deliveries.values()}


def test_what_is_graver_than_its_silence_breaks_through():
    line = Line(CIRCLE._replace(silences=(silence(1000),))).happens("opened").run(100)
    line.happens("escalated", severity="crisis").run(200)
    assert (110, "anna", "m", "opened") in line.told


def test_whoever_cannot_be_reached_is_followed_by_the_next_at_once():
    line = Line(broken=[("anna", "m")]).happens("opened").run(500)
    assert line.told == [(60, "ben", "m", "passed_on")]


def test_one_way_that_works_is_enough():
    line = Line(severity="crisis", broken=[("anna", "m")]).happens("opened").run(500)
    assert [one[1:3] for one in line.told] == [("anna", "p")]


def test_after_the_end_of_the_chain_everybody_is_told():
    circle = chain_of(Step(0, "duty"))
    line = Line(circle, broken=[("anna", "m"), ("ben", "m")]).happens("opened").run(500)
    assert [who for _, who, _, _ in line.told] == ["cleo"]


def test_what_was_cut_off_goes_to_the_next_unless_its_receiver_knows_repetitions():
    line = Line().happens("opened").run(30)
    line.cut(next(iter(line.deliveries.values())), again_is_safe=True)
    assert line.run(60).told == [(40, "anna", "m", "opened")]

    line = Line().happens("opened").run(30)
    line.cut(next(iter(line.deliveries.values())), again_is_safe=False)
    assert line.run(400).told == [(60, "ben", "m", "passed_on")]


def test_what_was_cut_off_is_sent_again_if_nobody_else_can_be_told():
    line = Line(Circle((BEN,), (duty("ben"),))).happens("opened").run(30)
    line.cut(next(iter(line.deliveries.values())), again_is_safe=False)
    assert line.run(400).told == [(40, "ben", "m", "opened")]


def test_the_next_owner_is_told_unless_they_took_it_themselves():
    line = Line(state="owned", acknowledged_at=START + 1, owner="anna").happens("opened").run(60)
    line.happens("handed_over", owner="cleo", actor="anna").run(200)
    assert line.told[1:] == [(90, "cleo", "m", "handed_over")]
    line.happens("handed_over", owner="ben", actor="ben").run(300)
    assert len(line.told) == 2


def test_a_hand_over_waits_for_no_pause_and_no_silence():
    line = Line(severity="crisis").happens("opened").run(60)
    line.circle = CIRCLE._replace(silences=(silence(600),))
    line.happens("handed_over", state="owned", owner="anna", actor="cleo").run(120)
    assert [one for one in line.told if one[3] == "handed_over"] == [(90, "anna", way, "handed_over") for way in "mp"]


def test_rules_name_who_is_told_of_what_they_alone_raised():
    named = CIRCLE._replace(named={"r1": ("cleo",)})
    assert [one[1] for one in Line(named, rules=("r1",), signals=()).happens("opened").run(60).told] == ["cleo"]
    assert {one[1] for one in Line(named, rules=("r1",)).happens("opened").run(60).told} == {"anna", "cleo"}


def test_a_drill_is_told_to_those_who_take_part_and_to_nobody_else():
    assert Line(drill="d1", severity="crisis").happens("opened").run(3000).told == []
    circle = CIRCLE._replace(drilled={"d1": ("cleo",)})
    line = Line(circle, drill="d1", severity="crisis").happens("opened").run(3000)
    assert {who for _, who, _, _ in line.told} == {"cleo"}
    told = next(iter(line.deliveries.values()))
    assert not gate(told, line.incident, CIRCLE, line.now).open, "the gate holds even what was planned"


def test_nobody_is_told_by_a_way_or_as_a_person_that_is_gone():
    line = Line().happens("opened").run(10)
    planned = next(iter(line.deliveries.values()))
    for persons, why in (((), "not there"), ((msgspec.structs.replace(ANNA, ways=(PHONE,)),), "way off")):
        verdict = gate(planned, line.incident, CIRCLE._replace(persons=persons), line.now)
        assert not verdict.open
        assert why in verdict.reason
        assert verdict.applied(planned).state == "dropped"


def test_a_new_shift_hears_of_what_becomes_a_crisis():
    circle = CIRCLE._replace(shifts=(duty("anna", until=300), duty("cleo", since=300)))
    line = Line(circle, state="acknowledged", acknowledged_at=START + 5).happens("opened").run(400)
    line.happens("escalated", severity="crisis").run(500)
    told = {(who, occasion) for second, who, way, occasion in line.told if second > 400 and way == "m"}
    assert told == {("anna", "escalated"), ("cleo", "opened")}, "what is new to cleo has not become worse"


def test_nothing_is_planned_where_there_is_nobody():
    line = Line(Circle()).happens("opened").run(3000)
    assert line.deliveries == {}


def test_looking_twice_at_the_same_plans_nothing_twice():
    line = Line(severity="crisis").happens("opened").run(2000)
    before = dict(line.deliveries)
    line.now += 0
    line.step()
    assert line.deliveries == before


def chain_of(*steps: Step) -> Circle:
    return CIRCLE._replace(chains=(Chain("*", steps),))


def test_persons_of_another_brand_are_left_alone():
    other = person("dora", MAIL, brands=("suedwind",))
    line = Line(Circle((other, BEN), (duty("dora"), duty("ben")))).happens("opened").run(60)
    assert [one[1] for one in line.told] == ["ben"]
