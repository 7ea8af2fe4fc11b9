"""Adoption: terms that somebody said first and others took up afterwards, beyond what chance brings."""

from typing import NamedTuple

import numpy as np

from app.domain.conversation import Told
from app.domain.numbers import Marks, Numbers, distinct, firsts
from app.domain.numbers import among as held

KNOWN = 100
"""Remarks before the window that have to be known, to say what is ordinary."""

LEAST = 3
"""Others who have to take a term up."""

SURE = 3.0
"""Standard deviations beyond chance (Poisson): thousands of terms are looked at."""

SMOOTH = 0.5
"""Mentions added to every term's past, so that a new word is not impossible (Jeffreys)."""


class Adoption(NamedTuple):
    """Numbers by author: how many others took up their strongest term beyond chance, and which term that is."""

    beyond: np.ndarray[tuple[int], np.dtype[np.float64]]
    term: Numbers
    """-1 for none."""
    judged: bool
    """Whether enough was known of what is ordinary."""


def adoption(told: Told, counted: Numbers, start: float, pairs: Numbers, among: Marks | None = None) -> Adoption:
    """Return what others took up of each author.

    `counted` are the remarks of the window in order of time, `pairs` who follows whom anyway (leader times authors plus
    follower, ascending), `among` which remarks may be compared with, all by default. The first to say a term leads;
    taking up is saying it later in words of one's own. Expected are as many as the share of the remarks before `start`
    that held the term lets expect of the remarks that came after the first.
    """
    said, many = told.columns, len(told.authors)
    nothing = Adoption(np.zeros(many), np.full(many, -1), judged=False)
    past = told.inside & (said.at < start) & ~said.passed_on & ~said.ours
    past = past if among is None else past & among
    if past.sum() < KNOWN:
        return nothing
    rows = counted[~said.passed_on[counted]]
    place = np.full(len(said.key), -1)
    place[rows] = np.arange(len(rows))
    here = place[said.term_row] >= 0
    row, term = said.term_row[here], said.term[here]
    kinds = len(told.terms)
    often = np.bincount(distinct(term * many + said.author[row]) // max(many, 1), minlength=kinds) > LEAST
    row, term = row[often[term]], term[often[term]]
    order = np.lexsort((place[row], term))
    row, term = row[order], term[order]
    terms, first = firsts(term)
    leader = np.full(kinds, -1)
    leader[terms] = said.author[row[first]]
    followed = held(leader[term] * many + said.author[row], pairs)
    others = (said.author[row] != leader[term]) & ~followed & ~said.ours[row]
    taken = np.bincount(distinct(term[others] * many + said.author[row[others]]) // max(many, 1), minlength=kinds)
    before = np.bincount(said.term[past[said.term_row]], minlength=kinds)[terms]
    chance = (len(rows) - 1 - place[row[first]]) * (before + SMOOTH) / (past.sum() + 1)
    beyond = taken[terms] - chance
    sure = (beyond >= LEAST) & (beyond > SURE * np.sqrt(chance))
    terms, beyond = terms[sure], beyond[sure]
    best = np.lexsort((terms, beyond))
    found = Adoption(nothing.beyond, nothing.term, judged=True)
    found.beyond[leader[terms[best]]] = beyond[best]  # of several the last, strongest stays
    found.term[leader[terms[best]]] = terms[best]
    return found
