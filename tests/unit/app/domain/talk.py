"""Remarks for tests, and a plain reckoning of who follows whom to hold the fast one against."""

from collections import Counter, defaultdict

from app.domain.conversation import Conversation
from app.domain.following import CAP, DEPTH
from app.domain.influence import leaders
from app.domain.remark import Remark
from app.domain.tally import Profile

NOON = 1_795_000_020.0
HOURS = 6 * 3600.0


def remark(number, author, at=NOON, *, followers=0, answers=None, quotes=None, **more):
    """Return a remark whose key is its number."""
    who = Profile("bluesky", author, author, followers)
    keys = {name: f"key{one}" for name, one in (("answers", answers), ("quotes", quotes)) if one is not None}
    return Remark(f"key{number}", author, at, who, names=(f"bluesky@{author}",), **keys, **more)


def conversation(remarks) -> Conversation:
    """Return a conversation of those remarks, put in by the minute."""
    made, minutes = Conversation(), defaultdict(list)
    for one in remarks:
        minutes[int(one.at) // 60 * 60].append(one)
    for minute, found in minutes.items():
        made.put(minute, found)
    return made


def led(remarks, start=NOON - HOURS, end=NOON + 60, part=None, limit=50):
    """Return by author who moves the conversation."""
    found = leaders(conversation(remarks).told(), start, end, part, limit)
    return {one.author: one for one in found}


def plainly(remarks, start=NOON - HOURS, end=NOON + 60):
    """Return by author (following, turns of others, replies, reposts, quotes, mentions), reckoned one by one."""
    order = sorted(remarks, key=lambda one: (one.at, one.key))
    counted = list(_once(one for one in order if start <= one.at <= end))
    speaking = {(one.author, int(one.at) // 3600) for one in counted}
    ties = _ties(counted, order)
    found = {}
    for who in {one.author for one in order}:
        kinds = [_counted(ties[kind], who) for kind in range(4)]
        turns = len(speaking) - sum(1 for author, _ in speaking if author == who)
        found[who] = (_counted(set().union(*ties.values()), who), turns, *kinds)
    return found


def _once(order):
    seen = set()
    for one in order:
        mark = one.voice or (one.quotes or one.answers if one.passed_on else "") or one.key
        mark = (one.passed_on, mark, int(one.at) // 60 if one.passed_on else None)
        if mark not in seen and not one.ours:
            yield one
        seen.add(mark)


def _ties(counted, order):
    by_key = {one.key: one for one in order}
    named = defaultdict(set)
    for one in order:
        for name in one.names:
            named[name].add(one.author)
    ties = defaultdict(set)
    for one in counted:
        hour, above = int(one.at) // 3600, _above(one, by_key)
        for key, kind in above.items():
            ties[kind].add((by_key[key].author, one.author, hour))
        linked = {by_key[key].author for key in above}
        for call in one.calls:
            if len(named[call]) == 1 and not named[call] <= linked:
                ties[3].add((*named[call], one.author, hour))
    return ties


def _above(one, by_key):
    """Return by key of what stands above a remark how it is tied to it: the shortest way says, and first the answer."""
    found = {}
    ahead = {one.quotes: 1 if one.passed_on else 2}
    ahead[one.answers] = 1 if one.passed_on else 0
    for _ in range(DEPTH):
        here = {key: kind for key, kind in ahead.items() if key in by_key and key not in found}
        found |= here
        ahead = {}
        for key, kind in here.items():
            for further in (by_key[key].answers, by_key[key].quotes):
                ahead[further] = min(kind, ahead.get(further, kind))
    return found


def _counted(ties, who):
    hours = Counter(follower for leader, follower, _ in ties if leader == who and follower != who)
    return sum(min(CAP, number) for number in hours.values())
