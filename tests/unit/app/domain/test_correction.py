import pytest

from app.domain.analysis import AnalysedMention, Analysis, Evidence, Intent, Sentiment
from app.domain.correction import Correction, Judgement, corrected, imposed, kept, reverted, standing
from app.domain.mention import Author, Mention
from app.domain.tally import contribution

WORD = Evidence("nervt", 4, 9, -0.8)
FOUND = Analysis(
    "de", Sentiment("uncertain", 0.4, 0.35, 0.25, (WORD,)), (Intent("complaint", 0.9, (WORD,)),), model="m-1"
)
SAID = Mention("x", "1", 0.0, "Das nervt", Author("a"), brands=("nord",), key="k")


def test_where_nothing_was_said_nothing_changes():
    assert imposed(FOUND, Judgement()) is FOUND
    fresh = AnalysedMention(SAID, FOUND)
    assert kept(fresh, contribution(fresh, "author")) is fresh


def test_what_a_person_says_stands_beside_the_probabilities_and_evidence_of_the_analyzers():
    found = imposed(FOUND, Judgement("positive", ("lead", "complaint")))
    assert found.sentiment == Sentiment("positive", 0.4, 0.35, 0.25, (WORD,))
    assert found.intents == (Intent("complaint", 0.9, (WORD,)), Intent("lead", 1.0))
    assert found.corrected == ("sentiment", "intents")
    assert imposed(found, Judgement("positive", ("complaint", "lead"))) == found, "in whatever order it is said"


@pytest.mark.parametrize("said", [Judgement("neutral"), Judgement(intents=("query",)), Judgement("negative", ())])
def test_a_new_version_keeps_what_was_said_of_the_one_before(said):
    before = contribution(AnalysedMention(SAID, imposed(FOUND, said)), "author")
    assert standing(before) == said
    assert kept(AnalysedMention(SAID, FOUND), before).analysis == imposed(FOUND, said)


def test_what_is_taken_back_is_said_by_the_analyzers_again():
    stood = imposed(FOUND, Judgement("positive", ()))
    fresh = Analysis("de", Sentiment("negative", 0.9, 0.1, 0.0), (Intent("query", 0.7),), model="m-2")
    back = corrected(Correction(SAID, stood, 1.0, ("sentiment",)), fresh).analysis
    assert (back.sentiment, back.model, back.intents) == (fresh.sentiment, "m-2", ())
    back = corrected(Correction(SAID, stood, 1.0, ("intents",)), fresh).analysis
    assert (back.sentiment.label, back.intents) == ("positive", fresh.intents)
    assert corrected(Correction(SAID, stood, 1.0), None).analysis is stood


def test_until_they_say_it_again_what_they_had_said_is_shown():
    stood = imposed(FOUND, Judgement("positive", ()))
    assert reverted(stood, "sentiment", ("uncertain",)).sentiment.label == "uncertain"
    assert reverted(stood, "intents", ("complaint",)).intents == (Intent("complaint", 1.0),)
