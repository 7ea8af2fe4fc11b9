import asyncio
import json
import random
import time
from pathlib import Path

import pytest

from app.clock import ManualClock, SystemClock
from app.errors import CredentialMissing, SourceUnavailable
from ingest.connector import Setting
from ingest.connectors import mail
from ingest.connectors.mail import MailConnector, MailOptions
from ingest.mailbox import RENEWED, Door, Mailbox
from tests.intake import Told, gather, until
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.proxy import Proxy

pytestmark = pytest.mark.anyio


class HastyClock(SystemClock):
    """A clock on which the pause before another attempt is short."""

    async def sleep(self, seconds):
        await asyncio.sleep(min(seconds, 0.02))


def letter(number, text="Strom weg bei Nordlicht", **heads):
    named = {
        "Message-ID": f"<{number}@example.org>",
        "From": "Anna Beispiel <anna@example.org>",
        "Subject": f"Brief {number}",
        **heads,
    }
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in named.items()) + f"\n{text}\n"


@pytest.fixture(scope="module")
def server():
    with Dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def dovecot(server):
    """The server with an empty mailbox."""
    server.empty()
    return server


def connector(port, told=None, **options):
    given = {"host": "127.0.0.1", "port": port, "user": "anna", "password": PASSWORD, "encryption": "none", **options}
    return MailConnector(Setting("post", MailOptions(**given), HastyClock(), Path(), told or Told()))


async def settled(made, batches):
    """Take batches until it idles; return what came, the last cursor and the wait itself."""
    events, cursor = [], None
    while True:
        coming = asyncio.ensure_future(anext(batches))
        await until(lambda: coming.done() or made._box._idling)  # noqa: B023 - awaited at once
        if not coming.done():
            return events, cursor, coming
        events += coming.result().events
        cursor = coming.result().cursor or cursor


async def ended(batches, coming):
    coming.cancel()
    await asyncio.wait({coming})
    await batches.aclose()


async def test_a_letter_is_told_the_moment_it_comes_and_stays_unread(dovecot):
    dovecot.deliver(letter("old"))
    told = Told()
    made = connector(dovecot.port, told)
    batches = made.listen(None)
    events, cursor, coming = await settled(made, batches)
    assert (events, json.loads(cursor)["INBOX"]["uid"]) == ([], 1)
    assert told.said[-1] == ("live", "")
    began = time.monotonic()
    dovecot.deliver(letter("new", In_Reply_To="<old@example.org>"))
    batch = await asyncio.wait_for(coming, 5)
    assert time.monotonic() - began < 2
    [event] = batch.events
    assert (event.channel, event.id, event.in_reply_to) == ("mail", "<new@example.org>", "<old@example.org>")
    assert event.text == "Brief new\n\nStrom weg bei Nordlicht"
    assert (event.author.id, event.author.name, event.kind) == ("anna@example.org", "Anna Beispiel", "message")
    _, cursor, coming = await settled(made, batches)
    await ended(batches, coming)
    assert dovecot.flags() == set()
    dovecot.deliver(letter("later"))
    batches = connector(dovecot.port).listen(cursor)
    events, _ = await gather(batches, 1)
    assert [event.id for event in events] == ["<later@example.org>"]
    await batches.aclose()


async def test_a_first_look_may_go_back_and_other_folders_are_asked_for(dovecot):
    for number in range(45):
        dovecot.deliver(letter(number))
    dovecot.deliver(letter("shop"), "Shop")
    dovecot.deliver(letter("robot", Auto_Submitted="auto-replied"))
    batches = connector(dovecot.port, days=2, folders=("INBOX", "Shop"), interval=5).listen(None)
    events, _ = await gather(batches, 46)
    assert len({event.id for event in events}) == 46
    await batches.aclose()


async def test_new_numbers_double_nothing(dovecot):
    for number in range(3):
        dovecot.deliver(letter(number))
    made = connector(dovecot.port, days=2)
    batches = made.listen(None)
    events, cursor, coming = await settled(made, batches)
    await ended(batches, coming)
    dovecot.renumber()
    dovecot.deliver(letter("after"))
    made = connector(dovecot.port)
    batches = made.listen(cursor)
    again, after, coming = await settled(made, batches)
    await ended(batches, coming)
    assert {event.id for event in again} == {event.id for event in events} | {"<after@example.org>"}
    assert json.loads(after)["INBOX"]["validity"] > json.loads(cursor)["INBOX"]["validity"]


async def test_a_large_letter_is_read_at_its_beginning(dovecot, monkeypatch):
    monkeypatch.setattr("ingest.mailbox.LARGEST", 2_000)
    monkeypatch.setattr("ingest.mailbox.BEGINNING", 1_000)
    dovecot.deliver(letter("large", "Nordlicht " + "x" * 50_000))
    batches = connector(dovecot.port, days=1).listen(None)
    [event], _ = await gather(batches, 1)
    await batches.aclose()
    assert event.id == "<large@example.org>"
    assert event.text.endswith("kB)")


async def test_what_the_server_refuses_is_told(dovecot, unused_port):
    for options, status, cause, word in (
        ({"password": "falsch"}, "failed", "credential", "EMBERWATCH_POST_PASSWORD"),
        ({"folders": ("Nirgends",)}, "unreachable", "setting", "INBOX"),
        ({"port": unused_port}, "unreachable", "network", "port"),
        ({"port": dovecot.tls, "encryption": "tls"}, "unreachable", "network", "`ca`"),
    ):
        told = Told()
        batches = connector(**{"port": dovecot.port, "told": told, **options}).listen(None)
        coming = asyncio.ensure_future(anext(batches))
        await until(lambda: told.said)  # noqa: B023 - awaited at once
        await ended(batches, coming)
        assert (told.said[0][0], told.causes[0]) == (status, cause), told.said
        assert word in told.said[0][1]


@pytest.fixture
def unused_port(free_port):
    return free_port


async def test_lines_are_encrypted_with_a_certificate_of_our_own(dovecot):
    known = {"ca": dovecot.folder / "cert.pem"}
    for port, encryption in ((dovecot.tls, "tls"), (dovecot.port, "starttls")):
        said = await connector(port, encryption=encryption, **known).probe()
        assert "tells of new letters at once (IDLE)" in said
    with pytest.raises(ValueError, match="in PEM"):
        MailOptions(host="a", user="b", ca=dovecot.folder / "nowhere")
    with pytest.raises(CredentialMissing, match="password_file"):
        await connector(dovecot.port, password=None).probe()


async def test_it_stops_while_it_connects_to_a_deaf_server():
    leave = asyncio.Event()

    async def deaf(_reader, writer):
        await leave.wait()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(deaf, "127.0.0.1", 0) as door:
        made = connector(door.sockets[0].getsockname()[1])
        batches = made.listen(None)
        coming = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0.05)
        mail.FAREWELL, known = 0.1, mail.FAREWELL
        began = time.monotonic()
        await ended(batches, coming)
        mail.FAREWELL = known
        assert time.monotonic() - began < 1
        leave.set()
        await until(lambda: not made._thread._threads or not any(thread.is_alive() for thread in made._thread._threads))


async def test_idle_is_begun_anew_before_the_server_ends_it(dovecot):
    clock = ManualClock(0)
    box = Mailbox(Door("127.0.0.1", dovecot.port, "none", "anna", PASSWORD), clock, "")
    box.connect()
    box.look("INBOX")
    assert not box.wait(0.0) or box._idling
    clock.advance(RENEWED + 1)
    assert box.wait()
    assert box.look("INBOX").next == 1
    assert not box._idling
    box.end()
    with pytest.raises(SourceUnavailable):
        box.look("INBOX")
    box.drop()


async def cut(dovecot, times):
    """Cut the line at random moments; fail if anything is lost, or doubled after the cursor was committed."""
    draw = random.Random(times)
    said, heard_ids, cursor = 0, [], None
    with Proxy(dovecot.port) as proxy:
        made = connector(proxy.port)
        batches = made.listen(None)
        _, cursor, coming = await settled(made, batches)
        for number in range(times):
            for _ in range(draw.randint(1, 4)):
                dovecot.deliver(letter(said))
                said += 1
            await asyncio.wait({coming}, timeout=draw.uniform(0, 0.08))
            await asyncio.to_thread(proxy.cut)
            if number % 5 == 4:  # the process, too, may die: it goes on from the cursor that was committed
                await ended(batches, coming)
                batches = connector(proxy.port).listen(cursor)
                coming = asyncio.ensure_future(anext(batches))
            async with asyncio.timeout(20):
                while len(heard_ids) < said:
                    batch = await coming
                    heard_ids += [event.id for event in batch.events]
                    cursor = batch.cursor or cursor
                    coming = asyncio.ensure_future(anext(batches))
        await ended(batches, coming)
    assert sorted(heard_ids) == sorted(f"<{number}@example.org>" for number in range(said))


async def test_three_cuts_lose_and_double_nothing(dovecot):
    await cut(dovecot, 3)


@pytest.mark.long
async def test_twenty_cuts_lose_and_double_nothing(dovecot):
    await cut(dovecot, 20)


@pytest.mark.long
async def test_without_idle_it_asks(dovecot):
    with Dovecot(idle=False) as silent:
        silent.deliver(letter(1))
        batches = connector(silent.port).listen(None)
        assert (await anext(batches)).cursor
        coming = asyncio.ensure_future(anext(batches))
        silent.deliver(letter(2))
        async with asyncio.timeout(10):
            while not (batch := await coming).events:
                coming = asyncio.ensure_future(anext(batches))
        assert [event.id for event in batch.events] == ["<2@example.org>"]
        await batches.aclose()
