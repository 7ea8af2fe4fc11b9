# ruff: noqa: RUF001 # a minus is a minus sign in a sentence
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.condition import And, Comparison, Condition, Figure, Held, Limit, Not, Or
from app.domain.condition_mistake import SENTENCES
from app.domain.condition_reading import DEEPEST, parse
from app.domain.condition_sentence import SAID, sentence
from app.domain.figures import BY_CHANNEL, FIGURES, SERIES
from app.errors import QueryError
from dashboard.i18n import LANGUAGES, catalogue

MISREAD = [
    ("", 0, "empty"),
    (" " * 2001, 2000, "too_long"),
    ("mentions", 8, "window_missing"),
    ("mention(15m) > 5", 0, "figure_close"),
    ("xyzzy(15m) > 5", 0, "figure_unknown"),
    ("xyzzy > 5", 0, "figure_unknown"),
    ("mentions(15m)", 13, "sign_missing"),
    ("mentions(15m, channel:x) 50", 25, "sign_missing"),
    ("mentions(15m) >", 15, "number_missing"),
    ("mentions(15m) > 40%", 16, "percent_of_count"),
    ("mentions(15m) > 40% * usual", 16, "percent_of_count"),
    ("negative_share(1h) > 40", 21, "share_range"),
    ("negative_share(1h) > -40%", 21, "share_range"),
    ("net(1h) < -2", 10, "share_range"),
    ("mentions() > 3", 9, "argument_wanted"),
    ("mentions(50) > 3", 9, "argument_wanted"),
    ("mentions(90s) > 3", 9, "window_odd"),
    ("mentions(2d) > 3", 9, "window_odd"),
    ("mentions(0m) > 3", 9, "window_odd"),
    ("mentions(15m) > 0,4", 17, "comma"),
    ("mentions(15m) = 3", 14, "equals"),
    ("mentions(15m) != 3", 14, "equals"),
    ("mentions(15m) > 5m", 16, "time_for_number"),
    ("mentions(15m) > 3 usual", 18, "star_missing"),
    ("mentions(15m) > 3 *", 19, "usual_missing"),
    ("(mentions(15m) > 3", 0, "bracket_open"),
    ("(mentions(15m) > 3 for 10m", 0, "bracket_open"),
    ("mentions(15m) > 3)", 17, "bracket_extra"),
    ("()", 1, "bracket_empty"),
    ("mentions(15m) > 3 mentions(15m) > 4", 18, "operator_missing"),
    ("mentions(15m) > 50 > 3", 19, "operator_missing"),
    ("mentions(15m) > 3 for 10m AND mentions(1h) > 4", 26, "for_inside"),
    ("mentions(15m) > 3 for 10m for 5m", 26, "for_inside"),
    ("mentions(15m) > 3 for", 21, "for_time"),
    ("mentions(15m) > 3 for 10s", 22, "held_odd"),
    ("mentions(15m) > 3 AND", 21, "end_missing"),
    ("50 < mentions(15m)", 0, "figure_wanted"),
    ("mentions(15m) > 3 AND for 10m", 22, "figure_wanted"),
    ("mentions(15m", 12, "figure_open"),
    ("risk(foo) > 3", 5, "risk_of"),
    ("risk(15m) > 3", 5, "risk_of"),
    ("negative(15m, channel:x) > 3", 14, "channel"),
    ("mentions(15m, 3h) > 3", 14, "window_twice"),
    ("mentions(15m, bluesky) > 3", 14, "argument"),
    ("negative(15m, bluesky) > 3", 14, "argument"),
    ("mentions(channel:x) > 3", 8, "window_missing"),
    ("net(1h) > usual", 10, "usual_of_share"),
    ("risk(volume) > 2 * usual", 15, "usual_of_share"),
    ("mentions(1h) > net(1h)", 15, "mixed"),
    ("mentions(1h) > -3", 15, "negative_number"),
    ("mentions(1h) > 1234567890123", 15, "number_long"),
    ("mentions(15m) > 3x", 16, "unit"),
    ("& > 3", 0, "unknown"),
    ("NOT " * (DEEPEST + 1) + "mentions(1h) > 3", 0, "too_deep"),
]


@pytest.mark.parametrize(("text", "position", "key"), MISREAD)
def test_what_cannot_be_read_is_pointed_at_and_explained(text, position, key):
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert (error.position, error.key) == (position, f"rule_slip.{key}")
    assert str(error) == catalogue("en")[error.key].format(**error.values)
    assert catalogue("de")[error.key].format(**error.values) != str(error)


def test_every_mistake_is_made_once_and_has_its_words_in_every_language():
    assert {key for _, _, key in MISREAD} == SENTENCES.keys()
    said = {language: {key: catalogue(language)[f"rule_slip.{key}"] for key in SENTENCES} for language in LANGUAGES}
    assert said["en"] == dict(SENTENCES)


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        (
            "mentions(15m) > 50 AND negative_share(15m) > 40% for 10m",
            (
                "Wenn in 15 Minuten mehr als 50 Erwähnungen kommen und in 15 Minuten mehr als 40 % der Erwähnungen "
                "negativ sind, 10 Minuten lang."
            ),
            (
                "When more than 50 mentions arrive within 15 minutes and more than 40% of mentions are negative within "
                "15 minutes, for 10 minutes."
            ),
        ),
        (
            "mentions(1h, channel:bluesky) >= 3 * usual",
            "Wenn in 1 Stunde auf bluesky mindestens 3-mal so viele Erwähnungen kommen wie üblich.",
            "When at least 3 times as many mentions on bluesky arrive within 1 hour as usual.",
        ),
        (
            "negative(5m) < usual",
            "Wenn in 5 Minuten weniger negative Erwähnungen kommen als üblich.",
            "When fewer negative mentions arrive within 5 minutes than usual.",
        ),
        (
            "negative(2h) > positive(2h)",
            "Wenn in 2 Stunden mehr negative Erwähnungen kommen als positive Erwähnungen in 2 Stunden.",
            "When more negative mentions arrive within 2 hours than positive mentions within 2 hours.",
        ),
        (
            "NOT (risk(volume) >= 6 OR net(1h) < -20%)",
            (
                "Wenn nicht zutrifft, dass (das Risiko der Erwähnungen bei mindestens 6 liegt oder die Stimmung in "
                "1 Stunde unter −20 % liegt)."
            ),
            (
                "When it is not so that (the risk of the mentions is at or above 6 or the mood within 1 hour is below "
                "−20%)."
            ),
        ),
        (
            "NOT reach(1m) > 1.5k AND (risk(negative) > 2 * risk(volume) OR net(1h) < net(24h))",
            (
                "Wenn in 1 Minute höchstens 1.500 Menschen erreicht werden und („risk(negative)“ über dem 2-fachen von "
                "„risk(volume)“ liegt oder „net(1h)“ unter „net(24h)“ liegt)."
            ),
            (
                "When at most 1,500 people are reached within 1 minute and (“risk(negative)” is above 2 times "
                "“risk(volume)” or “net(1h)” is below “net(24h)”)."
            ),
        ),
    ],
)
def test_a_condition_is_a_sentence(text, german, english):
    assert sentence(parse(text), "de") == german
    assert sentence(parse(text), "en") == english


def test_every_figure_is_spoken_of_in_every_language():
    for language in LANGUAGES:
        assert SAID[language].keys() == FIGURES.keys()


def test_what_is_written_differently_means_the_same():
    assert parse("mentions(15min) ≥ 50") == parse("MENTIONS(15m)>=50".lower()) == parse("(mentions(900s) >= 50)")
    assert parse("negative_share(60m) > 0.40") == parse("negative_share(1h) > 40%")
    assert parse("mentions(1h) > 2k and not reach(1h) < 1M").root == And(
        (
            Comparison(Figure("mentions", 3600), ">", Limit(Decimal(2000))),
            Not(Comparison(Figure("reach", 3600), "<", Limit(Decimal(1_000_000)))),
        )
    )


def test_a_condition_says_what_it_needs():
    condition = parse("(mentions(1h) > 3 * usual for 30m) OR net(2h) < -10% OR risk(negative) > 6")
    assert condition.reach == 7200
    assert parse("mentions(1h) > 3 for 30m").reach == 5400
    assert parse("NOT risk(volume) > 3").reach == 60
    assert condition.usual() == {Figure("mentions", 3600)}
    assert condition.measures == {"count", "positive", "negative"}
    assert {figure.name for figure in parse("negative(5m) > positive(5m)").figures()} == {"negative", "positive"}


def numbers(least, most, places):
    return st.decimals(least, most, places=places, allow_nan=False).map(lambda one: one.normalize() + 0)


def of_unit(unit):
    return sorted(name for name, meaning in FIGURES.items() if meaning.unit == unit)


@st.composite
def figures(draw, unit):
    name = draw(st.sampled_from(of_unit(unit)))
    if unit == "risk":
        return Figure(name, series=draw(st.sampled_from(SERIES)))
    channel = draw(st.sampled_from(["", "bluesky", "a.b-c_1"])) if name in BY_CHANNEL else ""
    return Figure(name, 60 * draw(st.integers(1, 1440)), channel)


@st.composite
def compared(draw):
    unit = draw(st.sampled_from(["count", "share", "balance", "risk"]))
    figure = draw(figures(unit))
    factor = draw(numbers(0, 1000, 2))
    bases = [st.just(Limit(factor, draw(figures(unit))))]
    least = -1 if unit == "balance" else 0
    bases.append((numbers(least, 1, 4) if unit in {"share", "balance"} else numbers(0, 10**6, 2)).map(Limit))
    if unit == "count":
        bases.append(st.just(Limit(factor, "usual")))
    return Comparison(figure, draw(st.sampled_from([">", ">=", "<", "<="])), draw(st.one_of(bases)))


def joined(kind):
    """Return what makes ANDs of what are no ANDs, as reading makes them."""

    def make(parts):
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
        return kind(tuple(flat))

    return make


CONDITIONS = st.recursive(
    compared(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(joined(And)),
        st.lists(inner, min_size=2, max_size=3).map(joined(Or)),
        inner.map(Not),
        st.builds(Held, inner, st.integers(1, 1440).map(lambda one: 60 * one)),
    ),
    max_leaves=6,
).map(Condition)


@settings(max_examples=150, deadline=None)
@given(CONDITIONS)
def test_printing_and_reading_again_gives_the_same(condition):
    assert parse(str(condition)) == condition
    assert sentence(condition, "de") != sentence(condition, "en")


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, st.randoms(use_true_random=False))
def test_a_broken_text_is_never_more_than_a_mistake_of_ours(condition, chance: random.Random):
    text = list(str(condition))
    for _ in range(chance.randint(1, 3)):
        text[chance.randrange(len(text))] = chance.choice(
            ["", "(", ")", " for 5m", "%", "*", ",", "x", "3", " AND ", ">"]
        )
    broken = "".join(text)
    try:
        again = parse(broken)
    except QueryError as error:
        assert 0 <= error.position <= max(len(broken), 2000)
        assert str(error).endswith((".", "!"))
    else:
        assert parse(str(again)) == again
