"""Who follows whom in a conversation: answers, reposts, quotes and calls, up to where each thread began."""

from typing import NamedTuple

import numpy as np

from app.domain.conversation import Columns, Told, hashed
from app.domain.numbers import Marks, Numbers, among, distinct, firsts

DEPTH = 24
"""Steps up a thread; whoever is further up is not followed by who is below."""

CAP = 3
"""Hours in which one author may follow another, in a window: more of them say nothing more."""

HOUR, MINUTE = 3600, 60
KINDS = 4
REPLY, REPOST, QUOTE, CALL = range(KINDS)
NOWHERE = -1


class Window(NamedTuple):
    """The remarks of a time, each by its place: all of them, and those that count, once each and in order of time."""

    rows: Numbers
    counted: Numbers


class Following(NamedTuple):
    """Numbers by author: how much of the conversation follows them, in all and by kind."""

    turns: int
    """Hours in which authors spoke, each author's counted; copies and our own accounts left out."""
    own: Numbers
    """Those of the author."""
    total: Numbers
    kinds: tuple[Numbers, ...]
    """By `REPLY`, `REPOST`, `QUOTE`, `CALL`."""
    pairs: Numbers
    """Who follows whom: leader times `authors` plus follower, ascending."""
    followed: Numbers
    """By remark: how many remarks stand below it."""


def window(told: Told, start: float, end: float, part: str | None = None) -> Window:
    """Return the remarks from one instant to another, of the brand or one of its parts.

    Of own words that are the same (one voice) only the first count; of what is passed on, the first in each minute.
    """
    said = told.columns
    within = told.inside & (said.at >= start) & (said.at <= end)
    if part is not None:
        within &= _among(said.part_row[said.part == hashed(part)], len(within))
    rows = np.flatnonzero(within)
    passed_on = said.passed_on[rows]
    own, again = rows[~passed_on], rows[passed_on]
    voiced = own[said.voice[own] != 0]
    once = voiced[firsts(said.voice[voiced])[1]]
    counted = np.concatenate([own[said.voice[own] == 0], once, _by_minute(said, again)])
    counted.sort()
    return Window(rows, counted)


def _by_minute(said: Columns, again: Numbers) -> Numbers:
    mark = np.where(said.voice[again] != 0, said.voice[again], said.quotes[again] | said.answers[again])
    mark = np.where(mark != 0, mark, said.key[again])
    minute = said.at[again].astype(np.int64) // MINUTE
    named = np.searchsorted(distinct(mark), mark)
    return again[firsts(named * (int(minute.max(initial=0)) + 1) + minute)[1]]


def following(told: Told, counted: Numbers) -> Following:
    """Return how much of the counted remarks follows each author; nobody follows themselves, ours follow nobody."""
    said, many = told.columns, len(told.authors)
    rows = counted[~said.ours[counted]]
    hour = said.at.astype(np.int64) // HOUR
    hour -= hour.min(initial=0)
    hours = int(hour.max(initial=0)) + 1
    speaking = distinct(said.author[rows] * hours + hour[rows]) // hours
    row, above, kind = _threads(said, rows)
    linked = said.author[above] * many + said.author[row]
    called_row, leader = _calls(said, rows)
    calling = leader * many + said.author[called_row]
    fresh = ~among(called_row * many + leader, np.sort(row * many + said.author[above]))
    pair = np.concatenate([linked, calling[fresh]])
    kind = np.concatenate([kind, np.full(int(fresh.sum()), CALL)])
    when = hour[np.concatenate([row, called_row[fresh]])]
    other = pair // max(many, 1) != pair % max(many, 1)
    pair, kind, when = pair[other], kind[other], when[other]
    return Following(
        turns=len(speaking),
        own=np.bincount(speaking, minlength=many),
        total=_capped(pair, when, many),
        kinds=tuple(_capped(pair[kind == one], when[kind == one], many) for one in range(KINDS)),
        pairs=distinct(pair),
        followed=np.bincount(above[said.author[above] != said.author[row]], minlength=len(said.key)),
    )


def _threads(said: Columns, rows: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return each remark with everything above it in its threads, and how it is tied to them."""
    answers, quotes = _places(said, said.answers), _places(said, said.quotes)
    passed_on = said.passed_on[rows]
    row = np.concatenate([rows, rows])
    above = np.concatenate([answers[rows], quotes[rows]])
    kind = np.concatenate([np.where(passed_on, REPOST, REPLY), np.where(passed_on, REPOST, QUOTE)])
    many = max(len(said.key), 1)
    found: list[Numbers] = []
    seen = np.zeros(0, np.int64)
    for _ in range(DEPTH):
        there = above != NOWHERE
        tie = np.sort(((row * many + above) * KINDS + kind)[there])  # of several ways the first kind speaks
        step, first = firsts(tie // KINDS)
        kind = tie[first] % KINDS
        new = ~among(step, np.sort(seen))
        step, kind = step[new], kind[new]
        if not len(step):
            break
        seen = np.concatenate([seen, step])
        found.append(kind)
        row, above = step // many, step % many
        row, kind = np.concatenate([row, row]), np.concatenate([kind, kind])
        above = np.concatenate([answers[above], quotes[above]])
    return seen // many, seen % many, np.concatenate(found) if found else seen


def _places(said: Columns, named: Numbers) -> Numbers:
    """Return the place of each remark that is named, the latest known of each, or `NOWHERE`."""
    order = np.argsort(said.key, kind="stable")
    keys = said.key[order]
    at = np.searchsorted(keys, named, side="right") - 1
    at = np.maximum(at, 0)
    known = np.zeros(len(named), bool) if not len(keys) else (keys[at] == named) & (named != 0)
    return np.where(known, order[at] if len(keys) else 0, NOWHERE)


def _calls(said: Columns, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return the remarks that call an account, and which; a name that several have calls nobody."""
    here = _among(rows, len(said.key))[said.call_row]
    row, call = said.call_row[here], said.call[here]
    order = np.lexsort((said.name_author, said.called))
    named, owner = said.called[order], said.name_author[order]
    names, first = firsts(named)
    last = np.searchsorted(named, names, side="right") - 1
    alone = owner[first] == owner[last]
    names, author = names[alone], owner[first][alone]
    if not len(names):
        return row[:0], row[:0]
    at = np.minimum(np.searchsorted(names, call), len(names) - 1)
    known = names[at] == call
    return row[known], author[at[known]]


def _among(rows: Numbers, many: int) -> Marks:
    found = np.zeros(many, bool)
    found[rows] = True
    return found


def _capped(pair: Numbers, hour: Numbers, many: int) -> Numbers:
    """Count by leader the hours in which somebody follows, of each follower at most `CAP`."""
    hours = int(hour.max(initial=0)) + 1
    once = distinct(pair * hours + hour) // hours
    start = np.searchsorted(once, once, side="left")
    counted = once[np.arange(len(once)) - start < CAP]
    return np.bincount(counted // max(many, 1), minlength=many)
