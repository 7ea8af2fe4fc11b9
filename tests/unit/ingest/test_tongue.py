from app.domain.brand import Brand, Watched
from app.tongue import Tongue
from ingest.match import Matcher
from tests.speech import spoken


def test_a_query_for_a_language_finds_what_is_written_in_it_where_the_source_states_none():
    matcher = Matcher(Watched((Brand("b", "", "nordlicht lang:de"),)), Tongue(("de", "en")))
    assert matcher.scopes(spoken("Nordlicht hat schon wieder die Preise erhöht, das ist nicht in Ordnung")) == ("b",)
    assert matcher.scopes(spoken("Nordlicht has raised its prices again, and nobody answers the phone")) == ()
    assert matcher.scopes(spoken("Nordlicht has raised its prices again", language="de")) == ("b",)
    assert matcher.scopes(spoken("@nordlicht 😡")) == ()
