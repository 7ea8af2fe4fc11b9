"""Chat, SMS, pager and push by Apprise: more than a hundred services behind addresses of one form."""

import logging
import re
from typing import Any

import anyio
from anyio import to_thread

from alerts.notifier import PATIENCE, Message, Setting, Undelivered

BUSY = 60.0
"""Seconds a service is left alone that has too many requests: Apprise does not hand its Retry-After on."""
PHONE = 200
"""Letters below which a service is one for phones: it gets the shortest text."""
NOWHERE = logging.NullHandler()
_STATUS = re.compile(r"error=(\d{3})")
LATER = frozenset({408, 409, 425, 429})


class AppriseNotifier:
    """Sends short texts; most services cannot tell one that comes twice."""

    kind = "apprise"
    again_is_safe = False

    def __init__(self, setting: Setting) -> None:  # noqa: ARG002 - everything it needs stands in the address
        quiet = logging.getLogger("apprise")  # it would write addresses
        quiet.propagate = False
        quiet.addHandler(NOWHERE)

    async def send(self, address: str, message: Message) -> str:
        """Send by the service of the address; the proof is what Apprise says of it."""
        try:
            with anyio.fail_after(PATIENCE):
                return await to_thread.run_sync(_notify, address, message, abandon_on_cancel=True)
        except TimeoutError:
            raise Undelivered(f"The service has not answered within {PATIENCE:g} s.", again=True) from None


def _notify(address: str, message: Message) -> str:
    """Send in a thread: Apprise's services use blocking requests."""
    from apprise import Apprise, AppriseAsset, NotifyType, PersistentStoreMode

    asset = AppriseAsset(
        app_id="Emberwatch",
        app_desc="Emberwatch",
        app_url="",
        async_mode=False,
        storage_mode=PersistentStoreMode.MEMORY,
        pgp_autogen=False,
        pem_autogen=False,
    )
    service: Any = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if service is None:
        raise Undelivered("Apprise cannot read this address; write it as its documentation says.", again=False)
    title, body = fitted(message, int(service.body_maxlen), int(service.title_maxlen))
    sender = Apprise(asset=asset)
    sender.add(service)
    result = sender.notify(
        body=body, title=title, notify_type=NotifyType.FAILURE if message.urgent else NotifyType.WARNING
    )
    said = " ".join(line.message for one in result.results for line in one.logs())
    name = str(service.service_name)
    if result:
        return f"{name} has taken it."
    raise failed(name, said)


def fitted(message: Message, body: int, title: int) -> tuple[str, str]:
    """Return title and text as a service can take them; what does not fit is cut here, not parted into several."""
    if body <= PHONE:
        words = message.tiny
        room = body - len(message.link) - 1
        return "", f"{words[:room]} {message.link}" if message.link and room >= PHONE // 5 else words[:body]
    text = f"{message.short}\n{message.link}".strip()
    return (message.subject[:title], text[:body]) if title else ("", f"{message.subject}\n{text}"[:body])


def failed(name: str, said: str) -> Undelivered:
    """Return why a service did not take a message, by what Apprise wrote, but not in its words."""
    found = _STATUS.findall(said)
    if not found:
        return Undelivered(f"{name} does not answer.", again=True)
    status = int(found[-1])
    again = status >= 500 or status in LATER  # noqa: PLR2004 - server errors
    return Undelivered(f"{name} answers HTTP {status}.", again=again, after=BUSY if status == 429 else None)  # noqa: PLR2004 - too many requests
