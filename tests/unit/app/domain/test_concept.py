"""Which terms speak of the same thing, on a table of German and English words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.concept import Concepts

ONE = """
Ausfall: Stromausfall, Ausfälle, Ausfaelle, AUSFÄLLE, Totalausfall, ausgefallen, ausgefallene, ausfallen
Ausfall: Internetausfälle, #Stromausfall, Strom ausgefallen, Strom Ausfall
Störung: Störungen, Stoerung, gestört, Netzstörung, Großstörungen
Rechnung: Rechnungen, Stromrechnung, Handyrechnungen
Abrechnung: Jahresabrechnung, Heizkostenabrechnung, abgerechnet
Preis: Preise, Strompreis, Preisen, Ölpreis, Bierpreise
Erhöhung: Preiserhöhung, Preiserhöhungen, Strompreiserhöhung, erhöht, Preise erhöht
Kündigung: kündigen, gekündigt, Kündigungen, Sonderkündigung
Absturz: abgestürzt, Abstürze, abstürzen, App-Absturz, Serverabsturz
Bahn: Straßenbahn, S-Bahn, Bahnen
Verspätung: Verspätungen, verspätet, Zugverspätung, Zug verspätet
Vertrag: Verträge, Vertrags, Stromvertrag, Handyverträgen
Sperrung: gesperrt, sperren, Kontosperrung
Streik: Streiks, Warnstreik, gestreikt, Bahnstreik
Lieferung: geliefert, liefern, Lieferungen
Mahnung: Mahnungen, gemahnt
Hotline: Kundenhotline, Service-Hotline, Hotlines
Gebühr: Gebühren, Bearbeitungsgebühr
Abschlag: Abschläge, Abschlags, Stromabschlag
Panne: Datenpanne, Pannen, Reifenpannen
Netz: Stromnetz, Netze
Buchung: Buchungen
Zahlung: Abschlagszahlung, Zahlungen
refund: refunds, refunded, #refund
delay: delays, delayed
crash: crashes, crashed, crashing
delivery: deliveries
"""
"""A word, and those that are counted with it."""

APART = """
Bahnhof/Bahn Autobahn/Bahn Antwort/Wort Rückruf/Ruf Nachfrage/Frage Kraftwerk/Feuerwerk Dienstag/Dienst Vorfall/Ausfall
Buchung/Buch Kunde/Kündigung Landkarte/Karte Abrechnung/Rechnung Auftrag/Vertrag Preiserhöhung/Preis Tarifwechsel/Tarif
Zeitung/Zeit Handschuh/Schuh Karate/Rate Lieferzeit/Lieferung Verhandlung/Handlung Bahnhof/Hof Angebot/Gebot
Mahnung/Ahnung Wasserfall/Unfall Augenblick/Blick Verrechnung/Rechnung Zahlung/Zähler Streik/Strich refund/fund
"""
"""Pairs that are not one topic."""

MISSED = """
Datenleck/Leck Betrug/betrogen Zähler/gezahlt Wartungsarbeiten/Wartung entschuldigt/Entschuldigung delivered/delivery
Flug/geflogen bestreikt/Streik
"""
"""Pairs that ought to be one topic (of `Zähler/gezahlt`: two) and are not: what the rules do not reach."""

GROUPS = [
    (head.strip(), word.strip())
    for head, _, words in (line.partition(":") for line in ONE.strip().splitlines())
    for word in words.split(",")
]
SAID = ("Strom", "Wort", "Ruf", "Frage", "Buch", "Rate", "Schuh", "Hof", "Ahnung", "Blick", "Handlung", "Gebot", "fund")
"""What people say besides: a last part that is a word of its own may be found."""


def test_there_are_more_than_sixty_german_examples():
    assert len(GROUPS) + len(APART.split()) > 100


@pytest.mark.parametrize(("head", "word"), GROUPS)
def test_words_of_one_topic(head, word):
    concepts = Concepts(SAID)
    assert concepts.of(word) == concepts.of(head)


@pytest.mark.parametrize("pair", APART.split())
def test_words_that_are_kept_apart(pair):
    one, other = pair.split("/")
    concepts = Concepts(SAID)
    assert concepts.of(one) != concepts.of(other)


@pytest.mark.parametrize("pair", MISSED.split())
@pytest.mark.xfail(strict=True, reason="no rule reaches it")
def test_words_that_are_missed(pair):
    one, other = pair.split("/")
    alike = Concepts(SAID).of(one) == Concepts(SAID).of(other)
    assert alike is not pair.startswith("Zähler")


def test_a_phrase_is_its_two_concepts():
    concepts = Concepts()
    assert concepts.of("keine hilfe") == concepts.of("keine Hilfen") != concepts.of("hilfe")


def test_a_last_part_has_to_be_said_by_somebody():
    assert Concepts().of("Sommerfest") != Concepts().of("Fest")
    assert Concepts(["Fest"]).of("Sommerfest") == Concepts(["Fest"]).of("Fest")


@given(st.text(max_size=30))
def test_any_text_has_one_concept(text):
    concepts = Concepts(SAID)
    assert concepts.of(text) == concepts.of(text) == Concepts(SAID).of(text)
