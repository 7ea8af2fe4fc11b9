from alerts.notification.retry import cut_off, delivered, undelivered
from alerts.notifier import Undelivered
from app.config.notifying import RetrySection
from app.domain.delivery import Delivery

LIMITS = RetrySection(attempts=4, within=600)
ONE = Delivery("d1", "i1", "b", "anna", "w1", "mail", "opened", "warning", 0.0, 0.0, state="sending", worker="alerts-1")


def failing(*, again: bool = True, after: float | None = None) -> Undelivered:
    return Undelivered("The mail server answers 451.", again=again, after=after)


def test_pauses_double_between_half_and_one_and_a_half_of_them():
    one, dues = ONE, []
    for dice in (0.0, 1.0, 0.5):
        one = undelivered(one, failing(), 100.0, 0.1, LIMITS, lambda dice=dice: dice)
        dues.append(one.due_at - 100.0)
        assert (one.state, one.worker) == ("failed", "")
    assert dues == [2.5, 15.0, 20.0]
    one = undelivered(one, failing(), 100.0, 0.1, LIMITS)
    assert (one.state, one.reason, len(one.attempts)) == ("given_up", "The mail server answers 451.", 4)


def test_what_would_not_help_is_given_up_at_once():
    refused = undelivered(ONE, failing(again=False), 5.0, 0.1, LIMITS)
    assert (refused.state, refused.attempts[0].outcome) == ("given_up", "refused")
    test = undelivered(ONE.__class__(**{**_fields(ONE), "occasion": "test"}), failing(), 5.0, 0.1, LIMITS)
    assert test.state == "given_up"


def test_the_other_sides_pause_counts_if_it_fits_into_the_time_there_is():
    assert undelivered(ONE, failing(after=300.0), 10.0, 0.1, LIMITS).due_at == 310.0
    assert undelivered(ONE, failing(after=601.0), 10.0, 0.1, LIMITS).state == "given_up"


def test_what_was_cut_off_counts_as_no_try_and_is_repeated_only_where_it_is_known():
    again = cut_off(ONE, 7.0, again_is_safe=True)
    assert (again.state, again.due_at, again.attempts[0].outcome) == ("failed", 7.0, "unclear")
    assert cut_off(ONE, 7.0, again_is_safe=False).state == "unclear"
    often = ONE
    for _ in range(6):
        often = cut_off(often, 7.0, again_is_safe=True)
    assert often.state == "unclear", "what stops its sender every time is not sent for ever"
    done = delivered(again, 8.0, "250 Ok", 0.25)
    assert (done.state, done.attempts[-1].proof, done.reason) == ("delivered", "250 Ok", "")


def _fields(one: Delivery) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__struct_fields__}
