"""What a wall tells of an incident beyond its figures: posts as evidence, who has it in hand, and what is next."""

import msgspec

from app.domain.wall import Language
from app.explained import Explained


class Brief(msgspec.Struct, frozen=True):
    """What is known of one incident; texts are here for as long as it is shown, and no longer."""

    told: dict[Language, Explained] = {}
    """Why it is one, by language, with names: who draws it masks them."""
    owner: str = ""
    """Name of the person who has it in hand."""
    step: dict[str, str] = {}
    """The next step of the playbook that nobody has done, by language."""
    due: float | None = None
    """Until when it should be done."""
    done: int = 0
    steps: int = 0
    """Steps of the playbook at this level, and how many of them are done."""

    def without(self, keys: set[str]) -> "Brief":
        """Return it without posts that were deleted or changed."""
        left = {language: _without(told, keys) for language, told in self.told.items()}
        return self if left == self.told else msgspec.structs.replace(self, told=left)


def _without(told: Explained, keys: set[str]) -> Explained:
    evidence = tuple(post for post in told.evidence if post.key not in keys)
    first = None if told.first is not None and told.first.key in keys else told.first
    return msgspec.structs.replace(told, evidence=evidence, first=first)
