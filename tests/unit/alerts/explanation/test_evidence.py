from alerts.explanation.evidence import driver_terms, lead_authors
from app.bus.port import Snapshot
from app.domain.analysis import NOT_ANALYSED, AnalysedMention
from app.domain.brand import Brand
from app.domain.mention import Author, Mention
from app.domain.tally import Profile, TallyDelta

SINCE = 1_795_010_400.0
BRAND = Brand("nordlicht", "Nordlicht Strom", "nordlicht", ("@nordlichtstrom",))
TALLY: TallyDelta = {
    f"nordlicht:t:{int(SINCE) - 600}": {"n:tarif": 40, "n:rechnung": 30, "n:zaehler": 30, "-:tarif": 3},
    f"nordlicht:t:{int(SINCE)}": {"n:abschlag": 60, "n:hotline": 40, "n:tarif": 9, "n:nordlicht": 70, "-:abschlag": 50},
    f"acme:t:{int(SINCE)}": {"n:other": 900},
    f"nordlicht:a:{int(SINCE) - 600}": {"old:n": 90},
    f"nordlicht:a:{int(SINCE)}": {"loud:n": 2, "loud:-": 2, "many:n": 5, "nobody:n": 9, "unknown:n": 3, "gone:n": 0},
    f"acme:a:{int(SINCE)}": {"other:n": 50},
}
PROFILES = {
    "loud": Profile("news", "Die Zeitung", None, 9000),
    "many": Profile("chat", "Vielschreiber", "viel", 100),
    "nobody": Profile("chat", "Niemand", None, 0),
    "old": Profile("chat", "Früher", None, 9),
    "gone": Profile("chat", "Weg", None, 99_999),
    "other": Profile("chat", "Andere", None, 99_999),
}


def test_driver_terms_are_those_said_more_often_since_the_onset():
    text = "Mein Abschlag ist doppelt und die Hotline legt auf."
    card = AnalysedMention(Mention("forum", "1", SINCE, text, Author("a")), NOT_ANALYSED)
    snapshot = Snapshot({}, SINCE, TALLY, {"nordlicht": (card,)}, PROFILES)
    assert [(one.term, one.count > 3, one.z > 2) for one in driver_terms(snapshot, BRAND, SINCE + 99)] == [
        ("Abschlag", True, True),
        ("Hotline", True, True),
    ]


def test_lead_authors_by_reach_since_the_onset():
    snapshot = Snapshot({}, SINCE, TALLY, {}, PROFILES)
    assert lead_authors(snapshot, BRAND, SINCE + 99) == ("Die Zeitung", "Vielschreiber")
    assert lead_authors(snapshot, BRAND, SINCE + 99, limit=1) == ("Die Zeitung",)


def test_where_nobody_has_followers_those_who_said_most_lead():
    unfollowed = {key: Profile("reviews", one.name, None, 0) for key, one in PROFILES.items()}
    assert lead_authors(Snapshot({}, SINCE, TALLY, {}, unfollowed), BRAND, SINCE) == (
        "Niemand",
        "Vielschreiber",
        "Die Zeitung",
    )


def test_our_own_accounts_lead_nothing_however_many_follow_them():
    with_us = PROFILES | {"unknown": Profile("chat", "Nordlicht Strom", "NordlichtStrom", 10**6)}
    assert lead_authors(Snapshot({}, SINCE, TALLY, {}, with_us), BRAND, SINCE) == ("Die Zeitung", "Vielschreiber")
