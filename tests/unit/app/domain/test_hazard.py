import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import hazard as module
from app.domain.hazard import LONGEST, hazard

MEANT = {
    "safety": [
        "Seit heute Morgen Gasgeruch im Keller, und bei euch geht niemand ans Telefon!",
        "Es riecht im ganzen Haus nach Gas, was soll ich tun?",
        "Meine Wallbox ist geschmolzen und hat fast gebrannt",
        "Mein Akku ist explodiert, das Kinderzimmer ist schwarz",
        "Durch euren Zähler einen Stromschlag bekommen",
        "Mein Sohn wurde dabei verletzt",
        "Nach dem Essen im Krankenhaus gelandet",
        "I can smell gas near your meter",
        "the charger caught fire while we were asleep",
        "The battery of my phone exploded",
        "Our kitchen is on fire because of your stove",
        "My daughter was badly burned by it",
        "Ended up in the ER after your salad, food poisoning they say",
    ],
    "harm": [
        "Ich kann nicht mehr, ich bringe mich um",
        "Mit den Schulden will ich nicht mehr leben",
        "Because of this debt I want to kill myself",
        "I don't want to live anymore",
    ],
    "violence": [
        "Morgen komme ich mit dem Messer in eure Filiale",
        "Ich schlage euch alle tot",
        "Ich zünde euch die Bude an, da zünde ich euer Büro an",
        "I'll kill you and your whole team",
        "I will burn your store down",
    ],
    "legal": [
        "Das geht jetzt an meinen Anwalt",
        "Ich werde Anzeige erstatten",
        "Wir sehen uns vor Gericht!",
        "Ich werde euch verklagen",
        "Habe die Schlichtungsstelle angerufen",
        "You will hear from my lawyer",
        "I'm taking legal action",
        "see you in court",
        "I will take this to the ombudsman",
    ],
}
NOT_MEANT = [
    "Zum Glück kein Gasgeruch mehr",
    "Niemand wurde dabei verletzt",
    "Die Preise explodieren, eine Preisexplosion!",
    "Das Angebot ist eine Bombe",
    "Ich lach mich tot, ihr bringt mich um 😂",
    "I'm gonna kill myself laughing lol",
    "ich verklage euch haha",
    "Das Team is on fire today",
    "Der neue Tarif ist der Hammer, die Leitung brennt förmlich durch Anrufe",
    "Das Gericht war köstlich, die Anzeige in der Zeitung auch",
    "Your offer kills the competition",
    "I would kill for that discount",
    "Strom im Krankenhaus: so funktioniert es",
    "Kein Anwalt nötig, alles geklärt",
    "There was no gas leak after all",
    "Die Anzeige auf dem Display bleibt dunkel",
    "Ich sterbe vor Langeweile in eurer Warteschleife",
    "Den Sommer über verletzt ihr doch keine Regeln",
    "Ich bringe den Router morgen um acht zurück",
    "Ich bringe sie heute um 10 vorbei",
    "Ich zünde die Kerzen an, bei dem Strompreis",
    "I'll shoot you a message later",
    "Frau Müller verletzt den Datenschutz",
    "My kid burned through all the data again",
    "Schlichtungsstelle wäre noch eine Möglichkeit, kostet nichts",
    "Ein Anwalt aus Kiel lobt den Tarif",
    "",
    "🔥🔥🔥",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, some in MEANT.items() for text in some])
def test_what_is_meant_is_found(kind, text):
    found = hazard(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("text", NOT_MEANT)
def test_what_is_not_meant_is_no_hazard(text):
    assert hazard(text) is None


def test_the_gravest_comes_first_and_says_its_words():
    assert hazard("Mein Anwalt weiß Bescheid: Gasgeruch im Keller") == ("safety", "gasgeruch")


CUES = [
    cue.replace(r"[.!?,]", "[!?]").replace(r"\w", "[a-z]").replace(".", "[a-z ]")
    for cues in module._CUES.values()
    for cue in cues
]


@settings(max_examples=150)
@given(st.sampled_from(CUES).flatmap(lambda cue: st.from_regex(cue, fullmatch=True)))
def test_whatever_a_cue_finds_has_a_stem(text):
    assert any(stem in text for stem in module._STEMS)


def test_a_denied_one_does_not_hide_a_later_one():
    assert hazard("Erst kein Gasgeruch. Aber heute früh um acht: Gasgeruch!") == ("safety", "gasgeruch")


def test_words_of_the_configuration_are_whole_words_in_any_spelling():
    assert hazard("Der RÜCKRUF läuft", ["Rückruf"]) == ("word", "rueckruf")
    assert hazard("data-leak bei euch?", ["Data Leak"]) == ("word", "data-leak")
    assert hazard("Rückrufbitte", ["Rückruf"]) is None
    assert hazard("kein Rückruf", ["Rückruf"]) is None


def test_only_the_beginning_of_a_long_text_is_looked_at():
    assert hazard("x " * (LONGEST // 2) + "Gasgeruch") is None
