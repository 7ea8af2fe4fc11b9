"""Mistakes in queries: every sentence by its key, in English; `assets/locales` has them in those of screens."""

from types import MappingProxyType

from app.errors import QueryError

SENTENCES = MappingProxyType({
    "too_long": "The query has {length:,} characters; shorten it to {most:,} or split it.",
    "too_deep": "More than {most} levels of AND, OR and NOT lie within each other; write it flatter.",
    "empty": "The query is empty; write at least one word to look for.",
    "not_alone": "NOT alone would match nearly everything; also say what is wanted, as in: strom NOT party.",
    "quote_open": 'This quote is never closed; add a " after the phrase.',
    "bracket_open": "This '(' is never closed; add a ')'.",
    "bracket_extra": "This ')' closes nothing; take it away or add a '(' before it.",
    "bracket_empty": "A word is missing before this ')'.",
    "word_missing": 'A word is missing before {token}; to look for the word itself, write "{token}" in quotes.',
    "end_missing": "Something is missing at the end; add a word or take the operator away.",
    "minus": "To leave something out, write NOT {word} instead of {written}.",
    "wordless": "{written!r} holds no letter or digit; operators are AND, OR, NOT and brackets.",
    "name": "{written!r} is not a tag or handle; write it like {example}.",
    "star_short": "Write at least {least} letters before the *; fewer would match nearly everything.",
    "star_inside": "A * stands only at the end of a word, for whatever follows: nord* finds nordlicht.",
    "phrase_empty": "This phrase holds no letter or digit; write at least one word between the quotes.",
    "phrase_star": "In a phrase only the last word may have a * behind it.",
    "near_what": "NEAR joins words, phrases and brackets of them with OR; of a #tag or @handle write its words.",
    "near_far": "NEAR takes 1 to {most} words, as in NEAR/5.",
    "near_three": "NEAR joins two things; for three write: (a NEAR/5 b) AND (b NEAR/5 c).",
    "near_not": "NOT cannot stand behind NEAR; write: a NOT (a NEAR/5 b).",
    "near_number": "{written} needs the number of words it may be apart, as in: strom NEAR/5 preis; "
    'to look for the word itself, write "NEAR" in quotes.',
    "part_alone": "'~' needs a word right behind it, as in ~tarif, which finds Stromtarif, too.",
    "part_star": "A ~ finds longer words, too; take the * away: {better}.",
    "part_words": "{written!r} is not one word; write a single one behind the ~, as in ~tarif.",
    "part_short": "{written} is too short: its letters stand by accident in too many words; write at least {least} "
    "letters, or the words themselves, as in: ({word} OR …).",
    "field_unknown": "There is no field {name}:; fields are {names}. To look for the text itself, write it in quotes: "
    '"{name}:{value}".',
    "field_blank": "Write the value right behind the colon, as in {name}:value.",
    "field_star": "{name}: takes no *; write the value out.",
    "field_value": "{name}: needs a value with a letter or digit, and a * only at its end.",
    "field_number": "Write a comparison ({signs}) and a whole number, as in followers:>1000.",
    "field_kind": "There is no kind {value!r}; kinds are {kinds}.",
    "field_lang": "{value!r} is no language; write its code of two or three letters, as in lang:de.",
})  # fmt: skip
"""Key → sentence with places for what it is about."""


def mistake(key: str, at: int, **values: object) -> QueryError:
    """Return the error for a mistake at a character, in English; key and values say it in other languages."""
    return QueryError(SENTENCES[key].format(**values), at, key, values)
