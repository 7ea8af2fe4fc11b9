"""A newcomer is told that nobody would hear of a crisis, adds a person, puts them on duty, changes the escalation."""

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from app.domain.delivery import Attempt
from app.domain.person import Person, Way
from app.store.alerting import delivery
from tests.browser.checkers import contrast_failures, type_size_failures
from tests.browser.test_queries import NAMELESS, SMALL_TARGETS, says
from tests.fixtures.system import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def archive(site):
    """The archive without anybody in it, before and after."""
    with site.archive() as store:
        _empty(store)
        yield store
        _empty(store)


def _empty(store):
    with store.transaction() as tx:
        for person in tx.people.all():
            tx.people.remove(person.id)
        for chain in tx.people.chains():
            tx.people.remove_chain(chain.brand)
    with store._writer.begin() as connection:
        connection.execute(delete(delivery))


def everything(store):
    with store.reading() as tx:
        return tx.people.all(), tx.people.shifts(), tx.people.chains()


def within(page, legend):
    return page.locator("#people fieldset", has=page.locator("legend", has_text=legend))


def test_from_nobody_to_somebody_on_duty(visit, archive):
    page = visit("?lang=de", path="/admin")
    says(page, "#people-warning", "Niemand erfährt von einer Krise: Es gibt noch keine Person.")
    page.click("text=Personen, Dienst und Eskalation")
    says(page, "#p-persons", "Neue Person")
    assert "24:00" in page.text_content(".turn.gap >> nth=0")
    page.click("text=+ Neue Person")

    anna = adds(page, archive)
    assert flaws(page) == []
    goes_on_duty(page, anna)
    is_named_in_the_chain(page, archive, anna)
    assert flaws(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert flaws(page) == []
    assert page.complaints == []
    is_deleted(page, archive)
    assert everything(archive) == ([], [], [])


def adds(page, archive):
    page.wait_for_selector("#p-form form")
    page.click("#p-form button.first")
    says(page, "#p-said", "Nicht gespeichert.")
    says(page, "#p-form .field:first-child .slip", "Schreiben Sie einen Namen.")
    says(page, ".way .slip p", "Das ist keine Mailadresse")
    assert page.evaluate("document.activeElement === document.querySelector('#p-form input')")
    page.keyboard.type("Anna <b>Ärmel</b>")
    page.get_by_label("Adresse").fill("anna@example.org")
    page.click("text=Weg hinzufügen")
    hook = within(page, "Weg 2")
    hook.get_by_label("Art").select_option("webhook")
    hook.get_by_label("Adresse").fill("https://hooks.example.org/T0/secret")
    hook.get_by_label("Ab").select_option("crisis")
    page.click("text=Ruhezeit hinzufügen")
    within(page, "Ruhezeit 1").get_by_label("Bis").fill("06:30")
    page.keyboard.press("Enter")
    says(page, "#p-said", "Gespeichert.")
    says(page, "#p-heading", "Anna <b>Ärmel</b>")
    [anna], _, _ = everything(archive)
    assert [(way.kind, way.least) for way in anna.ways] == [("mail", "note"), ("webhook", "crisis")]
    assert f"{anna.quiet[0].start} {anna.quiet[0].end}" == "22:00:00 06:30:00"
    assert within(page, "Weg 2").get_by_label("Adresse").input_value() == ""
    assert page.get_by_placeholder("https://hooks.example.org/… (leer lassen: bleibt)").count() == 1

    within(page, "Weg 1").locator("button.remove").click()
    page.get_by_label("Genannt").fill("Handy")
    page.click("#p-form button.first")
    page.wait_for_function("() => document.querySelectorAll('#p-form .way').length === 1")
    page.wait_for_function("() => document.activeElement.matches('#p-form .first')")
    says(page, "#p-said", "Gespeichert.")
    [anna], _, _ = everything(archive)
    assert [(way.address, way.label) for way in anna.ways] == [("https://hooks.example.org/T0/secret", "Handy")]
    return anna


def goes_on_duty(page, anna):
    page.click("text=Dienst und Eskalation")
    says(page, "#p-now", "Noch hat niemand Dienstzeiten. Ein Vorfall erreicht alle: Anna <b>Ärmel</b>.")
    page.wait_for_selector("#p-shift form")
    for day in ("Sa", "So"):
        page.get_by_label(day, exact=True).check()
    page.get_by_label("Von").fill("00:00")
    page.get_by_label("Bis").fill("00:00")
    page.click("text=Dienstzeit hinzufügen")
    says(page, "#p-shifts", "Dienst · täglich, 00:00")
    says(page, "#p-now", "Jetzt im Dienst: Anna <b>Ärmel</b>")
    says(page, "#p-now", "Die nächsten 14 Tage haben keine Lücke.")
    page.wait_for_function("() => !document.querySelector('.turn.gap')")


def is_named_in_the_chain(page, archive, anna):
    page.click("#p-chain button")
    page.wait_for_selector("#p-steps form")
    page.locator("#p-steps input").nth(1).fill("5")
    page.locator("#p-steps .step select").nth(2).select_option(anna.id)
    page.locator("#p-steps button.remove").nth(2).click()
    page.click("#p-steps button.first")
    says(page, "#p-chain", "Nach 5 Minuten ohne Quittung: Anna")
    _, [shift], [chain] = everything(archive)
    assert (shift.person, [(step.after, step.who) for step in chain.steps]) == (anna.id, [(0, "duty"), (300, anna.id)])


def is_deleted(page, archive):
    page.click("text=Entfernen >> nth=0")
    says(page, "#p-shifts", "noch keine")
    page.click("text=Anna")
    page.click("text=Person löschen …")
    assert page.evaluate("document.activeElement.textContent") == "Nein, behalten"
    page.click("text=Ja, löschen")
    says(page, "#p-said", "chain of * names")
    with archive.transaction() as tx:
        tx.people.remove_chain("*")
    page.click("text=Ja, löschen")
    says(page, "#people-warning", "Es gibt noch keine Person")


def test_every_way_is_tested_and_says_what_came_of_it(visit, archive):
    ways = (Way("w1", "mail", "anna@example.org"), Way("w2", "webhook", "https://hooks.example.org/x"))
    with archive.transaction() as tx:
        tx.people.put(Person("anna", "Anna", ways=ways))
    page = visit("?lang=en&id=anna", path="/admin/people")
    page.click("text=Test all ways")
    says(page, ".testing .answer", "Sending")
    for one in planned(archive):
        outcome, state = ("delivered", "delivered") if one.way == "w1" else ("refused", "dropped")
        proof = Attempt(one.planned_at, outcome, "250 accepted", 0.1)
        with archive.transaction() as tx:
            tx.deliveries.save(replace(one, state=state, attempts=(proof,), reason="" if one.way == "w1" else "404"))
    says(page, ".testing .answer", "Not every way works.")
    says(page, "[data-way=w1]", "✓ Taken. 250 accepted")
    says(page, "[data-way=w2]", "Not delivered. 404")
    assert flaws(page) == []


def planned(store):
    """Be the service that sends: wait for what is to be sent."""

    def due():
        with store.reading() as tx:
            return tx.deliveries.find(person="anna").items

    until(lambda: len(due()) == 2, "two tests to be planned")
    return due()


@pytest.mark.long
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "de")])
def test_by_day_and_by_night_it_can_be_read_named_and_hit(visit, archive, theme, language):
    for query in ("", "&new=1"):
        page = visit(f"?lang={language}&theme={theme}{query}", path="/admin/people", width=390, height=844)
        page.wait_for_selector("#p-form form" if query else "#p-week .turn")
        assert flaws(page) == []


def flaws(page):
    width = page.viewport_size["width"]
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [*page.evaluate(SMALL_TARGETS), *page.evaluate(NAMELESS), *contrast_failures(page)]
    return [*found, *type_size_failures(page, least=18), *([f"{wide} wide"] if wide > width else [])]
