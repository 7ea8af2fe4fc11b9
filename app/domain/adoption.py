"""Adoption: terms that somebody said first and others took up afterwards, beyond what chance brings."""

from typing import NamedTuple

import numpy as np

from app.domain.conversation import Instants, Told
from app.domain.numbers import Marks, Numbers, distinct, firsts
from app.domain.numbers import among as held

KNOWN = 100
"""Remarks before the first that says a term, to tell whether it is ordinary: in the window or before it."""

LEAST = 3
"""Others beyond chance who have to take a term up."""

FALSE = 0.01
"""Terms in a look that chance alone may call taken up, however many are looked at (Bonferroni)."""

SMOOTH = 0.5
"""Mentions added to every term's past, so that a new word is not impossible (Jeffreys)."""


class Adoption(NamedTuple):
    """Numbers by author: how many others took up their strongest term beyond chance, and which term that is."""

    beyond: Instants
    term: Numbers
    """-1 for none."""


def adoption(told: Told, counted: Numbers, start: float, pairs: Numbers, among: Marks | None = None) -> Adoption:
    """Return what others took up of each author.

    `counted` are the remarks of the window in order of time, `pairs` who follows whom anyway (leader times authors plus
    follower, ascending), `among` which remarks may be compared with, all by default. The first to say a term leads;
    taking up is saying it later in words of one's own. Expected are as many as the share of remarks that held the term
    before lets expect of those that came after the first. How sure that share is depends on how often it was seen, so
    chance is a negative binomial (a Poisson number with a Gamma rate); its tail is bounded after Chernoff (1952).
    """
    said, many = told.columns, len(told.authors)
    found = Adoption(np.zeros(many), np.full(many, -1))
    past = told.inside & (said.at < start) & ~said.passed_on & ~said.ours
    past = past if among is None else past & among
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
    before = np.bincount(said.term[past[said.term_row]], minlength=kinds)[terms].astype(np.float64)
    earlier = past.sum() + place[row[first]]
    chance = (len(rows) - 1 - place[row[first]]) * (before + SMOOTH) / (earlier + 1)
    beyond = taken[terms] - chance
    sure = (beyond >= LEAST) & (earlier >= KNOWN)
    sure &= _surprise(taken[terms], chance, before + SMOOTH) > np.log(max(len(terms), 1) / FALSE)
    terms, beyond = terms[sure], beyond[sure]
    best = np.lexsort((terms, beyond))
    found.beyond[leader[terms[best]]] = beyond[best]  # of several the last, strongest stays
    found.term[leader[terms[best]]] = terms[best]
    return found


def _surprise(taken: Numbers, chance: Instants, shape: Instants) -> Instants:
    """Return how improbable so many are, at least: -ln of Chernoff's bound on the tail of a negative binomial."""
    many = np.maximum(taken, chance)
    gain = np.log(many + shape) - np.log(chance + shape)
    found: Instants = many * (np.log(np.maximum(many, 1e-9)) - np.log(np.maximum(chance, 1e-9))) - (many + shape) * gain
    return found
