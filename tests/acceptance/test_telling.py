"""Who is told of a storm, when, and what: time lines with real Redis, SMTP and web receivers."""

import msgspec
import pytest

from app.domain.delivery import Delivery, Stall
from app.domain.explanation import Counter, Evidence, Explanation
from app.domain.mention import Deletion
from app.domain.person import Person, Way
from app.domain.roster import Chain, Step
from tests.acceptance.telling import level, storm
from tests.fixtures.store import NOON, said

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


async def test_a_storm_is_told_worse_and_over_and_nothing_twice(any_house):
    any_house.people(any_house.anna(), duty=("anna",))
    incident = await any_house.begin()
    await any_house.run(60)
    assert any_house.subjects() == ["Warnung · Nordlicht Strom: abschlag, hotline"]
    incident = await any_house.change(incident, severity="crisis", level=level(4))
    await any_house.run(60)
    await any_house.end(incident)
    await any_house.run(900)
    assert any_house.subjects()[1:] == [
        "Krise · schlimmer geworden · Nordlicht Strom · Stufe 4: abschlag, hotline",
        "Vorbei · Nordlicht Strom · Stufe 4: abschlag, hotline",
    ]
    assert {one.state for one in any_house.deliveries()} == {"delivered"}
    assert all("250 2.0.0 Ok: queued as" in one.attempts[-1].proof for one in any_house.deliveries())
    assert len({str(letter["Message-ID"]) for letter in any_house.office.letters}) == 3
    with any_house.store.reading() as tx:
        assert tx.dispatch.progress(["i1"]) == {}, "nothing is left behind"


async def test_an_acknowledgement_stops_the_chain(house):
    ben = Person("ben", "Ben", ways=(Way("w1", "mail", "ben@example.org"),))
    house.people(house.anna(), ben, duty=("anna",))
    with house.store.transaction() as tx:
        tx.people.put_chain(Chain("*", (Step(0, "duty"), Step(300, "ben"))))
    incident = await house.begin()
    await house.run(200)
    await house.acknowledge(incident)
    await house.run(600)
    assert house.office.recipients == ["anna@example.org"]


async def test_a_drill_says_so_first_and_reaches_those_who_take_part_alone(house):
    ben = Person("ben", "Ben", language="en", ways=(Way("w1", "mail", "ben@example.org"),))
    house.people(house.anna(), ben, duty=("anna",))
    await house.begin(storm(drill="d1"))
    await house.run(60)
    assert house.office.letters == []
    with house.store.transaction() as tx:
        tx.dispatch._connection.exec_driver_sql(
            "INSERT INTO drill (id, at, document) VALUES ('d1', 0, '{\"recipients\": [\"ben\"]}')"
        )
    await house.run(60)
    (letter,) = house.office.letters
    assert letter["To"] == "ben@example.org"
    assert letter["Subject"] == "ÜBUNG/DRILL · Warning · Nordlicht Strom: abschlag, hotline"
    assert letter.get_body(("plain",)).get_content().startswith("ÜBUNG/DRILL ")
    assert "ÜBUNG/DRILL" in letter.get_body(("html",)).get_content()


async def test_a_mail_says_everything_that_is_known(house):
    house.people(house.anna(), duty=("anna",))
    await house.begin(storm(level=level(3)))
    await house.run(60)
    (letter,) = house.office.letters
    text = letter.get_body(("plain",)).get_content()
    told = ("Seit 15:00 Uhr viermal", "Stufe: 3 von 6", "Treiber: abschlag, hotline", "Zuständig: noch niemand")
    links = ("https://leitstand.example.org/incident/i1", "https://leitstand.example.org/acknowledge/")
    for line in (*told, *links):
        assert line in text, line
    picture = next(part for part in letter.walk() if part.get_content_type() == "image/png")
    assert picture.get_content().startswith(b"\x89PNG")
    page = letter.get_body(("html",)).get_content()
    assert 'src="cid:chart"' in page
    assert "<script" not in page
    assert 'src="http' not in page


async def test_evidence_is_looked_up_when_it_is_sent_and_what_was_deleted_is_not_told(house, identity):
    posts = [said(identity, f"m{number}", f"Abschlag {number} verdoppelt") for number in range(3)]
    keys = [one.mention.key for one in posts]
    with house.store.transaction() as tx:
        tx.mentions.upsert([(one, 1) for one in posts])
    evidence = tuple(Evidence(key, "reach") for key in keys)
    against = (Counter("without_reposts", holds=True, actual=40.0, needed=20.0, share=0.2),)
    figures = {"actual": 50.0, "expected": 5.0, "low": 2.0, "high": 9.0, "confidence": 0.9}
    why = Explanation(NOON, first=keys[0], evidence=evidence, counters=against, **figures)
    house.people(house.anna(), duty=("anna",))
    await house.begin(storm(level=level(3), explanation=why))
    await house.run(10)
    with house.store.transaction() as tx:
        tx.mentions.wipe([(Deletion("bluesky", "m1", NOON), 2, None)])
    await house.run(60)
    (letter,) = house.office.letters
    text = letter.get_body(("plain",)).get_content()
    assert "Abschlag 0 verdoppelt" in text
    assert "Abschlag 1 verdoppelt" not in text
    for said_so in (
        "Sicherheit: sehr sicher · hält ",
        "10-mal so viele Erwähnungen wie üblich",
        "Gegenproben: hält ",
        "Reposts",
    ):
        assert said_so in text, said_so
    assert "Bestätigen, dass Sie es gesehen haben. Dann: " in text, "and the first step of the playbook"
    with house.store.reading() as tx:
        kept = "".join(row[0] for row in tx.dispatch._connection.exec_driver_sql("SELECT document FROM delivery"))
    assert "verdoppelt" not in kept


async def test_a_person_who_goes_is_told_nothing_more(house):
    house.people(house.anna(), duty=("anna",))
    await house.begin()
    await house.run(10)
    house.people(msgspec.structs.replace(house.anna(), active=False))
    await house.run(100)
    assert house.office.letters == []
    assert [one.state for one in house.deliveries()] == ["dropped"]


async def test_a_webhook_tells_of_the_system_too(house):
    house.people(house.anna(kind="webhook"), duty=("anna",))
    with house.store.transaction() as tx:
        tx.dispatch.note({"service:archive": Stall(NOON, None, {"de": "Der Dienst archive meldet sich nicht."})})
        tx.deliveries.plan(
            Delivery("d1", "", "", "anna", "w1", "webhook", "system", "warning", NOON, NOON, about=("service:archive",))
        )
    await house.run(10)
    told = msgspec.json.decode(house.receiver.came[0].body)
    assert told["type"] == "system.stalled"
    assert told["data"]["stalls"] == ["Der Dienst archive meldet sich nicht."]
