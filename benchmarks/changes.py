"""What people do with what they said: they take it back, correct it, leave, and the network says it twice."""

import json
import random
from typing import Any

from benchmarks.jetstream import POSTS, Jetstream
from benchmarks.sign import sign

EDIT = "{brand} was a typo of mine, {sign}."
FAREWELL = "{brand} is why I leave this place, {sign}."
LEAVING = 0.2
"""How much rarer than a deletion it is that somebody comes, says something and closes the account."""
STAY = 5
"""Posts of others until the account is closed."""


class Changes:
    """After each post, with a probability of `share` each: an earlier post is deleted, edited, repeated.

    Every third edit leaves the brand out. What happens depends on the number alone, so that a server that is killed
    goes on as it would have.
    """

    def __init__(self, server: Jetstream, share: float, brand: str) -> None:
        self._server, self._share, self._brand = server, share, brand

    async def __call__(self, number: int) -> None:
        """Change something after the post of that number, or nothing."""
        chance = random.Random(number)
        if chance.random() < self._share:
            _, did, commit = self._earlier(chance)
            await self._server.delete(f"at://{did}/{POSTS}/{commit['rkey']}")
        if chance.random() < self._share:
            _, did, commit = self._earlier(chance)
            text = EDIT.format(brand=self._brand if chance.random() * 3 > 1 else "That", sign=sign(f"edit {number}"))
            await self._server.post(text, did=did, rkey=commit["rkey"], operation="update")
        if chance.random() < self._share:
            time_us, did, commit = self._earlier(chance)
            await self._server.put(did, "commit", commit, time_us)
        await self._come_and_go(number)

    async def _come_and_go(self, number: int) -> None:
        if self._leaves(number):
            for place in "ab":
                text = FAREWELL.format(brand=self._brand, sign=sign(f"farewell {place} {number}"))
                await self._server.post(text, did=f"did:plc:guest{number}")
        if self._leaves(number - STAY):
            await self._server.account(f"did:plc:guest{number - STAY}", active=False, status="deleted")

    def _leaves(self, number: int) -> bool:
        return random.Random(f"guest {number}").random() < self._share * LEAVING

    def _earlier(self, chance: random.Random) -> tuple[int, str, dict[str, Any]]:
        """Return instant, author and commit of one of the posts there are."""
        while (frame := chance.choice(self._server.frames)).number is None:
            pass
        said = json.loads(frame.v1)
        return said["time_us"], said["did"], said["commit"]
