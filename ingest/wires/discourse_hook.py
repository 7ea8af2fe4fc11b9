"""Webhooks of Discourse: posts that were written, edited, taken away or brought back, and topics that vanished.

Source: https://github.com/discourse/discourse, app/models/web_hook_event_type.rb and
app/jobs/regular/emit_web_hook_event.rb (read 2026-11-22); posts are those of the API, see `ingest.wires.discourse`.
"""

import msgspec

from app.domain.mention import Deletion, SourceEvent
from ingest.wires import discourse
from ingest.wires.heard import Heard
from ingest.wires.tree import Branch, branch, document

GONE = {"post_destroyed", "topic_destroyed"}
HIGHEST = 1_000
"""Posts of a vanished topic that are deleted one by one; what lies behind is rechecked by nobody."""

PRIVATE = "private_message"


def read(body: bytes, event: str, site: str, now: float) -> Heard:
    """Read one call, named by `X-Discourse-Event`; `site` is the address of the community."""
    heard = Heard()
    told = document(body)
    if told is None:
        heard.miss("call that is no JSON object")
    elif "post" in told:
        _post(heard, branch(told, "post"), event, site, now)
    elif "topic" in told:
        _topic(heard, branch(told, "topic"), event, site, now)
    else:
        heard.hear(None)
    return heard


def _post(heard: Heard, row: Branch, event: str, site: str, now: float) -> None:
    if row.get("topic_archetype") == PRIVATE:
        heard.hear(None)
        return
    try:
        post = msgspec.convert(row, discourse.Post)
        said: SourceEvent | None = discourse.said(post, site, now, {})
    except discourse.FAULTY:
        heard.miss("a post that cannot be read")
        return
    if event in GONE and said is not None:
        said = Deletion(said.channel, discourse.identity(site, post.topic_id, post.post_number), now)
    heard.hear(said)


def _topic(heard: Heard, row: Branch, event: str, site: str, now: float) -> None:
    """A topic's first post comes as a post of its own; only its end concerns us here."""
    number, last = row.get("id"), row.get("highest_post_number")
    if event not in GONE or row.get("archetype") == PRIVATE:
        heard.hear(None)
        return
    if not isinstance(number, int):
        heard.miss("a topic without id")
        return
    heard.received += 1
    for post in range(1, min(last if isinstance(last, int) else 1, HIGHEST) + 1):
        heard.events.append(Deletion(discourse.CHANNEL, discourse.identity(site, number, post), now))
