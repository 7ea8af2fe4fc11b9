"""What follows from one try: delivered, another try after a growing pause, or given up. Pure but for its dice."""

import random
from collections.abc import Callable

import msgspec

from alerts.notifier import Undelivered
from app.config.notifying import RetrySection
from app.domain.delivery import Attempt, Delivery

FIRST, LONGEST = 5.0, 300.0
"""Seconds before the second try, doubled for each one after; at most so many."""
CUTS = 5
"""Times a message is sent again after it was cut off."""
Dice = Callable[[], float]


def delivered(one: Delivery, at: float, proof: str, seconds: float) -> Delivery:
    """Return a delivery that arrived, with its proof."""
    tried = (*one.attempts, Attempt(at, "delivered", proof, round(seconds, 3)))
    return msgspec.structs.replace(one, state="delivered", attempts=tried, reason="", worker="")


def undelivered(
    one: Delivery, error: Undelivered, at: float, seconds: float, limits: RetrySection, dice: Dice = random.random
) -> Delivery:
    """Return a delivery that did not arrive: failed, and due again later; or given up, where that is hopeless.

    The pause is 5 s, 10 s, 20 s … up to 5 min, each between half and one and a half of it, so that many do not come
    back together; longer if the other side asks for it. A delivery is given up after `limits.attempts` tries, or when
    the next one would come later than `limits.within` after the first; a test is tried once.
    """
    tried = (*one.attempts, Attempt(at, "failed" if error.again else "refused", str(error), round(seconds, 3)))
    counted = [attempt for attempt in tried if attempt.outcome != "unclear"]
    pause = min(FIRST * 2 ** (len(counted) - 1), LONGEST) * (0.5 + dice())
    due = at + max(pause, error.after or 0.0)
    left = (
        error.again and one.occasion != "test" and len(counted) < limits.attempts and due <= tried[0].at + limits.within
    )
    state = "failed" if left else "given_up"
    return msgspec.structs.replace(
        one, state=state, attempts=tried, due_at=due if left else at, reason=str(error), worker=""
    )


def cut_off(one: Delivery, at: float, *, again_is_safe: bool) -> Delivery:
    """Return a delivery whose sender died on the wire: nobody knows whether it went out.

    Where the receiver knows a repetition by its key it is sent again at once; elsewhere it is not, and whoever comes
    next in the chain is told instead. The same goes for one that was cut off again and again.
    """
    again_is_safe = again_is_safe and sum(tried.outcome == "unclear" for tried in one.attempts) < CUTS
    said = "The service was stopped while it was on the wire"
    done = "it is sent again under the same key" if again_is_safe else "it may have arrived, and is not sent twice"
    tried = (*one.attempts, Attempt(at, "unclear", f"{said}; {done}."))
    state = "failed" if again_is_safe else "unclear"
    return msgspec.structs.replace(one, state=state, due_at=at, attempts=tried, reason=f"{said}.", worker="")
