import msgspec
import pytest

from app.domain.explanation import Explanation, Lead
from app.domain.incident import Incident, Signal
from app.errors import NotFound, WrongInput
from tests.fixtures.store import NOON


@pytest.fixture
def store(any_store):
    return any_store


SIGNAL = Signal("volume", "nordlicht", NOON, alarm=True, actual=90, expected=10, low=5, high=20, risk=9.5, window=300)


def storm(number: int, state="firing", brand="nordlicht") -> Incident:
    reason = {"de": "Viel mehr als üblich.", "en": "Far more than usual."}
    return Incident(
        f"i{number}", brand, NOON + number, state, "warning", (SIGNAL,), ("strom",), ("Anna",), reason=reason
    )


def test_an_incident_comes_back_as_it_was_last_saved(store):
    with store.transaction() as tx:
        tx.incidents.save(storm(1))
        tx.incidents.save(msgspec.structs.replace(storm(1), state="resolved", resolved_at=NOON + 60))
    with store.reading() as tx:
        found = tx.incidents.get("i1")
        assert (found.state, found.resolved_at, found.signals) == ("resolved", NOON + 60, (SIGNAL,))
        with pytest.raises(NotFound, match="i2"):
            tx.incidents.get("i2")


def test_open_incidents_are_those_not_resolved(store):
    with store.transaction() as tx:
        for number, state in enumerate(["firing", "resolved", "acknowledged"]):
            tx.incidents.save(storm(number, state))
        assert [found.id for found in tx.incidents.open()] == ["i0", "i2"]


def test_incidents_are_paged_latest_first(store):
    with store.transaction() as tx:
        for number in range(5):
            tx.incidents.save(storm(number, brand="nordlicht" if number % 2 else "suedwind"))
        page = tx.incidents.find(limit=2)
        assert [found.id for found in page.items] == ["i4", "i3"]
        page = tx.incidents.find(limit=3, cursor=page.next)
        assert ([found.id for found in page.items], page.next) == (["i2", "i1", "i0"], None)
        assert [found.id for found in tx.incidents.find(brand="nordlicht").items] == ["i3", "i1"]
        assert tx.incidents.find(state="resolved").items == []


def test_what_an_earlier_version_wrote_is_firing(store):
    with store.transaction() as tx:
        tx.incidents.save(storm(1))
        old = "UPDATE incident SET state = 'open', document = replace(document, '\"firing\"', '\"open\"')"
        tx.incidents._connection.exec_driver_sql(old)
        assert [found.state for found in tx.incidents.open()] == ["firing"]
        for state in ("firing", "open", None):
            assert [found.id for found in tx.incidents.find(state).items] == ["i1"]
        for state in ("acknowledged", "owned", "resolved"):
            assert tx.incidents.find(state).items == []


def test_incidents_are_found_by_any_of_their_fields(store):
    shown = {"topic": "bills", "severity": "crisis", "owner": "anna", "verdict": "real", "drill": "d1"}
    with store.transaction() as tx:
        tx.incidents.save(storm(1))
        tx.incidents.save(msgspec.structs.replace(storm(2, "owned"), **shown))
        for name, value in shown.items():
            assert [found.id for found in tx.incidents.find(**{name: value}).items] == ["i2"], name
            assert tx.incidents.find(**{name: "none"}).items == []
        assert len(tx.incidents.find("open", "nordlicht", None, 50, topic=None, owner=None).items) == 2


def test_verdicts_are_read_by_brand_and_the_last_end_by_topic(store):
    def kept(number, **more):
        return msgspec.structs.replace(storm(number, "resolved"), resolved_at=NOON + 99, **more)

    with store.transaction() as tx:
        tx.incidents.save(kept(1, verdict="noise"))
        tx.incidents.save(kept(2, topic="bills"))
        tx.incidents.save(kept(3, verdict="real", drill="d1"))
        tx.incidents.save(msgspec.structs.replace(storm(4), verdict="real"))
        tx.incidents.save(msgspec.structs.replace(kept(5, verdict="real"), brand="other"))
        assert [(one.id, one.verdict) for one in tx.incidents.judged("nordlicht")] == [("i1", "noise"), ("i4", "real")]
        assert tx.incidents.ended("nordlicht", None).id == "i1"
        assert tx.incidents.ended("nordlicht", "bills").id == "i2"
        assert tx.incidents.ended("nordlicht", "hotline") is None
        assert [one.id for one in tx.incidents.open("nordlicht")] == ["i4"]
        assert tx.incidents.held("i4").verdict == "real"


def test_an_author_who_is_gone_goes_by_name_and_by_key(store):
    leads = (Lead("gone", 0.5, 10, 2), Lead("there", 0.2, 10, 2))
    explanation = Explanation(NOON, 9, 1, 0.5, 2, leads=leads)
    reason = {"de": "Vorneweg Anna und Annabel.", "en": "Led by Anna."}
    told = msgspec.structs.replace(storm(1), explanation=explanation, reason=reason)
    with store.transaction() as tx:
        tx.incidents.save(told)
        tx.incidents.save(storm(2, brand="other"))
        assert tx.incidents.forget(["nordlicht"], {"Berta"}, {"else"}) == 0
        assert tx.incidents.forget(["nordlicht"], set(), {"gone"}) == 1
        assert [lead.author for lead in tx.incidents.get("i1").explanation.leads] == ["there"]
        assert tx.incidents.get("i1").authors == ("Anna",)
        assert tx.incidents.forget(["nordlicht"], {"Anna"}, {"gone"}) == 1
        kept = tx.incidents.get("i1")
        assert (kept.authors, kept.reason) == ((), {"de": "Vorneweg … und Annabel.", "en": "Led by …."})
        assert tx.incidents.get("i2").authors == ("Anna",)


@pytest.mark.parametrize("ask", ["get", "find", "silences"])
def test_a_nul_is_found_nowhere_and_breaks_nothing(store, ask):
    asked = {
        "get": lambda tx: tx.incidents.get("i\0"),
        "find": lambda tx: tx.incidents.find(topic="\0").items or tx.incidents.get("none"),
        "silences": lambda tx: tx.silences.get("\0"),
    }
    with pytest.raises((NotFound, WrongInput)), store.reading() as tx:
        asked[ask](tx)
