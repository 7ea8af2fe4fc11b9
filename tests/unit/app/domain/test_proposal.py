import random

import pytest

from app.domain import proposal
from app.domain.mention import Author, Mention
from app.domain.proposal import distance, near_enough, proposals
from app.domain.query import parse

QUERY = parse('"Nordlicht Strom" OR nordlicht OR #nordlicht')
COMPANY = ("strom", "rechnung", "abschlag", "hotline", "kunde", "zaehler", "stoerung", "kuendigung", "tarif", "wechsel")
OTHERS = (
    "kaffee",
    "spiel",
    "wetter",
    "film",
    "katze",
    "urlaub",
    "musik",
    "garten",
    "kuchen",
    "fahrrad",
    "himmel",
    "norwegen",
)
GLUE = ("und", "heute", "wieder", "meine", "nicht", "schon", "endlich", "immer", "die", "das")


class World:
    """Posts of people: about the brand, by its name or not, and about all else."""

    def __init__(self, seed=7):
        self.chance, self.number = random.Random(seed), 0

    def post(self, *names, about=COMPANY):
        self.number += 1
        words = [*names, *self.chance.sample(about, 3), *self.chance.sample(GLUE, 3)]
        self.chance.shuffle(words)
        return Mention("x", str(self.number), float(self.number), " ".join(words), Author("anna"))

    def heard(self):
        plain = [self.post("Nordlicht") for _ in range(160)]
        return (
            plain
            + [self.post("Nordlicht", "Nolli") for _ in range(25)]
            + [self.post("Nordlicht", "Polartarif") for _ in range(15)]
        )

    def unheard(self):
        elsewhere = [self.post(about=OTHERS) for _ in range(900)]
        silent = [self.post(name) for name in ("Nolli", "Polartarif", "Nordlciht", "Nordlich") for _ in range(6)]
        aurora = [self.post("Nordlichter", about=OTHERS) for _ in range(15)]
        decoys = [self.post(name, about=OTHERS) for name in ("Nordlift", "Nordsicht") for _ in range(8)]
        return elsewhere + silent + aurora + decoys


def found(**more):
    world = World()
    return {one.term: one for one in proposals("nord", QUERY, world.heard(), world.unheard(), **more)}


def test_slips_nicknames_and_products_are_found_and_namesakes_are_not():
    made = found()
    assert {"nolli", "polartarif", "nordlciht", "nordlich"} <= made.keys()
    assert made.keys().isdisjoint({"nordlichter", "nordlift", "nordsicht", *OTHERS, *GLUE})
    assert (made["nordlciht"].how, made["nordlciht"].near) == ("spelling", "nordlicht")
    assert (made["nolli"].how, made["nolli"].near) == ("word", "")
    assert made["nolli"].odds > proposal.SURE
    assert made["nolli"].brings == 6
    assert made["nolli"].precision > 0.9


def test_examples_show_the_doubtful_too():
    world = World()
    unheard = world.unheard() + [world.post("Nolli", about=OTHERS) for _ in range(3)]
    (nolli,) = (one for one in proposals("nord", QUERY, world.heard(), unheard) if one.term == "nolli")
    assert len(nolli.examples) == proposal.SHOWN
    likely = [one.likely for one in nolli.examples]
    assert likely == sorted(likely, reverse=True)
    assert likely[0] > 0.9
    assert likely[-1] < 0.1
    assert 0.5 < nolli.precision < 0.8


def test_what_was_refused_is_not_proposed_again():
    refused = proposal.proposal_id("nord", "nolli")
    assert "nolli" not in found(refused=lambda one: one == refused)
    assert proposal.proposal_id("sued", "nolli") != refused


def test_words_of_the_trade_tell_less_where_others_are_heard_too():
    world = World()
    heard, unheard = world.heard(), world.unheard()
    trade = {one.term for one in proposals("nord", QUERY, heard, unheard)} & set(COMPANY)
    assert trade, "without a rival in view they look like words of the brand"
    rivals = [world.post("Suedlicht") for _ in range(400)]
    made = {one.term for one in proposals("nord", QUERY, heard, unheard, elsewhere=rivals)}
    assert made.isdisjoint(COMPANY)
    assert {"nolli", "polartarif"} <= made


def test_without_mentions_or_posts_nothing_is_proposed():
    world = World()
    assert proposals("nord", QUERY, [], []) == []
    assert proposals("nord", QUERY, world.heard(), []) == []
    assert all(one.how == "spelling" for one in proposals("nord", QUERY, [], world.unheard()))


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ("strom", "strom", 0),
        ("strom", "srtom", 1),
        ("strom", "stroom", 1),
        ("strom", "stom", 1),
        ("abc", "xyz", 3),
        ("ab", "abcdefg", 3),
    ],
)
def test_letters_that_differ_are_counted(one, other, far):
    assert distance(one, other, 2) == far


@pytest.mark.parametrize(
    ("word", "target", "near"),
    [("nordlihct", "nordlicht", True), ("nordlight", "nordlicht", True), ("mordlicht", "nordlicht", False),
     ("nordlichter", "nordlicht", False), ("strom", "stroh", True), ("streik", "strom", False)],
)  # fmt: skip
def test_a_slip_is_near_and_begins_alike(word, target, near):
    assert near_enough(word, target) is near
