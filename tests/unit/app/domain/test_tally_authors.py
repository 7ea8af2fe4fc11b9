"""Authors and the reach of negative mentions, as minutes tell of them."""

import pytest

from app.domain.tally import Contribution, add, minutes, reduce, remains


def spoken(*authors: str, label: str = "negative", reach: int = 10) -> tuple[Contribution, ...]:
    return tuple(Contribution(("b",), 30.0, label, "chat", "post", reach, author, ()) for author in authors)


def authors_of(parts) -> int:
    return minutes(reduce(parts), "b")[0].authors


@pytest.mark.parametrize("many", [1, 2, 5, 12, 25])
def test_the_authors_of_a_minute_are_told_by_their_boxes(many):
    crowd = [f"{number * 7919:032x}" for number in range(many)]
    assert authors_of(spoken(*crowd, *crowd)) == pytest.approx(many, rel=0.35)


def test_a_single_voice_is_one_author_however_often_it_speaks_and_more_than_the_boxes_tell_are_all_that_spoke():
    assert authors_of(spoken(*["a"] * 600)) == 1
    assert authors_of(spoken(*(f"author {number}" for number in range(400)))) == 400


def test_a_deleted_mention_takes_its_author_out_and_leaves_its_reach():
    (part,) = spoken("a")
    delta = reduce([part])
    add(delta, part, -1)
    add(delta, remains(part))
    (minute,) = minutes(delta, "b").values()
    assert (minute.count, minute.authors, minute.negative_reach) == (1, 0, 10)


def test_only_the_reach_of_negative_ones_is_told_apart():
    (minute,) = minutes(reduce([*spoken("a", reach=7), *spoken("b", label="neutral", reach=100)]), "b").values()
    assert (minute.reach, minute.negative_reach) == (107, 7)
