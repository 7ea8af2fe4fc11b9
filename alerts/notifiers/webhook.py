"""A webhook: the incident as the API writes it, posted and signed as Standard Webhooks describe it."""

import base64
import hashlib
import hmac
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp

from alerts.notification.unreached import unreached
from alerts.notifier import PATIENCE, Message, Setting, Undelivered
from app.config.notifying import PREFIX

LATER = frozenset({408, 409, 425, 429})
"""Answers below 500 after which another try may help."""
WHERE = "Set `alerts.webhook.secret_file`, or EMBERWATCH_ALERTS_WEBHOOK_SECRET; see docs/configuration.md."


class WebhookNotifier:
    """Posts JSON; a receiver knows what came twice by `webhook-id`."""

    kind = "webhook"
    again_is_safe = True

    def __init__(self, setting: Setting) -> None:
        secret = setting.section.webhook.secret
        self._secret = secret.get_secret_value() if secret else ""
        self._clock = setting.clock

    async def send(self, address: str, message: Message) -> str:
        """Post a message; the proof is the status. Redirects are not followed."""
        if not self._secret:
            raise Undelivered(f"There is no secret to sign with. {WHERE}", again=False)
        now = self._clock.now()
        headers = {"Content-Type": "application/json", "User-Agent": "Emberwatch"}
        headers |= signed(self._secret, message.key, int(now), message.body)
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.post(address, data=message.body, headers=headers, allow_redirects=False) as answer,
            ):
                return self._read(answer, message.key, now)
        except TimeoutError:
            raise Undelivered(f"The receiver has not answered within {PATIENCE:g} s.", again=True) from None
        except aiohttp.InvalidURL:
            raise Undelivered("The address of this webhook is none; write it anew.", again=False) from None
        except aiohttp.ClientError as error:
            raise Undelivered(unreached("The receiver", error), again=True) from None

    def _read(self, answer: aiohttp.ClientResponse, key: str, now: float) -> str:
        status = answer.status
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return f"HTTP {status}; webhook-id {key}"
        again = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in LATER
        after = pause(answer.headers.get("Retry-After", ""), now)
        raise Undelivered(f"The receiver answers HTTP {status}.", again=again, after=after)


def signed(secret: str, key: str, at: int, body: bytes) -> dict[str, str]:
    """Return the three headers of Standard Webhooks: id, timestamp, and `v1,` with the HMAC-SHA256 of all three."""
    content = f"{key}.{at}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), content, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": key, "webhook-timestamp": str(at), "webhook-signature": signature}


def pause(said: str, now: float) -> float | None:
    """Return the seconds of a Retry-After header, given as such or as a date; None if there is none."""
    if said.strip().isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).replace(tzinfo=UTC).timestamp() - now)
    except (ValueError, TypeError):
        return None
