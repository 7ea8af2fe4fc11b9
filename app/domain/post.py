"""A post that may matter by itself: what detectors of single posts are told of it, without its words or its author."""

import msgspec


class Post(msgspec.Struct, frozen=True):
    """One mention of a brand that is critical or asks for something, as it stands now."""

    key: str
    at: float
    author: str
    """The author's key."""
    negative: bool
    reach: int = 0
    followed: int = 0
    """Answers to it and quotes of it that we have."""
    fault: str = ""
    """The word by which it tells of a fault, folded; empty if it tells of none."""
    article: bool = False
    """Whether it is an article of the press, which reaches as many as its outlet does, whatever it says."""
    due_at: float | None = None
    """When an answer of ours is late; None where none is due, or there is one."""


def audience(post: Post) -> float:
    """Return how many people a post reaches: its own reach, and 300 for each that took it up.

    300 is the order of the median number of followers (Myers and others, "Information Network or Social Network?",
    WWW 2014): a figure to compare posts by, not a count of people.
    """
    return post.reach + 300.0 * post.followed
