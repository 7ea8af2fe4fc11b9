"""Telling in trouble: refusals, pauses, breaks, services that stop: nothing is lost, nothing is told twice."""

import anyio
import msgspec
import pytest
from anyio import to_thread

from alerts.notification import dispatcher
from alerts.notification.dispatcher import Table, circle_of
from alerts.notification.planning import Pace
from app.domain.person import Person, Way
from app.errors import StoreUnavailable
from tests.acceptance.telling import level, storm
from tests.fixtures.system import until
from tests.peers.receiver import DROP, HANG

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


async def test_another_service_goes_on_where_one_stopped_and_two_at_once_tell_once(house):
    house.people(house.anna(), duty=("anna",))
    await house.begin()
    other = house.service("alerts-2")
    await house.run(10)
    await house.bus.release("alerts:dispatch", "alerts-1")
    await house.run(30, other)
    house.dispatcher._held = True
    for _ in range(3):  # both believe that it is theirs
        await house.bus.release("alerts:dispatch", "alerts-1")
        await house.bus.release("alerts:dispatch", "alerts-2")
        await house.run(10, other)
        await house.bus.release("alerts:dispatch", "alerts-2")
        await house.run(10)
    assert len(house.office.letters) == 1


async def test_a_server_that_refuses_for_now_is_tried_with_growing_pauses(house):
    house.people(house.anna(), duty=("anna",))
    house.office.script = ["451 4.3.0 later"] * 3
    await house.begin()
    await house.run(120, step=3)
    (one,) = house.deliveries()
    assert one.state == "delivered"
    assert [attempt.outcome for attempt in one.attempts] == ["failed"] * 3 + ["delivered"]
    pauses = [later.at - before.at for before, later in zip(one.attempts, one.attempts[1:], strict=False)]
    assert all(
        low <= pause <= high + 3 for pause, (low, high) in zip(pauses, ((2.5, 7.5), (5, 15), (10, 30)), strict=True)
    )


async def test_retry_after_is_honoured_and_a_webhook_keeps_its_id(house):
    house.people(house.anna(kind="webhook"), duty=("anna",))
    house.receiver.script = [(429, {"Retry-After": "120"}), 500, DROP]
    await house.begin()
    await house.run(260, step=5)
    first, second, *_ = stamps = [int(came.headers["webhook-timestamp"]) for came in house.receiver.came]
    assert len(stamps) == 4
    assert 120 <= second - first <= 125
    assert len({came.headers["webhook-id"] for came in house.receiver.came}) == 1
    told = msgspec.json.decode(house.receiver.came[-1].body)
    assert told["type"] == "incident.opened"
    assert told["data"]["incident"]["id"] == "i1"


async def test_what_cannot_be_delivered_is_given_up_shown_and_passed_on(house):
    ben = Person("ben", "Ben", ways=(Way("w1", "mail", "ben@example.org"),))
    house.people(house.anna(kind="webhook"), ben, duty=("anna",))
    house.receiver.script = [410]
    await house.begin()
    await house.run(60)
    lost, told = house.deliveries()
    assert (lost.person, lost.state, lost.reason) == ("anna", "given_up", "The receiver answers HTTP 410.")
    assert (told.person, told.state, told.occasion) == ("ben", "delivered", "passed_on")
    assert house.office.recipients == ["ben@example.org"]
    await house.run(10)
    fault = house.dispatcher._context.faults["alerts"]
    assert fault.kind == "undelivered"
    assert "anna (webhook)" in fault.reason
    assert house.receiver.url not in fault.reason
    await house.run(3700, step=900)
    assert house.dispatcher._context.faults == {}


async def test_a_server_that_stays_away_is_given_up_in_the_end(house):
    house.section = house.section.model_copy(update={"retry": house.section.retry.model_copy(update={"within": 120})})
    house.dispatcher = house.service()
    house.people(house.anna(kind="webhook"), duty=("anna",))
    house.receiver.script = [503] * 50
    await house.begin()
    await house.run(300, step=5)
    (one,) = house.deliveries()
    assert one.state == "given_up"
    assert 4 <= len(one.attempts) <= 8
    assert one.attempts[-1].at - one.attempts[0].at <= 120


async def test_what_was_on_the_wire_is_taken_up_by_who_comes_next(any_house):
    any_house.people(any_house.anna(kind="webhook"), duty=("anna",))
    await any_house.begin()
    await any_house.run(10)
    with any_house.store.transaction() as tx:
        (one,) = tx.deliveries.find().items
        assert tx.deliveries.take(one, "alerts-9", any_house.clock.now())
    await any_house.run(100)
    assert any_house.receiver.came == [], "whoever has it may still be sending"
    await any_house.run(60)
    assert len(any_house.receiver.came) == 1
    (one,) = any_house.deliveries()
    assert [attempt.outcome for attempt in one.attempts] == ["unclear", "delivered"]


async def test_no_address_stands_in_what_is_kept(house):
    house.people(house.anna(), duty=("anna",))
    house.office.at_rcpt = ["450 4.2.1 <anna@example.org> busy"]
    await house.begin()
    await house.run(60)
    with house.store.reading() as tx:
        kept = "".join(row[0] for row in tx.dispatch._connection.exec_driver_sql("SELECT document FROM delivery"))
    assert "busy" in kept
    assert "anna@example.org" not in kept


class Failing:
    """A stranger's notifier that breaks, with an address in its words."""

    kind, again_is_safe = "mail", True

    async def send(self, address, message):
        raise RuntimeError(address)


class Reluctant:
    """A writer that cannot write: the first `rich` times, and with `never` not even plainly."""

    def __init__(self, writer, *, never: bool = False) -> None:
        self._writer, self._never = writer, never

    async def message(self, head, *, plain: bool = False):
        if self._never or not plain:
            raise ValueError("anna@example.org")
        return await self._writer.message(head, plain=True)


async def test_a_notifier_that_breaks_is_a_failure_like_any_other_and_quotes_nobody(house, capsys):
    house.people(house.anna(), duty=("anna",))
    post = house.dispatcher._post
    ours, post.notifier = post.notifier, lambda kind: Failing()
    await house.begin()
    await house.run(30)
    (one,) = house.deliveries()
    assert (one.state, one.reason) == ("failed", "It could not be sent; the log of the service names the error.")
    post.notifier = ours
    await house.run(60)
    assert len(house.office.letters) == 1
    assert "anna@example.org" not in capsys.readouterr().out


async def test_a_message_that_cannot_be_written_says_less_and_goes_out(house, capsys):
    house.people(house.anna(), duty=("anna",))
    post = house.dispatcher._post
    writer, post._writer = post._writer, Reluctant(post._writer)
    incident = await house.begin(storm(level=level(2)))
    await house.run(30)
    assert "Seit 15:00 Uhr viermal" in house.office.letters[0].get_body(("plain",)).get_content()
    post._writer = Reluctant(writer, never=True)
    await house.change(incident, severity="crisis")
    await house.run(10)
    assert house.deliveries()[-1].state == "failed"
    assert "anna@example.org" not in capsys.readouterr().out


async def test_what_cannot_be_noted_is_noted_later_and_not_sent_twice(house):
    house.people(house.anna(), duty=("anna",))
    await house.begin()
    store = house.store

    class Away:
        """The archive, away once as a proof is noted."""

        times = 0

        def __getattr__(self, name):
            return getattr(store, name)

        def transaction(self):
            if house.office.letters and not self.times:
                Away.times = 1
                raise StoreUnavailable("The disk is full.", "disk")
            return store.transaction()

    house.store = Away()
    await house.run(60, house.service())
    assert Away.times == 1
    assert [one.state for one in house.deliveries()] == ["delivered"]
    assert len(house.office.letters) == 1


async def test_what_is_on_the_wire_comes_through_when_the_service_stops(house):
    house.people(house.anna(kind="webhook"), duty=("anna",))
    await house.begin(storm(severity="crisis"))
    house.receiver.script = [HANG]
    async with anyio.create_task_group() as group:
        scope = anyio.CancelScope()

        async def serve():
            with scope:
                await house.dispatcher.run()

        group.start_soon(serve)
        await to_thread.run_sync(until, lambda: house.receiver.came, "the webhook")
        scope.cancel()
        await anyio.sleep(0.01)
        house.receiver.release()
    assert [one.state for one in house.deliveries()] == ["delivered"]
    assert await house.bus.lease("alerts:dispatch", "alerts-2", 6.0) is not None, "the duty is given up"


async def test_while_the_wire_is_full_the_others_wait(house, monkeypatch):
    monkeypatch.setattr(dispatcher, "FLIGHTS", 1)
    ben = Person("ben", "Ben", ways=(Way("w1", "webhook", f"{house.receiver.url}/ben"),))
    house.people(house.anna(kind="webhook"), ben, duty=("anna", "ben"))
    house.receiver.script = [HANG]
    await house.begin(storm(severity="crisis"))
    house.clock.advance(10)
    async with anyio.create_task_group() as group:
        await house.dispatcher.look(group)
        await to_thread.run_sync(until, lambda: house.receiver.came, "the first")
        await house.dispatcher.look(group)
        assert sorted(one.state for one in house.deliveries()) == ["planned", "sending"]
        house.receiver.release()
    await house.run(10)
    assert sorted(one.path for one in house.receiver.came) == ["/anna", "/ben"]
    assert [one.state for one in house.deliveries()] == ["delivered", "delivered"]


async def test_what_may_have_arrived_is_sent_again_where_nobody_else_can_be_told(house):
    house.people(house.anna(kind="apprise"), duty=("anna",))
    await house.begin()
    await house.run(10)
    with house.store.transaction() as tx:
        (one,) = tx.deliveries.find().items
        assert tx.deliveries.take(one, "alerts-9", house.clock.now())
    await house.run(200, step=50)
    assert len(house.receiver.came) == 1
    (one,) = house.deliveries()
    assert [attempt.outcome for attempt in one.attempts] == ["unclear", "delivered"]


async def test_what_another_has_put_on_the_wire_is_neither_changed_nor_sent(house):
    house.people(house.anna(), duty=("anna",))
    incident = await house.begin()
    await house.run(10)
    await house.change(incident, severity="crisis")
    with house.store.transaction() as tx:
        table = Table(tx, house.clock.now(), Pace(), {})
        circle = circle_of(tx, house.clock.now(), set())
        (one,) = tx.deliveries.find().items
        taken = tx.deliveries.take(one, "alerts-9", house.clock.now())
        table.keep(tx)
        assert tx.deliveries.get(one.id) == taken
    await house.dispatcher._post.send(one, circle)
    assert house.office.letters == []
    assert house.deliveries() == [taken]
