from hypothesis import given
from hypothesis import strategies as st

from app.store.partitions import Span, name_of, span

TODAY = 20_775  # 18 November 2026
days = st.one_of(st.integers(TODAY - 900, TODAY + 900), st.integers(-900_000, 3_100_000))


@given(st.lists(st.tuples(days, st.integers(0, 400)), max_size=40))
def test_parts_hold_their_day_and_never_overlap_however_they_come(asked):
    taken: list[Span] = []
    for day, later in asked:
        if not any(part.start <= day < part.end for part in taken):
            made = span(day, TODAY + later, taken)
            assert made.start <= day < made.end
            assert all(made.end <= other.start or other.end <= made.start for other in taken)
            taken.append(made)
    assert len({name_of("mention", part) for part in taken}) == len(taken)


def test_what_is_near_gets_a_day_and_what_is_far_a_month_a_year_or_a_century():
    names = [
        name_of("mention", span(day, TODAY, [])) for day in (TODAY, TODAY - 100, TODAY - 2_000, -30_000, 3_000_000)
    ]
    assert names == [
        "mention_20261118",
        "mention_20260801_20260901",
        "mention_20210101_20220101",
        "mention_18000101_19000101",
        "mention_ever_ever",
    ]


def test_no_source_can_make_thousands_of_parts():
    taken: list[Span] = []
    for day in range(-800_000, 3_000_000, 7):
        if not any(part.start <= day < part.end for part in taken[-1:]):
            taken.append(span(day, TODAY, taken[-1:]))
    assert len(taken) < 400
