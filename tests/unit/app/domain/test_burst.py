"""Bots that say the same at once are marked, people who pass something on are not."""

import random

import pytest

from app.domain import burst
from app.domain.burst import ENOUGH, FEWEST, MARKED, Post, Usual, densest, judge
from app.domain.grounds import ground
from app.domain.handles import alike

NOW = 1_795_284_000.0
DAY = 86_400.0
NAMES = (
    "karla_liest", "moin_thorben", "deichkind82", "frau.hoppe", "svenja", "gleis9", "ollilauf", "strandgut",
    "henrike.w", "jonas_b", "kiez_mutti", "nordwind", "radlerin", "tante_emma", "der_olaf", "b_schmidt",
    "wattwurm", "lotte_lenz", "pendlerin", "ahoi_lisa", "mnmn_max", "guenter_k", "frida", "hafenkante", "paule_s",
    "sonja_aus_ulm", "texter", "elbperle", "kfz_meister", "quatschkopp",
)  # fmt: skip


def bots(number: int = 30, reposted: float = 0.0, seed: int = 1, **known: object) -> list[Post]:
    """Return a burst by young accounts of one hand within two minutes."""
    chance = random.Random(seed)
    facts = {"followers": 3, "created_at": NOW - 6 * DAY, "stranger": True} | known
    return [
        Post(
            NOW + 120 * chance.random(), f"b{n}", "bluesky", "repost" if n < reposted * number else "post",
            f"stimme{chance.randrange(10_000, 99_999)}", **facts,
        )
        for n in range(number)
    ]  # fmt: skip


def wave(
    number: int = 30, reposted: float = 0.7, span: float = 120.0, seed: int = 1, *, told: bool = True
) -> list[Post]:
    """Return people of all ages who pass something on, as many of them by reposts, all in the same two minutes."""
    chance = random.Random(seed)
    return [
        Post(
            NOW + span * chance.random(), f"p{n}", "bluesky", "repost" if n < reposted * number else "post",
            NAMES[n % len(NAMES)] + "_" * (n // len(NAMES)),
            int(chance.lognormvariate(5, 1.3)) if told else None,
            NOW - chance.uniform(60, 4000) * DAY if told else None,
            chance.random() < 0.6,
        )
        for n in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize("reposted", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_bots_are_marked_and_a_wave_with_as_many_reposts_is_not(reposted, seed):
    assert judge(bots(reposted=reposted, seed=seed)).marked
    assert not judge(wave(reposted=reposted, seed=seed)).marked
    assert not judge(wave(300, reposted=reposted, seed=seed)).marked


def test_each_ground_has_its_figure_its_share_and_a_sentence_in_both_languages():
    found = judge(bots())
    shares = {one.name: one.share for one in found.grounds}
    assert found.score == pytest.approx(sum(shares.values()))
    assert {"copies", "young", "handles", "together", "strangers", "followers", "channel"} <= shares.keys()
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    said = {one.name: one.said for one in found.grounds}
    assert said["young"] == {
        "de": "30 von 30 Konten sind jünger als 30 Tage.",
        "en": "30 of 30 accounts are younger than 30 days.",
    }
    assert (found.posts, found.authors) == (30, 30)
    assert NOW <= found.started_at <= NOW + 120


def test_bots_are_marked_though_their_channel_does_not_say_how_old_they_are():
    assert judge(bots(created_at=None)).marked


def test_people_are_not_marked_though_their_channel_says_nothing_of_them():
    assert not judge(wave(told=False)).marked


def test_what_is_common_elsewhere_proves_nothing():
    young_network = Usual(young=0.9, strangers=0.95, followers=0.9)
    assert judge(bots(), young_network).score < judge(bots()).score - 0.2


def test_few_accounts_are_not_judged_and_some_not_in_full():
    assert judge(bots(FEWEST - 1)) == burst.Burst()
    assert judge([]) == burst.Burst()
    assert judge(bots(FEWEST)).score < judge(bots(ENOUGH)).score
    one = bots(1) * 50
    assert not judge(one).grounds


def test_an_agency_text_in_many_papers_is_no_burst():
    papers = [one._replace(kind="article", channel="news") for one in wave(reposted=0.0)]
    assert judge(papers).score < MARKED / 2
    passed = [one._replace(passed_on=True) for one in wave(reposted=0.0)]
    assert "copies" not in {one.name for one in judge(passed).grounds}


def test_only_the_densest_stretch_is_judged():
    """Bots in the tail of a long wave are seen, a wave around them does not hide them."""
    slow = [one._replace(at=NOW - 40_000 + 1_200 * n) for n, one in enumerate(wave())]
    found = judge([*slow, *bots()])
    assert found.marked
    assert found.authors <= 32


def test_the_densest_stretch_counts_accounts_not_posts():
    loud = [Post(NOW + n, "loud", "forum") for n in range(40)]
    many = [Post(NOW + 5_000 + n, f"a{n}", "forum") for n in range(9)]
    assert [one.author for one in densest([*many, *loud], 60.0)] == [f"a{n}" for n in range(9)]
    assert densest([]) == []


@pytest.mark.parametrize(("gap", "words"), [(4.0, "every 4 seconds"), (0.0, "in the same second")])
def test_an_even_rhythm_is_said(gap, words):
    even = [one._replace(at=NOW + gap * n) for n, one in enumerate(bots())]
    [said] = [one.said for one in judge(even).grounds if one.name == "rhythm"]
    assert words in said["en"]


def test_numbers_are_written_as_each_language_does():
    assert "2,5 Sekunden" in ground("rhythm", 2.5, 8)["de"]
    assert "2.5 seconds" in ground("rhythm", 2.5, 8)["en"]


def test_a_judge_who_looks_only_at_the_time_would_mark_the_wave(monkeypatch):
    """Planted fault: without its other grounds a wave looks like bots, and the test above would tell."""
    monkeypatch.setattr(burst, "WEIGHTS", {"copies": 0.0} | dict.fromkeys(burst.WEIGHTS, 0.0) | {"together": 1.0})
    assert judge(wave()).marked


@pytest.mark.parametrize(
    ("handles", "share"),
    [
        (["anna83921", "karl20394", "uwe11873", "frida"], 0.75),
        (["stromfan12", "stromfan13.bsky.social", "@stromfan77@deich.example", "radlerin"], 0.75),
        (["lichtblick", "lichtblikc", "lichtblick_", "radlerin"], 0.75),
        (["anna83921", "frida", "radlerin"], 0.0),
        (["jan82", "moin1", "texter", "frida"], 0.0),
        (list(NAMES), 0.0),
        ([], 0.0),
        (["", "@"], 0.0),
    ],
)
def test_handles_of_one_hand_look_alike(handles, share):
    assert alike(handles) == share


def test_of_very_many_handles_some_are_looked_at():
    assert alike([f"bot{n:06d}" for n in range(5_000)]) == 1.0
