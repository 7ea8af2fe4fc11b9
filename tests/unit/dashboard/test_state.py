import msgspec
from hypothesis import given
from hypothesis import strategies as st

from dashboard.influence import leaning
from dashboard.state import WIDEST, BrandState, Shares, State
from tests.unit.dashboard.rooms import NOON, brand_state, delta, said, snapshot


def test_a_fresh_state_knows_nothing():
    state = BrandState("nordlicht")
    assert (state.rate(NOON), state.count(NOON), state.shares(NOON), state.influencers(NOON)) == (0, 0, Shares(), [])
    assert not state.demo(NOON)


def test_the_rate_counts_the_last_60_s_and_what_overtook_the_heartbeat():
    mentions = [said(n, NOON - age) for n, age in enumerate((0, 30, 59, 60, 61, 300, -2))]
    assert brand_state(mentions).rate(NOON) == 4


def test_the_curve_holds_60_complete_minutes():
    minute = NOON // 60 * 60
    curve = brand_state(
        [said(1, minute - 30), said(2, minute - 3600), said(3, minute - 3601), said(4, minute + 5)]
    ).curve(NOON)
    assert len(curve) == 60
    assert (curve[0][1], curve[-1][1]) == (1, 1)


def test_shares_and_leaning():
    state = brand_state(
        [
            said(1, NOON, "negative"),
            said(2, NOON, "negative"),
            said(3, NOON - 1800, "positive"),
            said(4, NOON, "uncertain"),
        ]
    )
    assert state.shares(NOON) == Shares(2, 0, 1, 1)
    assert state.shares(NOON).total == 4
    assert leaning({"n": 2, "-": 1, "+": 1}) == "negative"


def test_influencers_are_sorted_by_reach():
    state = brand_state(
        [
            said(1, NOON, author="a", followers=5),
            said(2, NOON, "negative", author="b", followers=900),
            said(3, NOON, author="a", followers=5),
        ]
    )
    assert [(one.profile.name, one.mentions, one.label) for one in state.influencers(NOON)] == [
        ("b", 1, "negative"),
        ("a", 2, "neutral"),
    ]


def test_an_old_author_is_forgotten():
    state = brand_state([said(1, NOON, author="a")])
    state.prune(NOON + 3 * 3600)
    assert state.profiles == {}
    assert not any(":a:" in name for name in state.tally)


def test_a_bucket_never_grows_without_bound():
    state = BrandState("nordlicht")
    state.tally = {f"nordlicht:t:{int(NOON) // 600 * 600}": {f"n:{n}": n for n in range(WIDEST + 1)}}
    state.prune(NOON)
    (fields,) = state.tally.values()
    assert len(fields) == WIDEST // 2
    assert f"n:{WIDEST}" in fields


def test_deltas_apply_once_and_in_order():
    state = State(["nordlicht"])
    state.load(snapshot(4), NOON)
    assert state.apply(delta(5, [said(1, NOON)]), NOON)
    assert state.apply(delta(5, [said(1, NOON)]), NOON)
    assert not state.apply(delta(7, [said(2, NOON)]), NOON)
    assert state.seq == 5
    assert state.brands["nordlicht"].rate(NOON) == 1


def test_seq_never_falls_even_if_the_bus_loses_its_memory():
    state = State(["nordlicht"])
    state.load(snapshot(40), NOON)
    state.load(snapshot(2), NOON)
    assert state.seq == 40
    assert state.apply(delta(3), NOON)
    assert state.seq == 41


def test_a_deleted_mention_and_one_that_moved_away_leave_no_words():
    state = State(["nordlicht", "other"])
    state.load(snapshot(1, [said(1, NOON), said(2, NOON)]), NOON)
    assert state.apply(delta(2, gone=["key1"]), NOON)
    assert state.apply(delta(3, [said(2, NOON, brands=("other",))]), NOON)
    brand = state.brands["nordlicht"]
    assert brand.newest == ()
    assert brand.cards.shown == ()
    assert [one.mention.key for one in state.brands["other"].newest] == ["key2"]


def test_cards_take_a_breath_between_two():
    brand = brand_state([said(1, NOON - 9)])
    brand.hear([said(2, NOON - 1)], (), NOON + 1)
    assert [card.mention.id for card in brand.cards.shown] == ["1"]
    brand.hear([said(3, NOON + 2)], (), NOON + 3)
    assert [card.mention.id for card in brand.cards.shown] == ["3", "1"]


def test_an_edit_shows_at_once():
    brand = brand_state([said(1, NOON - 9)])
    brand.hear([said(1, NOON - 9, text="Besser")], (), NOON)
    assert [card.mention.text for card in brand.cards.shown] == ["Besser"]


@given(
    st.lists(
        st.tuples(st.floats(NOON - 4000, NOON), st.sampled_from(["negative", "neutral", "positive"])), max_size=40
    ),
    st.integers(1, 39),
)
def test_snapshot_and_deltas_agree(times, cut):
    mentions = [said(n, at, label) for n, (at, label) in enumerate(times)]
    whole = State(["nordlicht"])
    whole.load(snapshot(9, mentions), NOON)
    parts = State(["nordlicht"])
    parts.load(snapshot(1, mentions[:cut]), NOON)
    parts.apply(delta(2, mentions[cut:]), NOON)
    one, other = whole.brands["nordlicht"], parts.brands["nordlicht"]
    assert (one.rate(NOON), one.shares(NOON), one.curve(NOON)) == (
        other.rate(NOON),
        other.shares(NOON),
        other.curve(NOON),
    )


def test_the_clock_goes_with_the_slowest_partition_and_never_back():
    state = State(["nordlicht"])
    state.load(msgspec.structs.replace(snapshot(1), seq=dict.fromkeys(range(16), 1)), NOON)
    for partition in range(15):
        assert state.apply(delta(2, watermark=NOON + 9, partition=partition), NOON)
    assert (state.watermark, state.seq) == (NOON, 31), "one partition is still where it was"
    state.apply(delta(2, watermark=NOON + 4, partition=15), NOON)
    assert state.watermark == NOON + 4
    state.load(msgspec.structs.replace(snapshot(1, watermark=NOON + 1), seq=dict.fromkeys(range(16), 2)), NOON)
    assert state.watermark == NOON + 4
