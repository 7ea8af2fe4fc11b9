"""Mistakes in conditions of rules: every sentence by its key, in English; `assets/locales` has those of screens."""

from types import MappingProxyType

from app.errors import QueryError

SENTENCES = MappingProxyType({
    "too_long": "The condition has {length:,} characters; shorten it to {most:,} or make two rules of it.",
    "too_deep": "More than {most} levels of AND, OR and NOT lie within each other; write it flatter.",
    "empty": "The condition is empty; write one such as mentions(15m) > 50.",
    "unknown": "{written!r} is no part of the language; write a condition such as mentions(15m) > 50.",
    "comma": "Write decimals with a point: 0.4, not 0,4.",
    "equals": "Counts rarely hit a number exactly; write >= or <= instead of {written}.",
    "unit": "{written!r} is no number here; numbers are 50, 1.5, 40%, 10k or 2M, lengths of time 15m or 2h.",
    "figure_unknown": "There is no figure {name!r}; figures are {choices}.",
    "figure_close": "There is no figure {name!r}; did you mean {best}? Figures are {choices}.",
    "figure_wanted": "A figure has to stand here, as in mentions(15m) > 50.",
    "window_missing": "Say over which time, as in {name}(15m).",
    "window_odd": "A window is whole minutes from 1m to 24h; {written} is none.",
    "window_twice": "{name} takes one length of time; take {written} away.",
    "held_odd": "`for` takes whole minutes from 1m to 24h; {written} is none.",
    "argument": "{name}() knows no {written!r}; write {example}.",
    "channel": "{name} is not counted by channel; only {choices} are.",
    "argument_wanted": "A length of time stands in the brackets, as in mentions(15m).",
    "figure_open": "The brackets of this figure are not closed; write it like mentions(15m).",
    "risk_of": "risk() takes one of {choices}, as in risk(volume) >= 6.",
    "sign_missing": "A comparison is missing: write > >= < or <= and a number behind {figure}.",
    "number_missing": "A number is missing here, as in > 50, or > 3 * usual.",
    "time_for_number": "{written} is a length of time; a number has to stand here. For millions write {number}M.",
    "star_missing": "Write how many times with a star, as in 3 * usual.",
    "usual_missing": "Behind the star stands usual, or another figure.",
    "percent_of_count": "{name} is a number, no share; write it without %.",
    "share_range": "{name} is a share from {least}% to 100%; write {example}.",
    "usual_of_share": "What is usual is known of counts, not of {name}; compare it with a percentage.",
    "mixed": "{name} and {other} are of different kinds and cannot be compared.",
    "negative_number": "{name} is never less than 0.",
    "number_long": "{written} is too long for a number; at most {most} digits count.",
    "operator_missing": "AND or OR is missing before {written!r}.",
    "bracket_open": "This '(' is never closed; add a ')'.",
    "bracket_extra": "This ')' closes nothing; take it away or add a '(' before it.",
    "bracket_empty": "Something is missing before this ')'.",
    "for_inside": "`for` counts for all that stands before it; put that in brackets, as in (… for 10m) AND ….",
    "for_time": "Behind `for` stands a length of time, as in for 10m.",
    "end_missing": "Something is missing at the end; write a condition or take the operator away.",
})  # fmt: skip
"""Key → sentence with places for what it is about."""


def slip(key: str, at: int, **values: object) -> QueryError:
    """Return the error for a mistake at a character, in English; key and values say it in other languages."""
    return QueryError(SENTENCES[key].format(**values), at, f"rule_slip.{key}", values)
