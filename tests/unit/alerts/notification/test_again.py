"""What is told again, and what is not: to those who know it already, by ways that are gone, of events seen before."""

import msgspec

from tests.unit.alerts.telling_line import ANNA, CIRCLE, PHONE, START, Line


def test_twice_the_mentions_are_told_to_those_alone_who_heard_of_half_of_them():
    line = Line().happens("opened").run(590)
    line.happens("joined", peak=15.0).run(700)
    assert [who for _, who, _, _ in line.told] == ["anna", "ben"]
    line.happens("escalated", peak=20.0).run(1200)
    assert line.told[2:] == [(730, "anna", "m", "escalated")], "ben heard of fifteen"
    line.happens("escalated", peak=30.0).run(1400)
    assert [who for _, who, _, _ in line.told[3:]] == ["ben"]


def test_a_way_that_was_taken_off_does_not_hear_that_it_is_over():
    line = Line(severity="crisis").happens("opened").run(60)
    assert {way for _, _, way, _ in line.told} == {"m", "p"}
    line.circle = CIRCLE._replace(persons=(msgspec.structs.replace(ANNA, ways=(PHONE,)),))
    line.happens("resolved", state="resolved", resolved_at=START + 60).run(900)
    assert [one[2:] for one in line.told[2:]] == [("p", "resolved")]


def test_who_is_gone_does_not_hear_that_it_is_over():
    line = Line().happens("opened").run(60)
    line.circle = CIRCLE._replace(persons=())
    line.happens("resolved", state="resolved", resolved_at=START + 60).run(900)
    assert len(line.told) == len(line.deliveries) == 1


def test_an_event_that_is_seen_twice_is_told_once():
    line = Line(state="owned", acknowledged_at=START + 1, owner="anna").happens("opened").run(60)
    line.happens("handed_over", owner="cleo", actor="anna")
    again = list(line._events)
    line.run(200)
    line._events = again
    line.run(600)
    assert [one for one in line.told if one[3] == "handed_over"] == [(90, "cleo", "m", "handed_over")]
